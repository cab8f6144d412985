"""Flows that people ask for, and the deliveries that they load."""
