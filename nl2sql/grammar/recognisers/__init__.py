"""One file for each part of a question that the grammar recognises."""
