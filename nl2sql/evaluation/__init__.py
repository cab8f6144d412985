"""How many of a file of questions are answered right."""
