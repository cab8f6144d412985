"""Values in, Block Kit out; the only place that knows blocks."""
