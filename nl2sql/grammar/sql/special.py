"""Queries whose rows are made in two steps: what is new or gone, medians and percentiles, moving averages, profiles."""

from dataclasses import replace
from datetime import date, timedelta

from sqlglot import exp

from nl2sql.dates import periods
from nl2sql.dates.periods import UNITS, DatePeriod
from nl2sql.grammar.query import CostQuery, Profile
from nl2sql.grammar.sql.conditions import conditions, of_weekdays
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.dimension_value import view_of
from nl2sql.grammar.sql.labels import Label, dimension_labels, grain_label, labels_of
from nl2sql.grammar.sql.measures import measure, within

_PERCENTILES = {"median": "0.5", "p75": "0.75", "p90": "0.9", "p95": "0.95", "p99": "0.99"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_LONG_AGO = date(1990, 1, 1)


def special(query: CostQuery, context: CompileContext) -> exp.Select | None:
    """The SELECT of a query that is made in two steps; None for any other."""
    if query.appeared:
        return _appeared(query, context)
    if query.statistic:
        return _statistic(query, context)
    if query.moving and query.grain:
        return _moving(query, context, query.moving)
    return _profile(query, context, query.profile) if query.profile else None


def _grouped(
    query: CostQuery, context: CompileContext, labels: list[Label], amounts: dict[str, exp.Expr]
) -> exp.Select:
    select = exp.select(
        *(exp.alias_(label.expression.copy(), label.name) for label in labels),
        *(exp.alias_(amount, name) for name, amount in amounts.items()),
    )
    view = view_of(query, context.semantics)
    select = select.from_(exp.to_table(f"reporting.{view}")).where(*conditions(query, context, view))
    return select.group_by(*(label.expression.copy() for label in labels)) if labels else select


def _cut(select: exp.Select, query: CostQuery, column: str, labels: list[Label]) -> exp.Select:
    """Largest (or smallest) first, equal ones by name; only the first where a limit says so."""
    by_name = [exp.Ordered(this=exp.column(label.name)) for label in labels]
    largest = exp.Ordered(this=exp.column(column), desc=query.order == "desc", nulls_first=False)
    select = select.order_by(largest, *by_name)
    if query.limit:
        select = select.limit(query.limit)
    return select.offset(query.offset) if query.limit and query.offset else select


def _appeared(query: CostQuery, context: CompileContext) -> exp.Select:
    """Values that were charged first in the period; or those whose first day without a charge lies in it and that were
    not charged since; beside another period, those that were charged in that and not in this.
    """
    gone = query.appeared == "gone"
    against = query.compared[0] if gone and query.compared else None
    last = max(query.period.end, (context.through or query.period.end) + timedelta(1)) if gone else query.period.end
    all_time = replace(query, period=DatePeriod(_LONG_AGO, query.period.end if against else last, ""), compared=())
    period = against or (costed(query) if gone else query.period)
    labels = labels_of(all_time, context)
    cost = measure(query.metric, within(period))
    day, aggregate = ("last_day", exp.Max) if gone else ("first_day", exp.Min)
    amounts: dict[str, exp.Expr] = {query.metric: cost, day: aggregate(this=exp.column("usage_date"))}
    if query.average == "day":
        inside = exp.Case().when(within(period), exp.column("usage_date"))
        days = exp.Nullif(this=exp.Count(this=exp.Distinct(expressions=[inside])), expression=exp.Literal.number(0))
        amounts = {"average_per_day": exp.Div(this=cost.copy(), expression=days), **amounts}
    in_period = within(against or (_last_days(query, context) if gone else query.period), day)
    names = [*(label.name for label in labels), *amounts]
    select = exp.select(*(exp.column(name) for name in names))
    grouped = _grouped(all_time, context, labels, amounts)
    return _cut(select.from_(grouped.subquery("seen")).where(in_period), query, next(iter(amounts)), labels)


def costed(query: CostQuery) -> DatePeriod:
    """The days whose cost is told of what is gone: the period, and as long before, in which it was charged."""
    start = periods.before(query.period).start
    return DatePeriod(start, query.period.end, periods.label(start, query.period.end))


def _last_days(query: CostQuery, context: CompileContext) -> DatePeriod:
    """The last days of a charge after which the first day without one lies in the period; what was charged on the
    newest day of the bills may still be there.
    """
    newest = context.through or query.period.end
    end = min(query.period.end - timedelta(1), newest)
    start = query.period.start - timedelta(1)
    return DatePeriod(start, max(end, start), "")


def _statistic(query: CostQuery, context: CompileContext) -> exp.Select:
    """Of the costs of single days, weeks … or things: their median, a percentile or their deviation; days without
    cost are among them.
    """
    unit = query.average or "day"
    steps = [grain_label(unit)] if unit in UNITS else dimension_labels(unit, context)
    labels = labels_of(query, context)
    costs = _grouped(query, context, [*labels, *steps], {"amount": measure(query.metric)})
    inner = _with_empty_steps(costs, query, context, labels, steps[0]) if unit in UNITS else costs
    amount = exp.column("amount")
    value: exp.Expr
    if query.statistic == "stddev":
        value = exp.StddevSamp(this=amount)
    else:
        share = exp.Literal.number(_PERCENTILES[query.statistic or "median"])
        value = exp.WithinGroup(
            this=exp.PercentileCont(this=share), expression=exp.Order(expressions=[exp.Ordered(this=amount)])
        )
    name = f"{query.statistic}_per_{unit}"
    select = exp.select(*(exp.column(label.name) for label in labels), exp.alias_(value, name))
    select = select.from_(inner.subquery("steps"))
    if not labels:
        return select
    return _cut(select.group_by(*(exp.column(label.name) for label in labels)), query, name, labels)


def _with_empty_steps(
    costs: exp.Select, query: CostQuery, context: CompileContext, labels: list[Label], step: Label
) -> exp.Select:
    """The costs of steps, and 0 for each step of the period, as far as the bills reach, that has none."""
    days = _days(query, context)
    if not days:
        return costs
    first, last = (exp.cast(exp.Literal.string(day.isoformat()), "date") for day in (days[0], days[-1]))
    daily = exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))
    series = exp.GenerateSeries(start=first, end=last, step=daily)
    day = exp.cast(exp.column("day", table="series"), "date")
    calendar = exp.select(exp.alias_(day, "usage_date")).from_(
        exp.Table(
            this=series, alias=exp.TableAlias(this=exp.to_identifier("series"), columns=[exp.to_identifier("day")])
        )
    )
    names = [exp.column(label.name) for label in labels]
    empty = exp.select(*(name.copy() for name in names), exp.alias_(step.expression.copy(), step.name))
    empty = empty.select(exp.alias_(exp.Literal.number(0), "amount")).from_(calendar.subquery("calendar"))
    if names:
        named = exp.select(*(name.copy() for name in names)).from_("costs").distinct()
        empty = empty.join(named.subquery("named"), join_type="cross")
    for condition in of_weekdays(query, "usage_date"):
        empty = empty.where(condition)
    keys = [*names, exp.column(step.name)]
    charged = exp.select(*(key.copy() for key in keys), exp.column("amount")).from_("costs")
    every = exp.union(charged, empty, distinct=False).subquery("every_step")
    amount = exp.alias_(exp.Sum(this=exp.column("amount")), "amount")
    summed = exp.select(*(key.copy() for key in keys), amount).from_(every).group_by(*(key.copy() for key in keys))
    return summed.with_("costs", as_=costs)


