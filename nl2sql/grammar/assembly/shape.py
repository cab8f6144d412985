"""The shape of a query: dimensions, time steps, shares and comparisons of a draft over those it has."""

from dataclasses import replace

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar, Unit
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import CostQuery, Filter, Grain
from nl2sql.grammar.sql.measures import RATES

_DAILY_AT_MOST, _WEEKLY_AT_MOST = 62, 62


def shaped(query: CostQuery, draft: Draft, calendar: QuestionCalendar) -> CostQuery:
    """The query with the draft's shape over its own."""
    query = replace(
        query,
        dimensions=tuple(dict.fromkeys(draft.shape.dimensions)) or query.dimensions,
        grain=_grain(draft.shape.grain, query.period) or query.grain,
        with_tax=draft.filters.with_tax or query.with_tax,
        weekdays=draft.filters.weekdays or query.weekdays,
        scopes=tuple(draft.comparison.scopes) or query.scopes,
        ratio=draft.comparison.ratio or (query.ratio and not draft.comparison.scopes),
        average=draft.measure.average or query.average,
        statistic=draft.measure.statistic or query.statistic,
        moving=draft.measure.moving or query.moving,
        profile=draft.shape.profile or query.profile,
        appeared=draft.measure.appeared or query.appeared,
        count=draft.measure.count or query.count,
        run_rate=draft.measure.run_rate or query.run_rate,
        cumulative=draft.measure.cumulative or query.cumulative,
        order=draft.shape.order or query.order,
        limit=draft.shape.limit or query.limit,
        offset=draft.shape.offset if draft.shape.limit else query.offset,
        limit_within=draft.shape.limit_within or query.limit_within,
        threshold=draft.shape.threshold or query.threshold,
        change=draft.comparison.change or query.change,
        moved_only=draft.comparison.moved_only or query.moved_only,
        why=draft.comparison.why,
        notes=tuple(draft.discourse.notes),
    )
    if draft.measure.appeared == "gone" and draft.measure.unseen and not query.compared:
        known = DatePeriod(calendar.first, query.period.start, periods.label(calendar.first, query.period.start))
        since = query.period.end > calendar.today and query.period.unit == "day"
        before = known if since and known.days > 0 else periods.before(query.period)
        query = replace(query, compared=(before,))
    if draft.measure.share:
        query = _share(query, draft)
    if query.cumulative and not query.grain:
        query = replace(query, grain=_grain("auto", query.period))
    query = _comparison(query, draft, calendar)
    return replace(query, ratio=False) if query.ratio and len(query.scopes) != 2 else query


def _grain(grain: Grain | str | None, period: DatePeriod) -> Grain | None:
    if grain == "auto":
        return "day" if period.days <= _DAILY_AT_MOST else "month"
    return grain  # type: ignore[return-value]  # no other str is left


def _share(query: CostQuery, draft: Draft) -> CostQuery:
    numerators = tuple(draft.measure.numerators)
    if not numerators and not query.dimensions:
        numerators = tuple(f for f in query.filters if not f.negated)
        query = replace(query, filters=tuple(f for f in query.filters if f.negated))
    if (
        numerators == ()
        and not query.dimensions
        and (apart := tuple(f for f in query.filters if f.negated and not f.keep_missing))
    ):
        numerators, query = (
            apart,
            replace(query, filters=tuple(f for f in query.filters if f not in apart)),
        )  # the non-prod share
    named = {f.dimension for f in numerators if not f.negated}
    query = replace(query, dimensions=tuple(name for name in query.dimensions if name not in named))
    if numerators:  # the part is no condition on the whole, though it be said twice
        said = {(f.dimension, f.values, f.negated) for f in numerators}
        query = replace(
            query, filters=tuple(f for f in query.filters if (f.dimension, f.values, f.negated) not in said)
        )
    if any("Tax" in f.values for f in numerators):
        query = replace(query, with_tax=True)
    if query.metric in RATES:  # a rate is in per cent already, and what is named is what it is of
        return replace(query, filters=amended(query.filters, numerators), share_of=None)
    return replace(query, share_of=numerators)


def amended(filters: tuple[Filter, ...], more: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """The filters with those that are not among them."""
    return (*filters, *(one for one in more if one not in filters))


def _against_units(query: CostQuery, unit: Unit, count: int) -> CostQuery:
    """`last week vs the 4 weeks before`: as many days side by side, else an average unit of each."""
    start = periods.step(query.period.start, unit, -max(count, 1))
    before = DatePeriod(start, query.period.start, periods.label(start, query.period.start), unit, max(count, 1))
    if before.days == query.period.days:
        return replace(query, compared=(before,))
    return replace(query, compared=(before,), average=unit)


def _since(query: CostQuery, calendar: QuestionCalendar) -> CostQuery:
    """`how has RDS changed since August`: against August, the newest whole month beside it; while there is none, the
    running one. Since a day the days before it are what it is compared with.
    """
    began = query.period.since
    if began is None or began.unit == "day" or began.count > 1 or not began.whole:
        return query
    running = periods.floor(calendar.today, began.unit)
    newest = periods.whole(periods.step(running, began.unit, -1), began.unit)
    if newest.start <= began.start:
        newest = periods.until_now(periods.whole(calendar.today, began.unit), calendar)
    return replace(query, period=newest, compared=(began,)) if newest.start > began.start else query


def _comparison(query: CostQuery, draft: Draft, calendar: QuestionCalendar) -> CostQuery:
    if draft.comparison.compared:
        return replace(query, compared=tuple(draft.comparison.compared))
    if draft.comparison.units_back:
        return _against_units(query, *draft.comparison.units_back)
    if draft.comparison.change and query.period.since and not query.grain:
        query = _since(query, calendar)
    if draft.comparison.back in ("week", "month", "year"):
        return replace(query, compared=(periods.shifted(query.period, draft.comparison.back),))
    single = not (query.grain and query.period.days > 1)
    if query.compared and query.period.since is None and draft.filters.period and draft.filters.period.since:
        return query
    if draft.comparison.back == "previous" or (draft.comparison.change and single):
        several = (
            draft.comparison.over and periods.step(query.period.start, draft.comparison.over, 1) < query.period.end
        )
        if several and draft.comparison.over and draft.comparison.over != "half":
            return replace(query, grain=draft.comparison.over, change=query.change or "difference")
        return replace(query, compared=(periods.before(query.period),))
    return query
