"""Values of constant expressions: numbers, days, intervals in days; None where an expression is not constant."""

import re
from datetime import UTC, datetime
from typing import Final

from sqlglot import exp

_UNIT_DAYS: Final = {
    "microsecond": 1 / 86_400_000_000,
    "millisecond": 1 / 86_400_000,
    "second": 1 / 86_400,
    "sec": 1 / 86_400,
    "minute": 1 / 1440,
    "min": 1 / 1440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.0,
    "mon": 30.0,
    "quarter": 91.0,
    "year": 365.0,
    "decade": 3652.0,
    "century": 36525.0,
    "centurie": 36525.0,
    "millennium": 365250.0,
    "millennia": 365250.0,
}
_INTERVAL: Final = re.compile(r"(?<![\d.])([+-]?\d+(?:\.\d+)?)\s*([a-z]+)")  # no start within a number
_DATES: Final = (exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ)


def number(node: exp.Expr) -> float | None:
    """The number that arithmetic on literals makes."""
    if isinstance(node, exp.Literal):
        return None if node.is_string else float(node.name)
    if isinstance(node, exp.Paren | exp.Cast):
        if isinstance(node.this, exp.Literal) and node.this.is_string and isinstance(node, exp.Cast):
            return _as_number(node)
        return number(node.this)
    if isinstance(node, exp.Neg):
        value = number(node.this)
        return None if value is None else -value
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Pow):
        return _arithmetic(node)
    return None


def _as_number(node: exp.Cast) -> float | None:
    if node.to.this in _DATES or node.to.this is exp.DType.INTERVAL:
        return None
    try:
        return float(node.this.name)
    except ValueError:
        return None


def _arithmetic(node: exp.Binary) -> float | None:
    left, right = number(node.this), number(node.expression)
    if left is None or right is None:
        return None
    try:
        if isinstance(node, exp.Add):
            return left + right
        if isinstance(node, exp.Sub):
            return left - right
        if isinstance(node, exp.Mul):
            return left * right
        result = left / right if isinstance(node, exp.Div) else left**right
        return result if isinstance(result, float) else float("inf")
    except (OverflowError, ZeroDivisionError):
        return float("inf")


def date_in_days(node: exp.Expr) -> float | None:
    """Days since 1970 of a date literal, shifted by constant intervals and days."""
    if isinstance(node, exp.Paren):
        return date_in_days(node.this)
    if isinstance(node, exp.Cast) and node.to.this in _DATES:
        return date_in_days(node.this)
    if isinstance(node, exp.Literal):
        try:
            day = datetime.fromisoformat(node.name.strip()).replace(tzinfo=UTC) if node.is_string else None
        except ValueError:
            return None
        return day.timestamp() / 86_400 if day else None
    if isinstance(node, exp.Add | exp.Sub):
        start = date_in_days(node.this)
        shift = number(node.expression)
        shift = interval_in_days(node.expression) if shift is None else shift
        if start is not None and shift is not None:
            return start + shift if isinstance(node, exp.Add) else start - shift
    return None


def interval_in_days(node: exp.Expr) -> float | None:
    """Days of an interval literal, also multiplied by a constant."""
    if isinstance(node, exp.Paren):
        return interval_in_days(node.this)
    if isinstance(node, exp.Interval):
        return _parse_interval(f"{node.name} {node.text('unit')}")
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal):
        return _parse_interval(node.this.name)
    if isinstance(node, exp.Literal) and node.is_string:
        return _parse_interval(node.name)
    if isinstance(node, exp.Mul):
        for one, other in ((node.this, node.expression), (node.expression, node.this)):
            days, factor = interval_in_days(one), number(other)
            if days is not None and factor is not None:
                return days * factor
    return None


def _parse_interval(text: str) -> float | None:
    text = text.strip().lower()
    total = 0.0
    rest = _INTERVAL.sub("", text).strip()
    if rest or not text:
        return None
    for amount, unit in _INTERVAL.findall(text):
        days = _UNIT_DAYS.get(unit) or _UNIT_DAYS.get(unit.removesuffix("s"))
        if days is None:
            return None
        total += float(amount) * days
    return total
