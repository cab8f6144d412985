"""What may be asked: views, metrics, dimensions, and the names that stand in the data."""
