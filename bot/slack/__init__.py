"""Slack itself: the Bolt app, its client, people, the inbox and the delivery of the outbox."""
