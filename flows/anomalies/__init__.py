"""Detecting anomalies, grouping them by cause and finding who changed what."""
