"""The statements behind `/costs`, as trees: values are literals of the tree, never text pasted in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analysis.months import add_months, days_in_month

_TAXLESS = "charge_category <> 'Tax'"


@dataclass(frozen=True)
class CostRequest:
    """Which costs are summed. Days are half open; `known_until` is the day after the last with bills, where later days
    are asked for.
    """

    by: tuple[str, ...]
    metric: str
    since: date
    until: date
    filters: dict[str, str]
    known_until: date | None = None
    nothing: bool = False  # a filter fits no row

    def until_data(self, through: date | None) -> "CostRequest":
        """The same, with the comparison cut to the days that have bills."""
        if through is None or not self.since <= through < self.until - timedelta(days=1):
            return self
        return replace(self, known_until=through + timedelta(days=1))

    @property
    def compared(self) -> tuple[date, date]:
        """The days that `before` sums: of a month, or the first days of one, the same of the month before; else as
        many days before.
        """
        known_until = self.known_until or self.until
        length = known_until - self.since
        month = days_in_month(self.since)
        if self.since.day != 1 or length.days > month:
            return self.since - length, self.since
        first = add_months(self.since, -1)
        return first, self.since if length.days == month else min(first + length, self.since)


def groups(request: CostRequest, limit: int, offset: int) -> exp.Select:
    """One row per group and currency, the largest cost first."""
    return _sums(request, request.by).limit(limit).offset(offset)


def totals(request: CostRequest) -> exp.Select:
    """One row per currency over all groups."""
    return _sums(request, ())


def periods(request: CostRequest, grain: str) -> exp.Select:
    """One row per period and currency over all groups."""
    return _over_time(request, grain, ())


def series(request: CostRequest, grain: str, drawn: Sequence[dict[str, Any]]) -> exp.Select:
    """One row per period, currency and group, of the groups in `drawn` alone."""
    chosen = exp.or_(*(exp.and_(*(_is(name, row[name]) for name in request.by)) for row in drawn))
    return _over_time(request, grain, request.by).where(chosen)


def _sums(request: CostRequest, by: Sequence[str]) -> exp.Select:
    names = [exp.column(name) for name in (*by, "currency")]
    here, before = _days(request.since, request.until), _days(*request.compared)
    cost, earlier = (exp.Filter(this=_cost(request), expression=exp.Where(this=days)) for days in (here, before))
    statement = exp.select(*names, exp.alias_(cost, "cost"), exp.alias_(earlier, "before"))
    statement = _narrowed(statement, request).where(exp.or_(here.copy(), before.copy()))
    largest = exp.Ordered(this=exp.column("cost"), desc=True, nulls_first=False)
    return statement.group_by(*names).order_by(largest, *names)


def _over_time(request: CostRequest, grain: str, by: Sequence[str]) -> exp.Select:
    day = exp.column("usage_date")
    truncated = exp.cast(exp.func("date_trunc", exp.Literal.string(grain), day, dialect="postgres"), "date")
    period = day if grain == "day" else truncated
    names = [exp.column(name) for name in (*by, "currency")]
    statement = exp.select(exp.alias_(period, "period"), *names, exp.alias_(_cost(request), "cost"))
    statement = _narrowed(statement, request).where(_days(request.since, request.until))
    return statement.group_by(period.copy(), *names).order_by(exp.column("period"), *names)


def _narrowed(statement: exp.Select, request: CostRequest) -> exp.Select:
    statement = statement.from_("daily_costs").where(_TAXLESS)
    if request.nothing:
        return statement.where(exp.false())
    for name, value in request.filters.items():
        statement = statement.where(_is(name, value or None))
    return statement


def _cost(request: CostRequest) -> exp.Func:
    return exp.func("sum", exp.column(f"{request.metric}_cost"), dialect="postgres")


def _is(name: str, value: str | None) -> exp.Condition:
    column = exp.column(name)
    return column.is_(exp.null()) if value is None else column.eq(exp.Literal.string(value))


def _days(since: date, until: date) -> exp.Condition:
    first, end = (exp.cast(exp.Literal.string(day.isoformat()), "date") for day in (since, until))
    day = exp.column("usage_date")
    return exp.and_(day >= first, day.copy() < end)
