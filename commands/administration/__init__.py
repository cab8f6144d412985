"""Commands of whoever runs the product."""
