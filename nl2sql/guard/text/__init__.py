"""The text of a statement: its characters, words and parse tree."""
