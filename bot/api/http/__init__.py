"""What holds for every endpoint: limits, errors, caching, the log."""
