"""Prefect flows: one job per file, fetch, decide, store."""
