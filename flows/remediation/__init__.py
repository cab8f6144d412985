"""Running, sweeping and scheduling remediations."""
