"""Block Kit as strictly as Slack checks it."""
