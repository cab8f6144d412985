"""Sections of `finops.yaml` that have a module of their own."""
