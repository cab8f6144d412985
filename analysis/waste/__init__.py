"""Waste: rules as data over inventory, utilization, prices and the bill."""
