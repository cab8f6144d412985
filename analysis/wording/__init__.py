"""How analysis says money, shares and causes, and the word of each column, state and unit."""
