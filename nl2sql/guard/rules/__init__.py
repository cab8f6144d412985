"""One rule of the guard per file."""
