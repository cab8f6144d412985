"""Where one value of a statement comes from, given where its parts come from."""

import re
from collections.abc import Sequence
from enum import Enum

from sqlglot import exp


class Kind(Enum):
    """Where a value comes from."""

    DATA = "data"
    FLAG = "flag"
    CONSTANT = "constant"
    OTHER = "other"


_FIGURE = re.compile(r"[$€£¥]\s*\d|\d\s*%|\d{1,3}(?:[,.']\d{3})+|\d{5,}")
_HARMLESS = frozenset({0.0, 1.0, 100.0})  # 100 * (1 - a / b)
_DAY = re.compile(r"(_date|_hour|_at|_on|_start|_end|_seen|_through)$|^(as_of|billing_period|day)$")
_TEXTS = (
    exp.TimestampTrunc,
    exp.DateTrunc,
    exp.DPipe,
    exp.Concat,
    exp.TimeToStr,
    exp.Lower,
    exp.Upper,
    exp.GenerateSeries,
    exp.ExplodingGenerateSeries,
    exp.Explode,
    exp.Unnest,
    exp.Array,
)
"""Functions that give text or days of text and days."""


def worst(*kinds: Kind) -> Kind:
    """Of values of one column: an invention anywhere is one everywhere."""
    for kind in (Kind.CONSTANT, Kind.DATA, Kind.FLAG):
        if kind in kinds:
            return kind
    return Kind.OTHER


def literal(value: exp.Literal) -> Kind:
    return Kind.CONSTANT if not value.is_string or _FIGURE.search(value.name) else Kind.OTHER


def number(value: exp.Expr) -> float | None:
    value = value.unnest()
    if isinstance(value, exp.Neg):
        inner = number(value.this)
        return None if inner is None else -inner
    if isinstance(value, exp.Literal) and not value.is_string:
        try:
            return float(value.name)
        except ValueError:
            return None
    return None


def chosen(parts: Sequence[exp.Expr], kinds: Sequence[Kind]) -> Kind:
    """One of several values: 0 and 1 stand for none and one of what is counted."""
    decisive = [kind for part, kind in zip(parts, kinds, strict=True) if number(part) not in (0.0, 1.0)]
    return worst(*decisive) if decisive else Kind.FLAG


def cast(value: exp.Cast, inner: Kind) -> Kind:
    number = value.to.is_type(*exp.DataType.NUMERIC_TYPES) and not isinstance(value.this, exp.Null)
    return Kind.CONSTANT if number and inner is Kind.OTHER else inner


def _of_days(value: exp.Expr) -> bool:
    """Whether all that is calculated with are days."""
    columns = list(value.find_all(exp.Column))
    return bool(columns) and all(_DAY.search(column.name) for column in columns)


def _is_day(value: exp.Expr) -> bool:
    """Today, or text that is written as a day."""
    value = value.unnest()
    return isinstance(value, exp.CurrentDate) or (isinstance(value, exp.Cast) and value.to.is_type("date"))


def calculated(value: exp.Binary, left: Kind, right: Kind) -> Kind:
    sides = {left, right}
    if isinstance(value, exp.Sub | exp.Div) and value.left.unnest() == value.right.unnest():
        return Kind.CONSTANT
    if sides == {Kind.DATA, Kind.CONSTANT}:
        if isinstance(value, exp.Add | exp.Sub):
            constant = value.left if left is Kind.CONSTANT else value.right
            return Kind.DATA if number(constant) in _HARMLESS or _of_days(value) else Kind.CONSTANT
        return Kind.CONSTANT if 0.0 in (number(value.left), number(value.right)) else Kind.DATA
    if Kind.DATA in sides:
        return Kind.DATA
    if sides == {Kind.OTHER, Kind.CONSTANT} and isinstance(value, exp.Add | exp.Sub) and _is_day(value.left):
        return Kind.OTHER
    if sides == {Kind.OTHER}:  # a day and an interval; two days are a number
        intervals = value.find(exp.Interval) is not None
        return Kind.OTHER if intervals else Kind.CONSTANT
    return Kind.CONSTANT


def function(value: exp.Expr, kinds: Sequence[Kind]) -> Kind:
    """A function of what descends from a column does so too; of texts and days alone it is one only where it gives
    text or a day.
    """
    if Kind.DATA in kinds:
        return Kind.DATA
    if Kind.FLAG in kinds and isinstance(value, exp.AggFunc):
        return Kind.DATA
    harmless = isinstance(value, _TEXTS)
    return Kind.OTHER if harmless and Kind.CONSTANT not in kinds else Kind.CONSTANT
