"""Lists budgets, forecasts, insights, recommendations, remediations, prices, utilization and data freshness."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp, parse_one

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar
from nl2sql.grammar.draft import Draft, Refusal
from nl2sql.grammar.query import Filter
from nl2sql.grammar.subjects.views import FILTERS_BY_VIEW, SUBJECTS, Subject

MOST = 100


_COMING: dict[str, tuple[periods.Unit, int]] = {
    "next week": ("week", 1),
    "next month": ("month", 1),
    "following month": ("month", 1),
    "coming month": ("month", 1),
    "next quarter": ("quarter", 1),
    "next year": ("year", 1),
    "tomorrow": ("day", 1),
}


@dataclass(frozen=True)
class SubjectListing:
    """A SELECT over a view other than the bills; `exceeded` when only exceeded budgets were asked for, `state`,
    `when` and `largest` what the list is limited to.
    """

    subject: str
    title: str
    select: exp.Select
    exceeded: bool = False
    state: str | None = None
    when: str | None = None
    largest: int | None = None


def list_subject(draft: Draft, calendar: QuestionCalendar) -> SubjectListing | Refusal:
    """The listing for a draft; a refusal when the view lacks a column of its filters."""
    assert draft.discourse.subject is not None
    subject = SUBJECTS[draft.discourse.subject]
    conditions = [_equal(column, value) for column, value in subject.where]
    dated = draft.filters.period if subject.dated else None
    state = draft.discourse.state or ("open" if "open" in subject.states and not dated else None)
    if state and state not in subject.states:
        return Refusal(f"{subject.title} are not told apart by “{state}”.")
    if state:
        conditions.append(_equal(subject.state_column, subject.states[state]))
    for filter_ in draft.filters.conditions:
        condition = _scope(filter_) if subject.scoped else _filter(subject, filter_)
        if condition is None:
            return Refusal(f"{subject.title} cannot be narrowed to {filter_.label}.")
        conditions.append(condition)
    build = _BUILDERS.get(draft.discourse.subject, _plain)
    return SubjectListing(
        draft.discourse.subject,
        subject.title,
        build(subject, draft, conditions, calendar),
        draft.discourse.exceeded,
        state,
        dated.label if dated else None,
        draft.shape.limit,
    )


def subject_missing(listing: SubjectListing) -> str | None:
    """The sentence for an empty list, when it means that nothing was set up yet."""
    return SUBJECTS[listing.subject].empty


def coming(text: str, calendar: QuestionCalendar) -> DatePeriod | None:
    """The future period that a phrase means; None for other phrases."""
    if text not in _COMING:
        return None
    unit, count = _COMING[text]
    return periods.whole(periods.step(periods.floor(calendar.today, unit), unit, count), unit)


def _equal(column: str, value: str) -> exp.Expr:
    return exp.EQ(this=exp.column(column), expression=exp.Literal.string(value))


def _filter(subject: Subject, filter_: Filter) -> exp.Expr | None:
    if filter_.dimension not in FILTERS_BY_VIEW.get(subject.view, set()) or filter_.negated or None in filter_.values:
        return None
    return exp.or_(*(_equal(filter_.dimension, str(value)) for value in filter_.values))


def _scope(filter_: Filter) -> exp.Expr | None:
    if filter_.negated or None in filter_.values:
        return None
    return exp.and_(
        _equal("scope_kind", filter_.dimension), exp.or_(*(_equal("scope", str(value)) for value in filter_.values))
    )


def _between(column: str, period: DatePeriod) -> exp.Expr:
    return exp.and_(
        exp.GTE(this=exp.column(column), expression=_day(period.start)),
        exp.LT(this=exp.column(column), expression=_day(period.end)),
    )


def _day(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")


def _plain(subject: Subject, draft: Draft, conditions: list[exp.Expr], _calendar: QuestionCalendar) -> exp.Select:
    select = exp.select(*(exp.column(name) for name in subject.columns)).from_(
        exp.to_table(f"reporting.{subject.view}")
    )
    if draft.filters.period and subject.dated:
        conditions.append(_between(subject.dated, draft.filters.period))
    if draft.discourse.instance_type and subject.view == "prices":
        conditions.append(_equal("instance_type", draft.discourse.instance_type))
    select = select.where(*conditions) if conditions else select
    if subject.order:
        select = select.order_by(
            exp.Ordered(
                this=parse_one(subject.order, read="postgres"), desc=subject.view != "prices", nulls_first=False
            )
        )
    return select.limit(draft.shape.limit or MOST)


def _budgets(subject: Subject, draft: Draft, conditions: list[exp.Expr], calendar: QuestionCalendar) -> exp.Select:
    """Budgets whose period overlaps the requested one, the fullest first."""
    period = draft.filters.period or periods.whole(calendar.today, "day")
    conditions.append(exp.LT(this=exp.column("period_start"), expression=_day(period.end)))
    conditions.append(exp.GT(this=exp.column("period_end"), expression=_day(period.start)))
    left = exp.alias_(exp.Sub(this=exp.column("amount"), expression=exp.column("spent")), "left_over")
    return _plain(subject, replace(draft, filters=replace(draft.filters, period=None)), conditions, calendar).select(
        left
    )


def _forecast(_subject: Subject, draft: Draft, conditions: list[exp.Expr], calendar: QuestionCalendar) -> exp.Select:
    """Expected cost per month from the newest prediction, of everything unless a scope is named. The running month adds
    the cost so far to the prediction of its remaining days.
    """
    newest = exp.select(exp.Max(this=exp.column("made_on"))).from_("reporting.forecasts").subquery()
    conditions.append(exp.EQ(this=exp.column("made_on"), expression=newest))
    running = periods.whole(calendar.today, "month")
    whole = draft.filters.period is None or draft.filters.period.start <= running.start
    if not draft.filters.conditions:
        conditions.append(_equal("scope_kind", "total"))
    if draft.filters.period:
        end = max(draft.filters.period.end, periods.step(periods.floor(calendar.today, "month"), "month", 1))
        conditions.append(
            _between(
                "forecast_date",
                replace(draft.filters.period, end=end)
                if draft.filters.period.end <= calendar.tomorrow
                else draft.filters.period,
            )
        )
    month = exp.cast(exp.TimestampTrunc(this=exp.column("forecast_date"), unit=exp.var("MONTH")), "date")
    names = ("expected_cost", "low_80", "high_80")
    sums = [exp.alias_(exp.Sum(this=exp.column(name)), name) for name in names]
    ahead = exp.select(exp.alias_(month, "month"), exp.column("currency"), *sums)
    ahead = ahead.from_("reporting.forecasts").where(*conditions).group_by(month.copy(), exp.column("currency"))
    if not whole:
        return ahead.order_by(month.copy())
    ahead = ahead.select(exp.alias_(_spent(draft, month, running, newest), "spent"))
    totals = [exp.alias_(exp.Add(this=exp.column(name), expression=exp.column("spent")), name) for name in names]
    select = exp.select(exp.column("month"), exp.column("currency"), *totals, exp.column("spent"))
    return select.from_(ahead.subquery("ahead")).order_by(exp.column("month"))


def _spent(draft: Draft, month: exp.Expr, running: DatePeriod, newest: exp.Expr) -> exp.Expr:
    """The cost of the running month before the first predicted day; 0 for other months."""
    first = exp.select(exp.Min(this=exp.column("forecast_date"))).from_("reporting.forecasts")
    first = first.where(exp.EQ(this=exp.column("made_on"), expression=newest.copy()))
    costs = exp.select(
        exp.Coalesce(this=exp.Sum(this=exp.column("effective_cost")), expressions=[exp.Literal.number(0)])
    )
    costs = costs.from_("reporting.daily_costs").where(
        _between("usage_date", running),
        exp.LT(this=exp.column("usage_date"), expression=first.subquery()),
        exp.NEQ(this=exp.column("charge_category"), expression=exp.Literal.string("Tax")),
        exp.EQ(this=exp.column("currency", "daily_costs"), expression=exp.column("currency", "forecasts")),
        *(
            exp.or_(*(_equal(filter_.dimension, str(value)) for value in filter_.values))
            for filter_ in draft.filters.conditions
        ),
    )
    is_running = exp.EQ(this=month.copy(), expression=_day(running.start))
    return exp.Case().when(is_running, costs.subquery()).else_(exp.Literal.number(0))


def _utilization(_subject: Subject, draft: Draft, conditions: list[exp.Expr], calendar: QuestionCalendar) -> exp.Select:
    """Mean and peak of each resource's metrics over the period, 14 days unless one is named."""
    period = draft.filters.period or periods.rolling("day", 14, calendar)
    columns = [exp.column(name) for name in ("resource_id", "metric", "unit")]
    mean = exp.alias_(exp.Avg(this=exp.column("average")), "average")
    peak = exp.alias_(exp.Max(this=exp.column("maximum")), "maximum")
    select = (
        exp.select(*columns, mean, peak)
        .from_(exp.to_table("reporting.utilization"))
        .where(_between("usage_date", period), *conditions)
    )
    return (
        select.group_by(*(column.copy() for column in columns))
        .order_by(exp.Ordered(this=exp.column("average"), desc=True))
        .limit(draft.shape.limit or MOST)
    )


_BUILDERS: dict[str, Callable[[Subject, Draft, list[exp.Expr], QuestionCalendar], exp.Select]] = {
    "budgets": _budgets,
    "forecasts": _forecast,
    "utilization": _utilization,
}
