"""A file of a delivery on its way into the lake."""
