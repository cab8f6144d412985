"""Every human entrance: Slack and the HTTP API."""
