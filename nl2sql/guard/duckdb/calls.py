"""Functions by their Postgres names: what each is in DuckDB, or why it is none."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp
from sqlglot.errors import SqlglotError

from nl2sql.guard.duckdb import formats, texts
from nl2sql.guard.duckdb.build import cast, native, number, positive, refused, too_long, when, wrap, written

_UNKNOWN: Final = {
    "width_bucket": "use floor(value / width), or CASE",
    "scale": "use round",
    "min_scale": "use round",
    "trim_scale": "use round",
    "quote_literal": "use concat",
    "to_number": "cast the text to numeric",
    "regexp_match": "use substring(text from 'pattern')",
    "justify_days": "use extract(epoch from …)",
    "justify_hours": "use extract(epoch from …)",
    "justify_interval": "use extract(epoch from …)",
    "string_to_table": "use unnest(string_to_array(…))",
    "array_upper": "use array_length(list, 1)",
    "array_lower": "lists start at 1",
}
_DATES: Final = ("usage_date", "billing_period")


def call(node: exp.Anonymous) -> exp.Expr | str:
    """What a call is in DuckDB, or a sentence that it is nothing there."""
    name = str(node.this)
    if name in _UNKNOWN:
        return refused(f"The function {name}", _UNKNOWN[name])
    own = _OWN.get(name)
    if own is not None:
        return own(node)
    try:
        return exp.func(name, *node.expressions, dialect="postgres")
    except (SqlglotError, ValueError, TypeError, IndexError):
        return refused(f"The function {name} with those values", "write it more plainly")


def is_day(node: exp.Expr) -> bool:
    """Whether it is known to be a day, as far as it can be seen from the expression alone."""
    node = node.unnest()
    if isinstance(node, exp.Cast):
        return node.to.is_type("date")
    return isinstance(node, exp.CurrentDate) or (isinstance(node, exp.Column) and node.name in _DATES)


def _every(node: exp.Anonymous) -> exp.Expr | str:
    return exp.func("bool_and", *node.expressions, dialect="postgres")


def _mod(node: exp.Anonymous) -> exp.Expr | str:
    if len(node.expressions) != 2:
        return refused("mod without two numbers", "write both")
    left, right = node.expressions
    return exp.Paren(this=exp.Mod(this=wrap(left), expression=wrap(right)))


def _div(node: exp.Anonymous) -> exp.Expr | str:
    """Without the remainder the quotient is whole, whatever the types."""
    if len(node.expressions) != 2 or too_long(*node.expressions):
        return refused("div of long expressions", "use trunc(a / b)")
    left, right = node.expressions
    rest = exp.Mod(this=wrap(left), expression=wrap(right))
    whole = exp.Sub(this=wrap(left), expression=exp.Paren(this=rest))
    return native("round", exp.Div(this=exp.Paren(this=whole), expression=wrap(right), typed=True))


def _round(node: exp.Anonymous) -> exp.Expr | str:
    """Of doubles Postgres rounds halves to even."""
    value = node.expressions[0].unnest() if node.expressions else node
    if len(node.expressions) == 1 and isinstance(value, exp.Cast) and value.to.is_type("double", "float"):
        return native("round_even", value, number(0))
    return exp.func("round", *node.expressions, dialect="postgres")


def _nulls(node: exp.Anonymous) -> exp.Expr | str:
    counted: list[exp.Expr] = []
    for value in node.expressions:
        is_null: exp.Expr = exp.Is(this=wrap(value), expression=exp.Null())
        if node.this == "num_nonnulls":
            is_null = exp.Not(this=is_null)
        counted.append(when(is_null, number(1), number(0)))
    if not counted:
        return refused(f"{node.this} of nothing", "write what is counted")
    total = counted[0]
    for one in counted[1:]:
        total = exp.Add(this=total, expression=one)
    return exp.Paren(this=total)


def _octet_length(node: exp.Anonymous) -> exp.Expr | str:
    return native("strlen", *node.expressions)


def _now(_: exp.Anonymous) -> exp.Expr | str:
    return native("now")


def _to_timestamp(node: exp.Anonymous) -> exp.Expr | str:
    return formats.from_text(node) if len(node.expressions) > 1 else native("to_timestamp", *node.expressions)


def _array_length(node: exp.Anonymous) -> exp.Expr | str:
    """Of an empty list it is NULL."""
    if len(node.expressions) != 2 or not positive(node.expressions[1]) or node.expressions[1].name != "1":
        return refused("array_length of a dimension other than 1", "lists have one")
    return native("nullif", native("len", node.expressions[0]), number(0))


def _date_trunc(node: exp.Anonymous) -> exp.Expr | str:
    unit = written(node.expressions[0]) if node.expressions else None
    if unit is None or unit.lower() in ("century", "millennium"):
        return refused("date_trunc to that unit", "write a unit from second to decade")
    return exp.func("date_trunc", *node.expressions, dialect="postgres")


def _timezone(node: exp.Anonymous) -> exp.Expr | str:
    if len(node.expressions) != 2:
        return refused("timezone without a zone and a time", "write both")
    zone, value = node.expressions
    return native("timezone", zone, cast(value, "timestamptz") if is_day(value) else value)


def _ordered(value: exp.Expr) -> exp.Order:
    """One order of what is distinct, so that the same question has the same answer."""
    plain = value.expressions[0].copy()
    return exp.Order(this=value.copy(), expressions=[exp.Ordered(this=plain, desc=False, nulls_first=False)])


def _array_agg(node: exp.Anonymous) -> exp.Expr | str:
    values = [_ordered(one) if isinstance(one, exp.Distinct) else one for one in node.expressions]
    return exp.func("array_agg", *values, dialect="postgres")


def in_order(node: exp.GroupConcat) -> exp.Expr | str | None:
    """`string_agg(DISTINCT …)` in the order of its texts, as Postgres gives it."""
    if isinstance(node.this, exp.Distinct):
        node.set("this", _ordered(node.this))
    return None


_OWN: Final[Mapping[str, Callable[[exp.Anonymous], exp.Expr | str]]] = {
    "every": _every,
    "mod": _mod,
    "div": _div,
    "round": _round,
    "num_nulls": _nulls,
    "num_nonnulls": _nulls,
    "octet_length": _octet_length,
    "clock_timestamp": _now,
    "statement_timestamp": _now,
    "to_char": formats.to_char,
    "to_date": formats.from_text,
    "to_timestamp": _to_timestamp,
    "format": formats.text_format,
    "concat": formats.concat,
    "concat_ws": formats.concat,
    "substr": texts.substr,
    "split_part": texts.split_part,
    "string_to_array": texts.string_to_array,
    "regexp_substr": texts.regexp_substr,
    "regexp_replace": texts.regexp_replace,
    "regexp_like": texts.regexp_like,
    "regexp_count": texts.of_two,
    "regexp_instr": texts.of_two,
    "regexp_split_to_array": texts.of_two,
    "regexp_split_to_table": texts.of_two,
    "array_length": _array_length,
    "array_agg": _array_agg,
    "date_trunc": _date_trunc,
    "timezone": _timezone,
}
