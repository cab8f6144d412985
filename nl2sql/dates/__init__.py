"""Periods, and the words for them."""
