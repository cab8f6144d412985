"""For each kind of card: what the product draws of planted data, and what an independent reader counts."""
