"""The built-in grammar: a cost question in English becomes a `CostQuery`,
deterministically, and the query an expression tree.
"""
