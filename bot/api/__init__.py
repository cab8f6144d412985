"""The HTTP API under /api/v1, beside health, readiness, metrics and Slack's HTTP endpoint."""
