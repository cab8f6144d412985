"""Aggregates and periods as expressions over a reporting view."""

from datetime import date, timedelta

from sqlglot import exp

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod
from nl2sql.grammar.sql import ai_measures

NO_SUM = frozenset({*ai_measures.PRICED})  # ratios, apart from those in per cent
PER_UNIT = frozenset({"usage_quantity", "unit_cost"})  # apart for each unit of usage
AMOUNTS = frozenset({"effective_cost", "billed_cost", "list_cost", "listed_cost", "contracted_cost"})  # of the views
RATES = frozenset({"savings_rate", "utilization_rate", "coverage_rate"})


def measure(metric: str, condition: exp.Expr | None = None, covered: exp.Expr | None = None) -> exp.Expr:
    """The aggregate of a metric over the rows of a group, or over those of them
    that meet a condition; `covered` narrows what counts as covered.
    """
    if metric == "invoice_cost":
        return _sum(exp.column("billed_cost"), condition)
    if metric == "savings":
        usage = _both(condition, _among("charge_category", "Usage"))
        listed = exp.Coalesce(this=exp.column("listed_cost"), expressions=[exp.Literal.number(0)])
        return _sum(exp.Sub(this=exp.column("list_cost"), expression=listed), usage)
    if metric == "unit_cost":
        metered = exp.GT(this=exp.column("usage_quantity"), expression=exp.Literal.number(0))
        cost, quantity = (
            _sum(exp.column(name), _both(condition, metered.copy())) for name in ("effective_cost", "usage_quantity")
        )
        return divided(cost, quantity)
    if metric == "savings_rate":
        usage = _both(condition, _among("charge_category", "Usage"))
        return percent(measure("savings", condition), _sum(exp.column("list_cost"), usage))
    if metric == "utilization_rate":
        used, all_of_it = _among("commitment_status", "Used"), _among("commitment_status", "Used", "Unused")
        return percent(
            _sum(exp.column("effective_cost"), _both(condition, used)),
            _sum(exp.column("effective_cost"), _both(condition, all_of_it)),
        )
    if metric == "coverage_rate":
        used, usage = _among("commitment_status", "Used"), _among("charge_category", "Usage")
        used = exp.and_(used, covered) if covered is not None else used
        return percent(
            _sum(exp.column("list_cost"), _both(condition, used)),
            _sum(exp.column("list_cost"), _both(condition, usage)),
        )
    if (counts := ai_measures.counted(metric)) is not None:
        added, divisor = ai_measures.parts(metric)
        condition = _both(condition, counts)
        return divided(_sum(added, condition), _sum(divisor, condition)) if divisor else _sum(added, condition)
    return _sum(exp.column(metric), condition)


def divided(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    """Part / whole, NULL where the whole is nothing."""
    return exp.Div(this=part, expression=exp.Nullif(this=whole, expression=exp.Literal.number(0)))


def percent(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    """100 x part / whole, NULL where the whole is nothing."""
    return divided(exp.Mul(this=exp.Literal.number(100), expression=part), whole)


def zero_for_none(value: exp.Expr) -> exp.Expr:
    """The amount, or 0 where there are no rows."""
    return exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])


def day_of(metric: str) -> str:
    """The date column of a metric: `billing_period` for invoices, `usage_date` for everything else."""
    return "billing_period" if metric == "invoice_cost" else "usage_date"


def within(period: DatePeriod, column: str = "usage_date") -> exp.Expr:
    """The condition that a column's day or hour lies in a period; a billing period counts when its month does."""
    day = exp.column(column)
    if column == "usage_hour":
        return exp.and_(
            exp.GTE(this=day, expression=_hour(period.start)), exp.LT(this=day.copy(), expression=_hour(period.end))
        )
    if column == "billing_period":
        period = DatePeriod(periods.floor(period.start, "month"), period.end, period.label)
    return exp.and_(
        exp.GTE(this=day, expression=_day(period.start)), exp.LT(this=day.copy(), expression=_day(period.end))
    )


def units(period: DatePeriod, unit: str, through: date | None, weekdays: str | None) -> float:
    """The number of days, weeks, months … of a period, up to the newest day of data when it is still running."""
    end = period.end
    if (through and not period.whole) or (through and end > through + timedelta(1) and period.start <= through):
        end = max(min(end, (through or end) + timedelta(1)), period.start + timedelta(1))
    if unit == "day":
        days = [period.start + timedelta(offset) for offset in range((end - period.start).days)]
        chosen = [day for day in days if weekdays is None or (day.weekday() >= 5) == (weekdays == "weekend")]
        return float(max(len(chosen), 1))
    if unit == "week":
        return max((end - period.start).days / 7, 1.0)
    counted, start = 0, periods.floor(period.start, unit)  # type: ignore[arg-type]  # a unit, as averages of things end before
    while start < end:
        counted, start = counted + 1, periods.step(start, unit, 1)  # type: ignore[arg-type]  # the same
    return float(max(counted, 1))


def _sum(value: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    total = exp.Sum(this=exp.paren(value) if isinstance(value, exp.Binary) else value)
    return exp.Filter(this=total, expression=exp.Where(this=condition)) if condition is not None else total


def _among(column: str, *values: str) -> exp.Expr:
    return exp.In(this=exp.column(column), expressions=[exp.Literal.string(value) for value in values])


def _both(first: exp.Expr | None, second: exp.Expr) -> exp.Expr:
    return exp.and_(first.copy(), second) if first is not None else second


def _hour(day: date) -> exp.Expr:
    """The first moment of a day, UTC."""
    return exp.cast(exp.Literal.string(f"{day.isoformat()} 00:00:00+00"), "timestamptz")


def _day(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")
