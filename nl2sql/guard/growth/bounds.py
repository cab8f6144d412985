"""Rule on growth through a whole statement: how long a value can become, and how often an expression is copied.

Each value gets an upper bound on its bytes and on the parts of its expression once the planner has put derived tables
and CTEs in place of their columns. A column of a view counts as a name; what is gathered over rows counts as long.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from nl2sql.guard.growth.constants import number
from nl2sql.guard.growth.gathers import GATHERING, is_list

MAX_BYTES: Final = 65_536  # of one value
MAX_ROW_BYTES: Final = 262_144  # of a row: rows are fetched, sorted and stored whole
MAX_PARTS: Final = 20_000  # of one expression, its copies counted; and of a whole SELECT list
_COLUMN: Final = 64  # bytes of a column: names, dates, amounts
_NUMBER: Final = 32
_GATHERED: Final = 16_384  # what an aggregate makes of values that are short
_GATHERS: Final = 256  # and the longest that it may gather: names, and an amount beside them
_ORDERED: Final = 256  # the longest that `… WITHIN GROUP (ORDER BY …)` sorts: Postgres keeps longer ones in memory
_NUMERIC: Final = frozenset(
    [
        "count",
        "sum",
        "avg",
        "stddev",
        "stddev_pop",
        "stddev_samp",
        "variance",
        "var_pop",
        "var_samp",
        "length",
        "char_length",
        "character_length",
        "octet_length",
        "strpos",
        "ascii",
        "array_length",
        "cardinality",
        "array_position",
        "array_upper",
        "array_lower",
        "regexp_count",
        "regexp_instr",
        "date_part",
        "row_number",
        "rank",
        "dense_rank",
        "ntile",
        "num_nulls",
        "num_nonnulls",
        "md5",
    ]
)  # short whatever they are given
_PADDING: Final = frozenset({"lpad", "rpad", "repeat"})
_TOO_LONG: Final = (
    "A text or list in the statement could become too long; shorten what repeats, pads, joins or gathers it."
)
_TOO_WIDE: Final = "A row of the statement could become too long; select fewer or shorter columns."
_TOO_MANY: Final = "The statement uses a computed column again and again through its subqueries; write it more plainly."


@dataclass(frozen=True)
class Bound:
    """At most so many bytes, and so many parts of an expression."""

    width: float
    parts: float


class _TooLargeError(Exception):
    """Ends the walk; the message is the reason."""


Columns = Mapping[str, Bound]
_PLAIN = Bound(_COLUMN, 1)


def bounds(tree: exp.Expr) -> str | None:
    """Refuse statements in which a value could pass `MAX_BYTES`, or an expression `MAX_PARTS` when it is inlined."""
    try:
        _query(tree, {}, {})
    except _TooLargeError as error:
        return str(error)
    except RecursionError:
        return "The statement is nested too deeply."
    return None


def _query(node: exp.Expr, queries: Mapping[str, Columns], outer: Columns) -> Columns:
    """The bounds of a query's columns by name; those without a name share the name `""`."""
    clause = node.args.get("with_")
    if clause is not None:
        queries = dict(queries)
        for cte in clause.expressions:
            queries[cte.alias.lower()] = _renamed(_query(cte.this, queries, outer), cte)
    if isinstance(node, exp.Subquery):
        return _query(node.this, queries, outer)
    if isinstance(node, exp.SetOperation):
        left, right = _query(node.this, queries, outer), _query(node.expression, queries, outer)
        widest = _most([*left.values(), *right.values()])
        return dict.fromkeys(left, widest) | {"": widest}
    if isinstance(node, exp.Values):
        cells = [_bound(cell, outer, queries) for row in node.expressions for cell in row.iter_expressions()]
        return {f"column{position + 1}": _most(cells) for position in range(64)}
    if not isinstance(node, exp.Select):
        return {}
    columns = {**outer, **_sources(node, queries, outer)}
    result: dict[str, Bound] = {}
    row = Bound(0, 0)
    for item in node.expressions:
        value = _bound(item.this if isinstance(item, exp.Alias) else item, columns, queries)
        row = Bound(row.width + value.width, row.parts + value.parts)
        if row.width > MAX_ROW_BYTES or row.parts > MAX_PARTS:
            raise _TooLargeError(_TOO_WIDE)
        if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
            result |= {name: bound for name, bound in columns.items() if "." not in name}
        name = item.alias_or_name.lower()
        result[name] = _more(result[name], value) if name in result else value
    for part in ("where", "group", "having", "order", "qualify", "distinct", "limit", "offset", "windows"):
        below = node.args.get(part)
        for piece in below if isinstance(below, list) else [below]:
            if isinstance(piece, exp.Expr):
                _bound(piece, {**columns, **result}, queries)
    return result


def _sources(select: exp.Select, queries: Mapping[str, Columns], outer: Columns) -> dict[str, Bound]:
    """The columns that a SELECT can see, by name and by `source.name`; of one name in several sources the largest."""
    bounds_by_name: dict[str, Bound] = {}
    joins = select.args.get("joins") or []
    source = select.args.get("from_")
    for item in [*([source.this] if source else []), *(join.this for join in joins)]:
        for name, bound in _source(item, queries, {**outer, **bounds_by_name}).items():
            bounds_by_name[name] = _more(bounds_by_name[name], bound) if name in bounds_by_name else bound
            if alias := item.alias_or_name.lower():
                bounds_by_name[f"{alias}.{name}"] = bound
    for join in joins:
        if join.args.get("on") is not None:
            _bound(join.args["on"], {**outer, **bounds_by_name}, queries)
    return bounds_by_name


