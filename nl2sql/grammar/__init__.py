"""The built-in grammar: a cost question in English becomes a `Query`,
deterministically, and the query an expression tree.
"""
