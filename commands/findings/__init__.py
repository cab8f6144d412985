"""Commands over what the product finds, and what is done about it."""
