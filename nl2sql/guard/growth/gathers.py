"""Rule on gathering: texts and lists are made of the rows of one source, not of the pairs of several.

Postgres holds what `array_agg`, `string_agg` and `ARRAY(SELECT …)` gather in memory, whatever `work_mem` says. The rows
of one view are bounded by the bills; those of a join or a series beside a view multiply. DISTINCT sorts on disk first
and keeps as many values as there are, so it is always possible.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlglot import exp

from nl2sql.guard.rules.functions import SERIES

GATHERING: Final = frozenset({"array_agg", "string_agg"})
_REDUCING: Final = ("group", "distinct", "limit")
_PAIRS: Final = (
    "The statement could gather more rows than fit into one value: it joins before it gathers. Write DISTINCT inside "
    "string_agg or array_agg, or group in a subquery first."
)
_Queries = Mapping[str, exp.Expr]


def gathers(tree: exp.Expr) -> str | None:
    """Refuse to gather the rows of several sources without DISTINCT."""
    for node in tree.walk():
        if is_list(node):
            select: exp.Expr | None = node.expressions[0]
        elif _is_gathering(node) and not _is_distinct(node):
            select = node.find_ancestor(exp.Select)
        else:
            continue
        if select is None or (is_list(node) and _reduces(select)):
            continue
        if _multiplies(select, _queries(select), {}):
            return _PAIRS
    return None


def _is_gathering(node: exp.Expr) -> bool:
    if isinstance(node, exp.GroupConcat | exp.ArrayAgg):
        return True
    return isinstance(node, exp.Anonymous) and node.this in GATHERING


def is_list(node: exp.Expr) -> bool:
    """Whether it is ARRAY(SELECT …)."""
    return isinstance(node, exp.Array) and len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Query)


def _is_distinct(call: exp.Expr) -> bool:
    first = call.expressions[0] if isinstance(call, exp.Anonymous) and call.expressions else call.this
    first = first.this if isinstance(first, exp.Order) else first
    return isinstance(first, exp.Distinct)


def _queries(node: exp.Expr) -> _Queries:
    """The CTEs that can be seen from a query, by name; the innermost of a name."""
    found: dict[str, exp.Expr] = {}
    above: exp.Expr | None = node
    while above is not None:
        clause = above.args.get("with_")
        for cte in clause.expressions if clause is not None else ():
            found.setdefault(cte.alias.lower(), cte.this)
        above = above.parent
    return found


def _reduces(query: exp.Expr) -> bool:
    return isinstance(query, exp.Select) and any(query.args.get(part) is not None for part in _REDUCING)


def _multiplies(query: exp.Expr, queries: _Queries, known: dict[int, bool]) -> bool:
    """Whether its rows can be pairs of rows of two sources that nothing reduced; `known` are the answers so far."""
    if isinstance(query, exp.Subquery):
        return _multiplies(query.this, queries, known)
    if isinstance(query, exp.SetOperation):
        return any(_multiplies(side, queries, known) for side in (query.this, query.expression))
    if not isinstance(query, exp.Select):
        return False
    if id(query) not in known:
        known[id(query)] = False  # for a CTE named as what it reads
        known[id(query)] = _is_product(query, queries, known)
    return known[id(query)]


def _is_product(query: exp.Select, queries: _Queries, known: dict[int, bool]) -> bool:
    several = sum(
        isinstance(call, exp.Anonymous) and call.this in SERIES for item in query.expressions for call in item.walk()
    )
    for source in _sources(query):
        inner = _inner(source, queries)
        if inner is None:
            several += 1
        elif _reduces(inner):
            continue
        elif _multiplies(inner, queries, known):
            return True
        else:
            several += not isinstance(inner, exp.Values)
    return several > 1


def _sources(select: exp.Select) -> Iterator[exp.Expr]:
    begin = select.args.get("from_")
    for item in (*([begin] if begin is not None else []), *(select.args.get("joins") or [])):
        yield from _joined(item.this)


def _joined(source: exp.Expr) -> Iterator[exp.Expr]:
    """A source and what is joined to it, in parentheses or not."""
    if isinstance(source, exp.Subquery) and isinstance(source.this, exp.Table):
        yield from _joined(source.this)
    else:
        yield source
    for join in source.args.get("joins") or []:
        yield from _joined(join.this)


def _inner(source: exp.Expr, queries: _Queries) -> exp.Expr | None:
    """The query that a source stands for; None for a view or a function."""
    if isinstance(source, exp.Lateral | exp.Subquery):
        return _inner(source.this, queries)
    if isinstance(source, exp.Query | exp.Values):
        return source
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier) and not source.db:
        return queries.get(source.name.lower())
    return None
