"""The connection to Slack: Bolt, Socket Mode, and tokens that change while it is open."""
