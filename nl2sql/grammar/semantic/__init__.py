"""Queries and listings as JSON: their schema, and their reading against catalogue, names and dates."""
