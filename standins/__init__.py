"""Strict stand-ins for Slack, a cloud account and bills; used by the demo and by the tests."""
