"""The rooms of recipes."""
