"""Queries and rows in words."""
