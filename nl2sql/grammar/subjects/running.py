"""The whole of a quarter or year that runs: what is spent of it and what is expected of the rest, month by month."""

from collections.abc import Iterable

from sqlglot import exp

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar

_SUMS = ("expected_cost", "low_80", "high_80")


def whole_of(period: DatePeriod | None, calendar: QuestionCalendar) -> DatePeriod | None:
    """All of a period that began before this month and goes on: `this quarter`, `2026`, `Q4`; None for others."""
    if period is None or period.start >= periods.floor(calendar.today, "month"):
        return None
    for unit in ("quarter", "half", "year"):
        running = periods.whole(calendar.today, unit)
        if period.unit == unit and period.start == running.start and period.end > calendar.today:
            return running
    return period if period.end > calendar.tomorrow else None


def select(
    running: DatePeriod, of_forecasts: list[exp.Expr], of_costs: list[exp.Expr], newest: exp.Expr, by: str | None = None
) -> exp.Select:
    """Expected cost with its band, and what of it is spent: the costs before the first predicted day, then the
    prediction; per month, or `by` a dimension with the largest first. The conditions say of whom.
    """
    first = exp.select(exp.Min(this=exp.column("forecast_date"))).from_("reporting.forecasts")
    first = first.where(exp.EQ(this=exp.column("made_on"), expression=newest.copy()))
    ahead = _part(exp.column("scope") if by else _month("forecast_date"), map(exp.column, _SUMS), exp.Literal.number(0))
    ahead = ahead.from_("reporting.forecasts").where(*of_forecasts, _inside("forecast_date", running))
    cost = exp.column("effective_cost")
    spent = _part(exp.column(by) if by else _month("usage_date"), (cost.copy() for _ in _SUMS), cost)
    spent = spent.from_("reporting.daily_costs").where(
        _inside("usage_date", running),
        exp.LT(this=exp.column("usage_date"), expression=first.subquery()),
        exp.NEQ(this=exp.column("charge_category"), expression=exp.Literal.string("Tax")),
        *of_costs,
    )
    both = exp.union(ahead, spent, distinct=False).subquery("days")
    sums = [exp.alias_(exp.Sum(this=exp.column(name)), name) for name in (*_SUMS, "spent")]
    part, currency = exp.column("part"), exp.column("currency")
    made = exp.select(exp.alias_(part, by or "month"), currency, *sums).from_(both)
    largest = exp.Ordered(this=exp.column("expected_cost"), desc=True, nulls_first=False)
    return made.group_by(part.copy(), currency.copy()).order_by(largest if by else part.copy())


def _month(day: str) -> exp.Expr:
    return exp.cast(exp.TimestampTrunc(this=exp.column(day), unit=exp.var("MONTH")), "date")


def _part(part: exp.Expr, expected: Iterable[exp.Expr], spent: exp.Expr) -> exp.Select:
    named = [exp.alias_(one, name) for one, name in zip(expected, _SUMS, strict=True)]
    return exp.select(exp.alias_(part, "part"), exp.column("currency"), *named, exp.alias_(spent.copy(), "spent"))


def _inside(day: str, period: DatePeriod) -> exp.Expr:
    start, end = (exp.cast(exp.Literal.string(one.isoformat()), "date") for one in (period.start, period.end))
    return exp.and_(exp.GTE(this=exp.column(day), expression=start), exp.LT(this=exp.column(day), expression=end))
