"""Bringing a database to this release, its roles, and its dumps."""
