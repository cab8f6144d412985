"""Rule on size: how large a statement may be."""

from sqlglot import exp

MAX_NODES = 4_000
MAX_DEPTH = 200
MAX_JOINS = 24
MAX_QUERIES = 60


def size(tree: exp.Expr) -> str | None:
    """Refuse trees that are too large, too deep, or join or select too often."""
    count = joins = queries = 0
    level: list[exp.Expr] = [tree]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return "The statement is nested too deeply."
        below: list[exp.Expr] = []
        for node in level:
            count += 1
            joins += isinstance(node, exp.Join)
            queries += isinstance(node, exp.Select | exp.Values)
            below.extend(node.iter_expressions())
        level = below
    if count > MAX_NODES:
        return f"The statement is too large ({count:,} parts, at most {MAX_NODES:,})."
    if joins > MAX_JOINS:
        return f"The statement joins {joins} times, at most {MAX_JOINS}."
    return f"The statement has {queries} SELECTs, at most {MAX_QUERIES}." if queries > MAX_QUERIES else None
