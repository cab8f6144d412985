"""The schema that questions read."""