def _moving(query: CostQuery, context: CompileContext, steps: int) -> exp.Select:
    """Each step with the average of it and those before it; only where all of them are in the bills."""
    grain = query.grain if query.grain and query.grain != "hour" else "day"
    start = periods.step(query.period.start, grain, 1 - steps)
    longer = replace(query, period=DatePeriod(start, query.period.end, ""), moving=None)
    labels = labels_of(longer, context)
    step = labels[0]
    total = measure(query.metric)
    window = exp.Window(
        this=exp.Sum(this=total.copy()),
        partition_by=[label.expression.copy() for label in labels[1:]],
        order=exp.Order(expressions=[exp.Ordered(this=step.expression.copy())]),
        spec=_span(grain, steps),
    )
    average = exp.Div(this=window, expression=exp.Literal.number(steps))
    inner = _grouped(longer, context, labels, {query.metric: total, "moving_average": average})
    first = query.period.start
    if context.first and start < context.first:
        first_whole = periods.floor(context.first, "month") if grain in _MONTHS else context.first
        first = max(first, periods.step(first_whole, grain, steps - 1))
    names = [*(label.name for label in labels), query.metric, "moving_average"]
    select = exp.select(*(exp.column(name) for name in names)).from_(inner.subquery("steps"))
    whole = exp.GTE(this=exp.column(step.name), expression=exp.cast(exp.Literal.string(first.isoformat()), "date"))
    return select.where(whole).order_by(*(exp.Ordered(this=exp.column(label.name)) for label in labels))


def _span(grain: str, steps: int) -> exp.WindowSpec:
    """The steps of a moving window, counted by the calendar: a day, week or month without cost is one too."""
    months = _MONTHS.get(grain)
    count, unit = ((steps - 1) * months, "MONTH") if months else ((steps - 1) * (7 if grain == "week" else 1), "DAY")
    back = exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit))
    return exp.WindowSpec(kind="RANGE", start=back, start_side="PRECEDING", end="CURRENT ROW")


def _profile(query: CostQuery, context: CompileContext, profile: Profile) -> exp.Select:
    """An average Monday, weekend day or hour: the cost of all of them over their number in the period; each day has
    each hour, with or without cost.
    """
    labels = labels_of(query, context)
    total = measure(query.metric)
    days = _days(query, context)
    if profile == "hour":
        number: exp.Expr = exp.Literal.number(max(len(days), 1))
        order: exp.Expr = exp.column("hour_of_day")
        per = "average_per_hour"
    else:
        isodow = exp.Extract(this=exp.var("ISODOW"), expression=exp.column("usage_date"))
        counted = exp.Case(this=isodow)
        for weekday in range(1, 8):
            of_kind = [day for day in days if _same(day.isoweekday(), weekday, profile)]
            counted = counted.when(exp.Literal.number(weekday), exp.Literal.number(max(len(of_kind), 1)))
        number, order, per = exp.Min(this=counted), exp.Min(this=isodow.copy()), "average_per_day"
    amounts = {per: exp.Div(this=total, expression=number), query.metric: total.copy()}
    select = _grouped(query, context, labels, amounts)
    if query.limit:
        return _cut(select, query, per, labels)
    if profile == "hour":
        return select.order_by(*(exp.Ordered(this=exp.column(label.name)) for label in labels))
    others = [exp.Ordered(this=label.expression.copy()) for label in labels[1:]]
    return select.order_by(exp.Ordered(this=order), *others)


def _days(query: CostQuery, context: CompileContext) -> list[date]:
    """The days of the period that the bills reach."""
    end = min(query.period.end, context.through + timedelta(1)) if context.through else query.period.end
    start = max(query.period.start, context.first) if context.first else query.period.start
    return [start + timedelta(at) for at in range(max((end - start).days, 0))]


def _same(weekday: int, other: int, profile: Profile) -> bool:
    return weekday == other if profile == "weekday" else (weekday > 5) == (other > 5)
