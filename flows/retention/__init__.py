"""What is dropped after its time."""
