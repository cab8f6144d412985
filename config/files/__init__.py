"""Files that people write: read within bounds, every mistake named with its line."""
