"""Block Kit elements that several cards share. Pure."""
