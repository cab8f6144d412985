"""What is said and cannot be answered, or not as it stands."""
