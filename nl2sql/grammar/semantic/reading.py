"""JSON of others to a query or a listing: whole and valid, or every problem by its field."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from nl2sql.dates.periods import UNITS, DatePeriod, until_now
from nl2sql.grammar.query import CostQuery, Filter, Threshold
from nl2sql.grammar.semantic.context import Problem, ReadingContext, Unreadable, choices, quoted
from nl2sql.grammar.semantic.filters import read_filter
from nl2sql.grammar.semantic.forms import FilterForm, ListingForm, PeriodForm, QueryForm, problems_of
from nl2sql.grammar.semantic.periods import read_period, unreached
from nl2sql.grammar.semantic.sense import senseless
from nl2sql.grammar.subjects.listing import SubjectListing, unlistable
from nl2sql.grammar.subjects.views import SUBJECTS

_AVERAGED = ("day", "week", "month", "quarter", "year")
_Read = TypeVar("_Read")


def read_query(given: Any, context: ReadingContext, *, own: bool = False) -> CostQuery | Unreadable:
    """The query, with names, labels and running periods as the grammar would have made them. With `own` it is one that
    we made and stored: its labels and notes are kept, and it was answered as it is.
    """
    try:
        form = QueryForm.model_validate(given)
    except ValidationError as error:
        return problems_of(error)
    problems = [*_unknown_names(form, context)]
    spans = _periods((form.period, *form.compared), context, own, problems)
    filters = _filters(form.filters, "filters", context, own, problems)
    scopes = _filters(form.scopes, "scopes", context, own, problems)
    share_of = None if form.share_of is None else _filters(form.share_of, "share_of", context, own, problems)
    if problems:
        return Unreadable(tuple(problems))
    period, *compared = spans
    if outside := unreached(period, "period", context.calendar):
        return Unreadable((outside,))
    limit_within = form.limit_within
    dimensions = tuple(form.dimensions)
    if limit_within and limit_within not in dimensions:
        dimensions = (limit_within, *dimensions)
    if form.threshold and form.threshold.percent and share_of is None and not compared:
        share_of = ()  # over 5 %: of all of it
    query = CostQuery(
        metric=form.metric,
        period=period,
        beside=tuple(form.beside),
        dimensions=dimensions,
        grain=form.grain,
        filters=filters,
        with_tax=form.with_tax,
        weekdays=form.weekdays,
        compared=tuple(compared),
        change=form.change,
        moved_only=form.moved_only,
        why=form.why,
        scopes=scopes,
        ratio=form.ratio,
        share_of=share_of,
        average=form.average or ("day" if form.statistic else None),
        statistic=form.statistic,
        moving=form.moving,
        profile=form.profile,
        appeared=form.appeared,
        count=form.count,
        run_rate=form.run_rate,
        cumulative=form.cumulative,
        order=form.order,
        limit=form.limit,
        offset=form.offset,
        limit_within=limit_within,
        threshold=Threshold(**form.threshold.model_dump()) if form.threshold else None,
        notes=tuple(form.notes) if own else (),
    )
    nonsense = () if own else senseless(query)
    return Unreadable(nonsense) if nonsense else query


def read_listing(given: Any, context: ReadingContext, *, own: bool = False) -> SubjectListing | Unreadable:
    """The listing; filters only by what its view can be narrowed to."""
    try:
        form = ListingForm.model_validate(given)
    except ValidationError as error:
        return problems_of(error)
    if form.subject not in SUBJECTS:
        text = f"{quoted(form.subject)} is no list. {choices(SUBJECTS, form.subject)}"
        return Unreadable((Problem("subject", text),))
    problems: list[Problem] = []
    filters = _filters(form.filters, "filters", context, own, problems)
    period = None
    if form.period:
        period = _value_or_problem(read_period(form.period, "period", context.calendar, own), problems)
    if form.exceeded and form.subject != "budgets":
        problems.append(Problem("exceeded", "Only budgets are exceeded."))
    if form.instance_type and form.subject != "prices":
        problems.append(Problem("instance_type", "Only prices are of instance types."))
    if period and SUBJECTS[form.subject].dated is None and form.subject != "budgets":
        problems.append(Problem("period", f"{SUBJECTS[form.subject].title} are not of days."))
    if form.state and form.state not in (states := SUBJECTS[form.subject].states):
        problems.append(
            Problem("state", f"{quoted(form.state)} is no state of these. {choices(tuple(states), form.state)}")
        )
    if form.by and form.subject != "forecasts":
        problems.append(Problem("by", "Only forecasts are told by a dimension."))
    elif form.by:
        problems += _outside([form.by], "by", context.semantics.dimensions, "no dimension", single=True)
    if form.kinds and form.subject != "recommendations":
        problems.append(Problem("kinds", "Only recommendations are of kinds."))
    if problems:
        return Unreadable(tuple(problems))
    listing = SubjectListing(
        form.subject,
        filters,
        period,
        form.limit,
        form.exceeded,
        form.instance_type,
        form.state,
        tuple(form.kinds),
        form.by,
    )
    unfit = unlistable(listing)
    return Unreadable((Problem("filters", unfit.text),)) if unfit else listing


def _unknown_names(form: QueryForm, context: ReadingContext) -> Iterable[Problem]:
    """Names of metrics and dimensions that the catalogue does not have, and names given twice."""
    metrics, dimensions = context.semantics.metrics, context.semantics.dimensions
    yield from _outside([form.metric], "metric", metrics, "no metric", single=True)
    yield from _outside(form.beside, "beside", metrics, "no metric")
    yield from _outside(form.dimensions, "dimensions", dimensions, "no dimension")
    yield from _twice([form.metric, *form.beside], "beside")
    yield from _twice(form.dimensions, "dimensions")
    for field, given, units in (
        ("average", form.average, _AVERAGED),
        ("count", form.count, tuple(set(UNITS.values()))),
    ):
        if given:
            yield from _outside([given], field, (*units, *dimensions), "no unit of time and no dimension", single=True)
    if form.limit_within:
        yield from _outside([form.limit_within], "limit_within", dimensions, "no dimension", single=True)


def _outside(
    given: Sequence[str], field: str, names: Iterable[str], what: str, single: bool = False
) -> Iterable[Problem]:
    every = tuple(names)
    for place, name in enumerate(given):
        if name not in every:
            yield Problem(field if single else f"{field}[{place}]", f"{quoted(name)} is {what}. {choices(every, name)}")


def _twice(given: Sequence[str], field: str) -> Iterable[Problem]:
    double = next((name for place, name in enumerate(given) if name in given[:place]), None)
    if double:
        yield Problem(field, f"{quoted(double)} is named twice.")


def _value_or_problem(read: _Read | Problem, problems: list[Problem]) -> _Read | None:
    """What was read; a problem goes to the others."""
    if isinstance(read, Problem):
        problems.append(read)
        return None
    return read


def _periods(
    forms: Sequence[PeriodForm], context: ReadingContext, own: bool, problems: list[Problem]
) -> tuple[DatePeriod, ...]:
    """The period and those that are compared with it; one that is still running ends today, as when it is asked for in
    words.
    """
    periods = []
    for place, form in enumerate(forms):
        period = _value_or_problem(
            read_period(form, f"compared[{place - 1}]" if place else "period", context.calendar, own), problems
        )
        if period:
            periods.append(period if own else until_now(period, context.calendar))
    return tuple(periods)


def _filters(
    forms: Sequence[FilterForm], field: str, context: ReadingContext, own: bool, problems: list[Problem]
) -> tuple[Filter, ...]:
    filters = []
    for at, form in enumerate(forms):
        read = read_filter(form, f"{field}[{at}]", context, own)
        if isinstance(read, Filter):
            filters.append(read)
        else:
            problems += read
    return tuple(filters)
