"""Operators and casts: where Spark reckons otherwise, what says the same there."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

from nl2sql.guard.duckdb.build import cast, native, number, positive, refused, text, when, wrap
from nl2sql.guard.spark.kinds import common, kind, like

_PLAINLY: Final = "say what it is with a cast"
_NAIVE: Final = "timestamp"  # in DuckDB's words; Spark's are TIMESTAMP_NTZ, as for timestamptz they are TIMESTAMP
_UNITS: Final = ("MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_TYPES: Final = (
    *(exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.DECIMAL, exp.DType.DOUBLE, exp.DType.FLOAT),
    *(exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ),
    *(exp.DType.TIMESTAMPNTZ, exp.DType.BOOLEAN),
)
_WHOLE: Final = (exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT)


def divide(node: exp.Expr) -> exp.Expr | str | None:
    """Whole numbers by whole numbers are whole; any other quotient is a double, for Spark's decimals lose places."""
    left, right = kind(node.this), kind(node.expression)
    if (left, right) == ("whole", "whole"):
        return exp.IntDiv(this=wrap(node.this), expression=wrap(node.expression))
    if "whole" in (left, right) and None in (left, right):
        return refused("A quotient of what may be whole", _PLAINLY)
    return exp.Div(this=_double(node.this), expression=_double(node.expression), typed=True)


def multiply(node: exp.Expr) -> exp.Expr | str | None:
    """A product within a quotient has no places to lose."""
    parent = node.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    if isinstance(parent, exp.Div) and common((kind(node.this), kind(node.expression))) == "decimal":
        return exp.Mul(this=_double(node.this), expression=_double(node.expression))
    return None


def add(node: exp.Expr) -> exp.Expr | str | None:
    """Days with days, spans and numbers."""
    left, right = kind(node.this), kind(node.expression)
    if (left, right) in (("whole", "date"), ("span", "date")) and isinstance(node, exp.Add):
        return refused("A day that is added to something", "write the day first")
    if left == "date" and right == "span":
        return type(node)(this=cast(node.this, _NAIVE), expression=node.expression.copy())
    if left == "date" and right == "whole":
        name = "date_add" if isinstance(node, exp.Add) else "date_sub"
        return native(name, node.this, cast(node.expression, "int"))
    if (left, right) == ("date", "date") and isinstance(node, exp.Sub):
        return native("datediff", node.this, node.expression)
    is_day = "date" in (left, right)
    if is_day or ("span" in (left, right) and None in (left, right)) or (left is None and right is None):
        return refused("A sum or difference of that kind", _PLAINLY)
    return None


def cast_to(node: exp.Expr) -> exp.Expr | str | None:
    """Numbers are rounded to whole ones, Spark would cut them; texts of doubles and times look different."""
    to, given = node.args["to"], kind(node.this)
    if to.this not in _TYPES:
        return refused("A cast to that type", "use text, numeric, double precision, a whole number, date or timestamp")
    if to.this in _WHOLE and given not in ("whole", "text", "truth"):
        rounded = native("bround" if given == "double" else "round", node.this, number(0))
        return exp.Cast(this=rounded, to=to.copy())
    if to.this in (exp.DType.VARCHAR, exp.DType.TEXT) and given in ("double", "time", "naive", "span", "map"):
        return refused("A text of a number with a point, a time or an interval", "use round, a numeric, or to_char")
    return None


def span(node: exp.Expr) -> exp.Expr | str | None:
    """Of one unit: Spark has no interval of months and days."""
    value = node.this
    amount = value.name.lstrip("-") if isinstance(value, exp.Literal) else ""
    unit = node.args.get("unit")
    if not amount.isdigit() or not isinstance(unit, exp.Var) or unit.name.upper().rstrip("S") not in _UNITS:
        return refused("An interval of several units", "write one with a whole number of one unit")
    return None


def extract(node: exp.Expr) -> exp.Expr | str | None:
    """A part of a day or a time, by the function that all engines have."""
    return part(node.name, node.expression)


def part(unit: str, value: exp.Expr) -> exp.Expr | str:
    """A named part of a value."""
    unit = unit.upper()
    if unit == "EPOCH":
        return epoch(value)
    if kind(value) not in ("date", "naive", "time"):
        return refused("A part of something that may be no date", _PLAINLY)
    if unit in ("DOW", "DAYOFWEEK"):
        return exp.Paren(this=exp.Sub(this=native("dayofweek", value), expression=number(1)))
    if unit == "ISODOW":
        moved = exp.Add(this=native("dayofweek", value), expression=number(5))
        return exp.Paren(this=exp.Add(this=native("pmod", moved, number(7)), expression=number(1)))
    name = _PARTS.get(unit)
    return (
        native(name, value) if name else refused(f"The part {unit.lower()} of a date", "use year, month, day or hour")
    )


_PARTS: Final = {
    "YEAR": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
    "WEEK": "weekofyear",
    "DAY": "day",
    "DOY": "dayofyear",
    "DAYOFYEAR": "dayofyear",
    "HOUR": "hour",
    "MINUTE": "minute",
    "SECOND": "second",
}


def epoch(value: exp.Expr) -> exp.Expr | str:
    """Seconds since 1970 as a double, of a difference those between."""
    inner = value.unnest()
    if isinstance(inner, exp.Sub) and kind(inner) == "span":
        ends = [_micros(one) for one in (inner.this, inner.expression)]
        micros: exp.Expr = exp.Paren(this=exp.Sub(this=ends[0], expression=ends[1]))
    elif kind(value) in ("date", "naive", "time"):
        micros = _micros(value)
    else:
        return refused("Seconds of something that may be no date", _PLAINLY)
    return exp.Paren(this=exp.Div(this=micros, expression=_double(number(1_000_000)), typed=True))


