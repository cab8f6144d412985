"""Clean-ups that come again: when they are due, what they propose, what they would have saved."""