def _source(item: exp.Expr, queries: Mapping[str, Columns], outer: Columns) -> Columns:
    if isinstance(item, exp.Lateral):
        item = item.this
    if isinstance(item, exp.Subquery | exp.Select | exp.SetOperation | exp.Values):
        inner = item.this if isinstance(item, exp.Subquery) and isinstance(item.this, exp.Table) else None
        return _source(inner, queries, outer) if inner is not None else _renamed(_query(item, queries, outer), item)
    if isinstance(item, exp.Table) and isinstance(item.this, exp.Identifier):
        return _renamed(queries.get(item.name.lower(), {}), item)
    call = item.this if isinstance(item, exp.Table) else item
    value = _bound(call, outer, queries) if isinstance(call, exp.Expr) else _PLAIN
    names = [item.alias_or_name.lower(), *(column.name.lower() for column in _alias_columns(item))]
    return {name: value for name in names if name}


def _renamed(columns: Columns, item: exp.Expr) -> Columns:
    """The columns under the names that an alias gives them; more names than are known get the widest."""
    names = [column.name.lower() for column in _alias_columns(item)]
    if not names:
        return columns
    widest = _most(columns.values())
    bounds = list(columns.values())
    exact = len(bounds) >= len(names) and "" not in columns
    return {name: bounds[place] if exact else widest for place, name in enumerate(names)} | dict(columns)


def _alias_columns(item: exp.Expr) -> list[exp.Expr]:
    alias = item.args.get("alias")
    return list(alias.args.get("columns") or []) if isinstance(alias, exp.TableAlias) else []


# ------------------------------------------------------------------ expressions


def _bound(node: exp.Expr, columns: Columns, queries: Mapping[str, Columns]) -> Bound:
    """The bound of an expression; raises when it is too large."""
    if isinstance(node, exp.Column):
        qualified = f"{node.table.lower()}.{node.name.lower()}" if node.table else node.name.lower()
        bound = columns.get(qualified, columns.get(node.name.lower(), _PLAIN) if not node.table else _PLAIN)
        return _checked(bound.width, bound.parts)
    if isinstance(node, exp.Literal):
        return Bound(max(len(node.name.encode()), 1) if node.is_string else _NUMBER, 1)
    if isinstance(node, exp.WithinGroup) and _bound(node.expression, columns, queries).width > _ORDERED:
        raise _TooLargeError(_TOO_LONG)
    if is_list(node):
        return Bound(_gathered([bound.width for bound in _query(node.expressions[0], queries, columns).values()]), 2)
    if isinstance(node, exp.Query | exp.Subquery):
        inner = _query(node, queries, columns)
        most = _most(inner.values())
        return _checked(most.width, most.parts + 1)
    below = [_bound(child, columns, queries) for child in node.iter_expressions()]
    parts = 1 + sum(bound.parts for bound in below)
    widths = [bound.width for bound in below]
    return _checked(_width(node, widths, below), parts)


def _width(node: exp.Expr, widths: list[float], below: list[Bound]) -> float:
    if isinstance(node, exp.Anonymous) and isinstance(node.this, str):
        return _call(node.this, node.expressions, widths)
    if isinstance(node, exp.ArrayAgg | exp.GroupConcat):
        return _gathered(widths)
    if isinstance(node, exp.Cast):
        return _cast(node, widths)
    if isinstance(node, exp.Binary) and not isinstance(node, exp.DPipe):
        return max([_NUMBER, *widths])
    if isinstance(
        node, exp.Case | exp.If | exp.Coalesce | exp.Ordered | exp.Window | exp.Filter | exp.Paren | exp.Alias
    ):
        return max([_NUMBER, *widths])
    if isinstance(node, exp.Func) and not isinstance(node, exp.Concat | exp.Array):
        return max([_NUMBER, *widths]) if len(widths) < 2 else sum(widths)
    return sum(widths) + 1  # concatenation, arrays, tuples and whatever else stands side by side


def _call(name: str, arguments: list[exp.Expr], widths: list[float]) -> float:
    if name in _NUMERIC:
        return _NUMBER
    if name in GATHERING:
        return _gathered(widths)
    if name in _PADDING and len(arguments) > 1:
        times = number(arguments[1])
        longest = 1_000.0 if times is None else max(times, 0.0)  # `growth` bounds what the data decide
        return longest * (widths[0] if name == "repeat" else 4) + widths[0]
    if name in ("replace", "regexp_replace", "translate") and len(widths) > 2:
        return widths[0] * max(widths[2], 1.0) if name != "translate" else widths[0]
    return sum(widths) + _NUMBER


def _gathered(widths: list[float]) -> float:
    if any(width > _GATHERS for width in widths):
        raise _TooLargeError(_TOO_LONG)
    return _GATHERED


def _cast(node: exp.Cast, widths: list[float]) -> float:
    sizes = [number(size.this) or 0.0 for size in node.to.expressions if isinstance(size, exp.DataTypeParam)]
    padded = node.to.this in (exp.DType.CHAR, exp.DType.NCHAR)
    return max([_NUMBER, *widths, *(sizes if padded else [])])


def _checked(width: float, parts: float) -> Bound:
    if width > MAX_BYTES:
        raise _TooLargeError(_TOO_LONG)
    if parts > MAX_PARTS:
        raise _TooLargeError(_TOO_MANY)
    return Bound(width, parts)


def _more(one: Bound, other: Bound) -> Bound:
    return Bound(max(one.width, other.width), max(one.parts, other.parts))


def _most(bounds: Iterable[Bound]) -> Bound:
    most: Callable[[Bound, Bound], Bound] = _more
    largest = _PLAIN
    for bound in bounds:
        largest = most(largest, bound)
    return largest
