"""Commands over questions and their answers."""
