"""The rule on names: each table and column of a statement is known."""
