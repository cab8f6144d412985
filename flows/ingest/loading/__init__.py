"""Charges into the database: staged, checked, then put in place of what they replace, in one transaction."""
