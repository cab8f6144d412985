"""From a draft to a query that stands alone or amends the one before."""
