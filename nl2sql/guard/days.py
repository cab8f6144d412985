"""The days of line items that a statement reads, as far as it says them itself, so that other files stay closed."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from sqlglot import exp

Days = tuple[date, date]  # from the first, to before the second

_COLUMN: Final = "usage_date"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TYPES: Final = (exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ)
_MIRRORED: Final[dict[type[exp.Expr], type[exp.Expr]]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.EQ: exp.EQ,
}
_ALL: Final = (date.min, date.max)


def days(readings: Iterable[exp.Expr]) -> Days | None:
    """What encloses the days of every place where line items are read; None where one of them may need any day.

    A place is bounded by conditions of its own query's WHERE that compare `usage_date` with a day that is written down:
    such a condition is not true of a row that an outer join left empty.
    """
    bounds = [_bounded(table) for table in readings]
    if not bounds or _ALL in bounds:
        return None
    return min(first for first, _ in bounds), max(after for _, after in bounds)


def _bounded(table: exp.Expr) -> Days:
    select = table.parent.parent if isinstance(table.parent, exp.From | exp.Join) else None
    alias = table.args.get("alias")
    where = select.args.get("where") if isinstance(select, exp.Select) else None
    if where is None or select is None or table.args.get("joins") or (alias and alias.args.get("columns")):
        return _ALL
    names = {table.alias_or_name}
    if not select.args.get("joins") and not select.args.get("laterals"):
        names.add("")  # of several sources a bare name may be another's
    first, after = _ALL
    for condition in _conditions(where.this):
        least, end = _compared(condition, names)
        first, after = max(first, least), min(after, end)
    return first, after


def _conditions(node: exp.Expr) -> Iterator[exp.Expr]:
    """The parts that all must be true."""
    waiting = [node]
    while waiting:
        part = waiting.pop().unnest()
        if isinstance(part, exp.And):
            waiting += [part.this, part.expression]
        else:
            yield part


def _compared(condition: exp.Expr, names: set[str]) -> Days:
    """The days of which a condition may be true."""
    if isinstance(condition, exp.Between) and not condition.args.get("symmetric"):
        low, high = (_day(condition.args[end]) for end in ("low", "high"))
        if _is_day_of(condition.this, names):
            return _from(low), _through(high)
    if isinstance(condition, exp.In) and condition.expressions and _is_day_of(condition.this, names):
        listed = [_day(one) for one in condition.expressions]
        written = [one for one in listed if one is not None]
        return (min(written), _through(max(written))) if len(written) == len(listed) else _ALL
    kind = type(condition)
    if kind not in _MIRRORED:
        return _ALL
    if _is_day_of(condition.this, names):
        return _side(kind, _day(condition.expression))
    return _side(_MIRRORED[kind], _day(condition.this)) if _is_day_of(condition.expression, names) else _ALL


def _side(kind: type[exp.Expr], day: date | None) -> Days:
    """The days that are before, on or after another."""
    first, after = _ALL
    if kind in (exp.GTE, exp.EQ):
        first = _from(day)
    elif kind is exp.GT:
        first = _through(day) if day is not None else date.min
    if kind in (exp.LTE, exp.EQ):
        after = _through(day)
    elif kind is exp.LT:
        after = day or date.max
    return first, after


def _from(day: date | None) -> date:
    return day or date.min


def _through(day: date | None) -> date:
    return day + timedelta(days=1) if day is not None and day < date.max else date.max


def _is_day_of(node: exp.Expr, names: set[str]) -> bool:
    node = node.unnest()
    return isinstance(node, exp.Column) and node.name == _COLUMN and node.table in names


def _day(node: exp.Expr) -> date | None:
    """A day that is written down, bare or as a time that it starts with."""
    node = node.unnest()
    if isinstance(node, exp.Cast) and node.to.this in _TYPES:
        node = node.this.unnest()
    if not isinstance(node, exp.Literal) or not node.is_string or not _DAY.fullmatch(node.name):
        return None
    try:
        return date.fromisoformat(node.name)
    except ValueError:
        return None
