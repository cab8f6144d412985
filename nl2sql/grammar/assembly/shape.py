"""The shape of a query: dimensions, time steps, shares and comparisons of a draft over those it has."""

from dataclasses import replace

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import CostQuery, Grain

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
    query = _comparison(query, draft)
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
    if numerators:  # the part is no condition on the whole, though it be said twice
        said = {(f.dimension, f.values, f.negated) for f in numerators}
        query = replace(
            query, filters=tuple(f for f in query.filters if (f.dimension, f.values, f.negated) not in said)
        )
    if any("Tax" in f.values for f in numerators):
        query = replace(query, with_tax=True)
    return replace(query, share_of=numerators)


def _comparison(query: CostQuery, draft: Draft) -> CostQuery:
    if draft.comparison.compared:
        return replace(query, compared=tuple(draft.comparison.compared))
    if draft.comparison.back in ("week", "month", "year"):
        return replace(query, compared=(periods.shifted(query.period, draft.comparison.back),))
    single = not (query.grain and query.period.days > 1)
    if draft.comparison.back == "previous" or (draft.comparison.change and single):
        several = (
            draft.comparison.over and periods.step(query.period.start, draft.comparison.over, 1) < query.period.end
        )
        if several and draft.comparison.over and draft.comparison.over != "half":
            return replace(query, grain=draft.comparison.over, change=query.change or "difference")
        return replace(query, compared=(periods.before(query.period),))
    return query
