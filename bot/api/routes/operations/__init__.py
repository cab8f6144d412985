"""Endpoints for whoever runs the product, and those that keep the page alive."""
