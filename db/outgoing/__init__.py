"""What is left for Slack in the transaction of what it tells about."""
