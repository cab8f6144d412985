"""Operators, casts and the other parts that are no call of a function by its name."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

from nl2sql.guard.duckdb import texts
from nl2sql.guard.duckdb.build import cast, native, positive, refused
from nl2sql.guard.duckdb.calls import in_order, is_day
from nl2sql.guard.duckdb.quotients import as_double, exact

# The widest with the places that amounts have: without parameters DuckDB rounds to three places.
_NUMERIC: Final = "decimal(38, 18)"
_WHOLE: Final = (exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT)
_UNDEFINED: Final = ("corr", "regr_slope", "regr_intercept", "regr_r2")
_COLLATIONS: Final = ("C", "POSIX", "default")


def operator(node: exp.Expr) -> exp.Expr | str | None:
    """What a part is in DuckDB, a sentence where it is nothing there, None where it is the same."""
    own = _OWN.get(type(node))
    return own(node) if own is not None else None


def undefined(node: exp.Expr) -> exp.Expr | None:
    """A statistic of too few different values, with its FILTER and OVER, is NULL, not NaN."""
    if not isinstance(node, exp.Anonymous) or node.this not in _UNDEFINED:
        return None
    whole: exp.Expr = node
    while isinstance(whole.parent, exp.Filter | exp.Window) and whole.parent.this is whole:
        whole = whole.parent
    return whole


def defined(whole: exp.Expr) -> exp.Expr:
    """NULL in place of NaN."""
    return native("nullif", whole, cast(exp.Literal.string("NaN"), "double"))


def _product(node: exp.Expr) -> exp.Expr | str | None:
    """A product as a double, which has room for it."""
    assert isinstance(node, exp.Mul)
    if not any(isinstance(part.unnest(), exp.Literal) for part in (node.left, node.right)):
        node.set("this", as_double(node.left))
    return None


def _type(node: exp.Expr) -> exp.Expr | str | None:
    """A numeric without parameters keeps eighteen places."""
    if node.this is exp.DType.MONEY:
        return refused("The type money", "use numeric(20, 2)")
    if node.this is exp.DType.DECIMAL and not node.expressions:
        return exp.DataType.build(_NUMERIC, dialect="duckdb")
    return None


def _cast(node: exp.Expr) -> exp.Expr | str | None:
    kind = node.args["to"]
    if kind.this in (exp.DType.CHAR, exp.DType.BPCHAR):
        return refused("The type char", "use text, or left(text, n)")
    if kind.this is exp.DType.VARCHAR and kind.expressions:
        return native("left", cast(node.this, "text"), kind.expressions[0].this)
    if kind.this in _WHOLE:
        node.set("this", exact(node.this, 0))
    if kind.this is exp.DType.DECIMAL and len(kind.expressions) == 2 and positive(kind.expressions[1].this, 0):
        node.set("this", exact(node.this, int(kind.expressions[1].name)))
    if kind.this is exp.DType.TIME and not isinstance(node.this.unnest(), exp.Literal):
        return exp.Cast(this=cast(node.this, "timestamp"), to=kind.copy())
    return None


def _like(node: exp.Expr) -> exp.Expr | str | None:
    assert isinstance(node, exp.Like | exp.ILike)
    return texts.like(node)


def _similar(_: exp.Expr) -> exp.Expr | str | None:
    return refused("SIMILAR TO", "use LIKE, or ~ with a regular expression")


def _overlaps(_: exp.Expr) -> exp.Expr | str | None:
    return refused("OVERLAPS", "compare the starts and ends with < and >")


def _collate(node: exp.Expr) -> exp.Expr | str | None:
    is_supported = node.expression.name in _COLLATIONS
    return node.this.copy() if is_supported else refused("That collation", "leave it out, or use lower(…)")


def _substring(node: exp.Expr) -> exp.Expr | str | None:
    return texts.part_of(node.this, node.args.get("start"), node.args.get("length"))


def _at_time_zone(node: exp.Expr) -> exp.Expr | str | None:
    """A day is the UTC midnight that it starts with."""
    if is_day(node.this):
        node.set("this", cast(node.this, "timestamptz"))
    return None


def _bracket(node: exp.Expr) -> exp.Expr | str | None:
    """A place before the first holds nothing; DuckDB counts it from the end."""
    for index in node.expressions:
        if isinstance(index, exp.Neg) and isinstance(index.this, exp.Literal):
            return exp.Null()
        if isinstance(index, exp.Slice):
            ends = (index.args.get("this"), index.args.get("expression"))
            is_supported = all(end is None or positive(end) for end in ends)
        else:
            is_supported = isinstance(index, exp.Literal)  # a key is a text
        if not is_supported:
            return refused("A part of a list whose places are not written as numbers", "write them, from 1 on")
    return None


def _in_order(node: exp.Expr) -> exp.Expr | str | None:
    assert isinstance(node, exp.GroupConcat)
    return in_order(node)


def _function(name: str) -> Callable[[exp.Expr], exp.Expr | str | None]:
    """DuckDB takes a keyword for the column that bears its name, but not a call."""
    return lambda _: native(name)


_OWN: Final[Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr | str | None]]] = {
    exp.Mul: _product,
    exp.DataType: _type,
    exp.Cast: _cast,
    exp.Like: _like,
    exp.ILike: _like,
    exp.SimilarTo: _similar,
    exp.Overlaps: _overlaps,
    exp.Collate: _collate,
    exp.Substring: _substring,
    exp.AtTimeZone: _at_time_zone,
    exp.Bracket: _bracket,
    exp.GroupConcat: _in_order,
    exp.CurrentDate: _function("today"),
    exp.CurrentTimestamp: _function("now"),
    exp.CurrentTime: _function("get_current_time"),
    exp.Localtime: _function("current_localtime"),
    exp.Localtimestamp: _function("current_localtimestamp"),
}
