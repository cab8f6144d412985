"""The catalogue: views, metrics, dimensions, words, and the names in the data."""
