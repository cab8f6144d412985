"""Sentences about rows: headlines, what a list means, what a ranking leaves out, who approved it."""
