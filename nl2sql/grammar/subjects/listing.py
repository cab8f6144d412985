"""Lists budgets, forecasts, insights, recommendations, remediations, prices, utilization and data freshness."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlglot import exp, parse_one

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar
from nl2sql.grammar.draft import Draft, Refusal
from nl2sql.grammar.query import Filter, plain
from nl2sql.grammar.subjects import running
from nl2sql.grammar.subjects.views import FILTERS_BY_VIEW, SUBJECTS, Subject

MOST = 100
_RUNNING: tuple[periods.Unit, ...] = ("quarter", "month", "year")
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
    """Rows of a view other than the bills; of budgets, whether they are `exceeded` or `kept` was asked."""

    subject: str
    filters: tuple[Filter, ...] = ()
    period: DatePeriod | None = None
    limit: int | None = None
    exceeded: bool = False
    instance_type: str | None = None
    state: str | None = None
    kinds: tuple[str, ...] = ()
    by: str | None = None  # of forecasts: one row for each value of a dimension
    kept: bool = False

    @property
    def title(self) -> str:
        """The heading of the list."""
        return SUBJECTS[self.subject].title

    @property
    def dated(self) -> DatePeriod | None:
        """The period that the list is limited to, where its view has a date."""
        return self.period if SUBJECTS[self.subject].dated else None

    @property
    def in_state(self) -> str | None:
        """The state that the list is limited to; the usual one where neither it nor a period is named."""
        return self.state or (None if self.dated else SUBJECTS[self.subject].usual)

    def to_json(self) -> dict[str, Any]:
        """The listing as data; `nl2sql.grammar.semantic` reads it back."""
        return {name: plain(value) for name, value in self.__dict__.items() if value not in (None, (), False)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "SubjectListing":
        """The listing that `to_json` wrote."""
        filters = tuple(Filter(**{**one, "values": tuple(one["values"])}) for one in stored.get("filters", ()))
        period = DatePeriod.from_json(stored["period"]) if stored.get("period") else None
        return cls(**{**stored, "filters": filters, "period": period, "kinds": tuple(stored.get("kinds", ()))})


def list_subject(draft: Draft) -> SubjectListing | Refusal:
    """The listing for a draft; a refusal when the view lacks a column of its filters."""
    assert draft.discourse.subject is not None
    subject = SUBJECTS[draft.discourse.subject]
    listing = SubjectListing(
        draft.discourse.subject,
        tuple(draft.filters.conditions),
        draft.filters.period if subject.dated or subject.view == "budgets" else None,
        draft.shape.limit,
        draft.discourse.exceeded,
        draft.discourse.instance_type,
        draft.discourse.state,
        draft.discourse.kinds,
        next(iter(draft.shape.dimensions), None) if subject.view == "forecasts" else None,
        draft.discourse.kept,
    )
    return unlistable(listing) or listing


def unlistable(listing: SubjectListing) -> Refusal | None:
    """The refusal when the view lacks a column of the filters, or the state."""
    subject = SUBJECTS[listing.subject]
    if listing.state and listing.state not in subject.states:
        return Refusal(f"{subject.title} are not told apart by “{listing.state}”.")
    unfit = next((one for one in listing.filters if _condition(subject, one) is None), None)
    return Refusal(f"{subject.title} cannot be narrowed to {unfit.label}.") if unfit else None


def select_of(listing: SubjectListing, calendar: QuestionCalendar) -> exp.Select:
    """The SELECT of a listing that `unlistable` lets pass."""
    subject = SUBJECTS[listing.subject]
    conditions = [_equal(column, value) for column, value in subject.where]
    if state := listing.in_state:
        conditions.append(_equal(subject.state_column, subject.states[state]))
    if listing.kinds:
        conditions.append(exp.or_(*(_equal("kind", kind) for kind in listing.kinds)))
    conditions += [condition for one in listing.filters if (condition := _condition(subject, one)) is not None]
    if listing.by and not listing.period:
        listing = replace(listing, period=periods.whole(calendar.today, "month"))
    return _BUILDERS.get(listing.subject, _plain)(subject, listing, conditions, calendar)


def _condition(subject: Subject, filter_: Filter) -> exp.Expr | None:
    return _scope(filter_) if subject.scoped else _filter(subject, filter_)


def subject_missing(listing: SubjectListing) -> str | None:
    """The sentence for an empty list, when it means that nothing was set up yet."""
    return SUBJECTS[listing.subject].empty


def coming(text: str, calendar: QuestionCalendar) -> DatePeriod | None:
    """The future period that a phrase means; None for other phrases."""
    if text.startswith(("rest of", "remainder of", "remaining", "until", "till", "through", "by", "at")):
        rest: periods.Unit | None = next((unit for unit in _RUNNING if unit in text), None)
        end = periods.whole(calendar.today, rest).end if rest else None
        return periods.period_of(calendar.today, end, "day") if end else None
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


def _plain(
    subject: Subject, listing: SubjectListing, conditions: list[exp.Expr], _calendar: QuestionCalendar
) -> exp.Select:
    select = exp.select(*(exp.column(name) for name in subject.columns)).from_(
        exp.to_table(f"reporting.{subject.view}")
    )
    if listing.period and subject.dated:
        conditions.append(_between(subject.dated, listing.period))
    if listing.instance_type and subject.view == "prices":
        conditions.append(_equal("instance_type", listing.instance_type))
    select = select.where(*conditions) if conditions else select
    if subject.order:
        select = select.order_by(
            exp.Ordered(
                this=parse_one(subject.order, read="postgres"), desc=subject.view != "prices", nulls_first=False
            )
        )
    return select.limit(listing.limit or MOST)


def _budgets(
    subject: Subject, listing: SubjectListing, conditions: list[exp.Expr], calendar: QuestionCalendar
) -> exp.Select:
    """Budgets whose period overlaps the requested one, the fullest first."""
    period = listing.period or periods.whole(calendar.today, "day")
    conditions.append(exp.LT(this=exp.column("period_start"), expression=_day(period.end)))
    conditions.append(exp.GT(this=exp.column("period_end"), expression=_day(period.start)))
    left = exp.alias_(exp.Sub(this=exp.column("amount"), expression=exp.column("spent")), "left_over")
    return _plain(subject, replace(listing, period=None), conditions, calendar).select(left)


def _forecast(
    _subject: Subject, listing: SubjectListing, conditions: list[exp.Expr], calendar: QuestionCalendar
) -> exp.Select:
    """Expected cost per month from the newest prediction, of everything unless a scope is named. The running month adds
    the cost so far to the prediction of its remaining days.
    """
    newest = exp.select(exp.Max(this=exp.column("made_on"))).from_("reporting.forecasts").subquery()
    conditions.append(exp.EQ(this=exp.column("made_on"), expression=newest))
    month_now = periods.whole(calendar.today, "month")
    whole = listing.period is None or listing.period.start <= month_now.start
    if not listing.filters or listing.by:
        conditions.append(_equal("scope_kind", listing.by or "total"))
    if all_of_it := running.whole_of(listing.period, calendar):
        return running.select(all_of_it, conditions, scoped(listing), newest, listing.by).limit(listing.limit or MOST)
    if listing.period:
        end = max(listing.period.end, periods.step(periods.floor(calendar.today, "month"), "month", 1))
        conditions.append(
            _between(
                "forecast_date",
                replace(listing.period, end=end) if listing.period.end <= calendar.tomorrow else listing.period,
            )
        )
    month = exp.cast(exp.TimestampTrunc(this=exp.column("forecast_date"), unit=exp.var("MONTH")), "date")
    names = ("expected_cost", "low_80", "high_80")
    sums = [exp.alias_(exp.Sum(this=exp.column(name)), name) for name in names]
    ahead = exp.select(exp.alias_(month, "month"), exp.column("currency"), *sums)
    ahead = ahead.from_("reporting.forecasts").where(*conditions).group_by(month.copy(), exp.column("currency"))
    if listing.by:
        return _by_scope(listing, ahead, _spent(listing, month, month_now, newest) if whole else exp.Literal.number(0))
    if not whole:
        return ahead.order_by(month.copy())
    ahead = ahead.select(exp.alias_(_spent(listing, month, month_now, newest), "spent"))
    totals = [exp.alias_(exp.Add(this=exp.column(name), expression=exp.column("spent")), name) for name in names]
    select = exp.select(exp.column("month"), exp.column("currency"), *totals, exp.column("spent"))
    return select.from_(ahead.subquery("ahead")).order_by(exp.column("month"))


def _by_scope(listing: SubjectListing, ahead: exp.Select, spent: exp.Expr) -> exp.Select:
    """The months of each scope together, the largest first."""
    scope, currency = exp.column("scope"), exp.column("currency")
    months = ahead.select(scope, exp.alias_(spent, "spent")).group_by(scope.copy())
    names = ("expected_cost", "low_80", "high_80")
    sums = [
        exp.alias_(exp.Sum(this=exp.paren(exp.Add(this=exp.column(name), expression=exp.column("spent")))), name)
        for name in names
    ]
    every = exp.alias_(exp.Sum(this=exp.column("spent")), "spent")
    select = exp.select(exp.alias_(scope.copy(), str(listing.by)), currency, *sums, every).from_(
        months.subquery("ahead")
    )
    largest = exp.Ordered(this=exp.column("expected_cost"), desc=True, nulls_first=False)
    return select.group_by(scope.copy(), currency.copy()).order_by(largest).limit(listing.limit or MOST)


def scoped(listing: SubjectListing) -> list[exp.Expr]:
    """The filters, of costs."""
    return [exp.or_(*(_equal(one.dimension, str(value)) for value in one.values)) for one in listing.filters]


def _spent(listing: SubjectListing, month: exp.Expr, running_month: DatePeriod, newest: exp.Expr) -> exp.Expr:
    """The cost of the running month before the first predicted day; 0 for other months."""
    first = exp.select(exp.Min(this=exp.column("forecast_date"))).from_("reporting.forecasts")
    first = first.where(exp.EQ(this=exp.column("made_on"), expression=newest.copy()))
    costs = exp.select(
        exp.Coalesce(this=exp.Sum(this=exp.column("effective_cost")), expressions=[exp.Literal.number(0)])
    )
    costs = costs.from_("reporting.daily_costs").where(
        _between("usage_date", running_month),
        exp.LT(this=exp.column("usage_date"), expression=first.subquery()),
        exp.NEQ(this=exp.column("charge_category"), expression=exp.Literal.string("Tax")),
        exp.EQ(this=exp.column("currency", "daily_costs"), expression=exp.column("currency", "forecasts")),
        *scoped(listing),
    )
    if listing.by:
        costs = costs.where(
            exp.EQ(this=exp.column(listing.by, "daily_costs"), expression=exp.column("scope", "forecasts"))
        )
    is_running = exp.EQ(this=month.copy(), expression=_day(running_month.start))
    return exp.Case().when(is_running, costs.subquery()).else_(exp.Literal.number(0))


def _utilization(
    _subject: Subject, listing: SubjectListing, conditions: list[exp.Expr], calendar: QuestionCalendar
) -> exp.Select:
    """Mean and peak of each resource's metrics over the period, 14 days unless one is named."""
    period = listing.period or periods.rolling("day", 14, calendar)
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
        .limit(listing.limit or MOST)
    )


_BUILDERS: dict[str, Callable[[Subject, SubjectListing, list[exp.Expr], QuestionCalendar], exp.Select]] = {
    "budgets": _budgets,
    "forecasts": _forecast,
    "utilization": _utilization,
}
