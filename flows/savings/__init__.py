"""Finding savings, and verifying them against the bill."""