def _micros(value: exp.Expr) -> exp.Expr:
    return native("unix_micros", cast(value, "timestamptz"))


def truncate(node: exp.Expr) -> exp.Expr | str | None:
    """The start of a unit; of a day a timestamp without a zone, as DuckDB gives it."""
    unit, given = node.args.get("unit"), kind(node.this)
    if given not in ("date", "naive", "time") or node.args.get("zone"):
        return refused("date_trunc of something that may be no date", _PLAINLY)
    if not isinstance(unit, exp.Var) or unit.name.upper() not in _UNITS:
        return refused("date_trunc to that unit", "use a unit from second to year")
    start = native("date_trunc", text(unit.name.upper()), node.this)
    return start if given == "time" else cast(start, _NAIVE)


def zoned(node: exp.Expr) -> exp.Expr | str | None:
    """AT TIME ZONE."""
    return at_zone(node.this, node.args["zone"])


def at_zone(value: exp.Expr, zone: exp.Expr) -> exp.Expr | str:
    """A time as a clock there shows it, or what such a clock means."""
    given = kind(value)
    if not (isinstance(zone, exp.Literal) and zone.is_string) or given not in ("naive", "time"):
        return refused("A time zone of something that may be no time", _PLAINLY)
    if given == "time":
        return cast(native("from_utc_timestamp", value, zone), _NAIVE)
    return native("to_utc_timestamp", cast(value, "timestamptz"), zone)


def entry(node: exp.Expr) -> exp.Expr | str | None:
    """The value of a key; NULL where there is none."""
    if kind(node.this) != "map" or len(node.expressions) != 1:
        return refused("A place of a list", "only tags have keys")
    return native("try_element_at", node.this, node.expressions[0])


def case(node: exp.Expr) -> exp.Expr | str | None:
    """Whole numbers beside numbers with a point are written with one."""
    if kind(node) != "decimal":
        return None
    for branch in node.args["ifs"]:
        branch.set("true", _with_point(branch.args["true"]))
    default = node.args.get("default")
    if default is not None:
        node.set("default", _with_point(default))
    return None


def _with_point(value: exp.Expr) -> exp.Expr:
    inner = value.this if isinstance(value, exp.Neg) else value
    if isinstance(inner, exp.Literal) and not inner.is_string:
        return like(cast(value, "decimal(38, 18)"), value)
    return value


def equals(node: exp.Expr) -> exp.Expr | str | None:
    """`= ANY (…)` is IN."""
    if not isinstance(node.expression, exp.Any):
        return None
    inner = node.expression.this.unnest()
    if isinstance(inner, exp.Select):
        return exp.In(this=node.this.copy(), query=exp.Subquery(this=inner.copy()))
    if isinstance(inner, exp.Array) and inner.expressions:
        return exp.In(this=node.this.copy(), expressions=[one.copy() for one in inner.expressions])
    return refused("ANY of a list that is not written down", "use IN")


def in_any(node: exp.Expr) -> exp.Expr | str | None:
    """What `equals` writes as IN, and nothing else."""
    above = node.parent
    while isinstance(node, exp.Array) and isinstance(above, exp.Paren):
        above = above.parent
    is_supported = isinstance(above, exp.Any if isinstance(node, exp.Array) else exp.EQ)
    return None if is_supported else refused("A list, but in = ANY (…),", "use IN, or ask without it")


def finite(node: exp.Expr) -> exp.Expr | str | None:
    """Whether a double is too large to be one."""
    return exp.EQ(this=native("abs", node.this), expression=cast(text("Infinity"), "double"))


def logarithm(node: exp.Expr) -> exp.Expr | str | None:
    """Of nothing and less Spark has NULL, where the others refuse."""
    plain = node.this if node.args.get("expression") is None else node.expression
    if isinstance(node, exp.Ln):
        own = native("ln", node.this)
    elif node.args.get("expression") is None:
        own = native("log10", node.this)
    else:
        own = native("log", node.this, node.expression)
    bad = exp.LTE(this=wrap(plain), expression=number(0))
    return when(bad, native("raise_error", text("value out of range")), own)


def cut(node: exp.Expr) -> exp.Expr | str | None:
    """Without the places behind, towards zero."""
    places = node.args.get("decimals")
    if places is not None and not (positive(places, 0) and kind(node.this) in ("decimal", "whole")):
        return refused("trunc to such places", "use round")
    given = [] if places is None else [places]
    below = exp.LT(this=wrap(node.this), expression=number(0))
    return when(below, native("ceil", node.this, *given), native("floor", node.this, *given))


def _double(value: exp.Expr) -> exp.Expr:
    return cast(value, "double")


OPERATORS: Final[Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr | str | None]]] = {
    exp.Div: divide,
    exp.Mul: multiply,
    exp.Add: add,
    exp.Sub: add,
    exp.Cast: cast_to,
    exp.Interval: span,
    exp.Extract: extract,
    exp.TimestampTrunc: truncate,
    exp.AtTimeZone: zoned,
    exp.Bracket: entry,
    exp.Case: case,
    exp.EQ: equals,
    exp.Any: in_any,
    exp.Array: in_any,
    exp.IsInf: finite,
    exp.Ln: logarithm,
    exp.Log: logarithm,
    exp.Trunc: cut,
}
