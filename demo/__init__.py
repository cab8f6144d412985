"""Stand-ins for a first run: a Slack workspace in the browser, a cloud account, bills. Production never imports it."""
