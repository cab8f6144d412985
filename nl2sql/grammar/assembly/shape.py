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
        dimensions=tuple(dict.fromkeys(draft.dimensions)) or query.dimensions,
        grain=_grain(draft.grain, query.period) or query.grain,
        with_tax=draft.with_tax or query.with_tax,
        weekdays=draft.weekdays or query.weekdays,
        scopes=tuple(draft.scopes) or query.scopes,
        average=draft.average or query.average,
        count=draft.count or query.count,
        run_rate=draft.run_rate or query.run_rate,
        cumulative=draft.cumulative or query.cumulative,
        order=draft.order or query.order,
        limit=draft.limit or query.limit,
        offset=draft.offset if draft.limit else query.offset,
        limit_within=draft.limit_within or query.limit_within,
        threshold=draft.threshold or query.threshold,
        change=draft.change or query.change,
        moved_only=draft.moved_only or query.moved_only,
        why=draft.why,
        notes=tuple(draft.notes),
    )
    if draft.share:
        query = _share(query, draft)
    if query.cumulative and not query.grain:
        query = replace(query, grain=_grain("auto", query.period))
    return _comparison(query, draft)


def _grain(grain: Grain | str | None, period: DatePeriod) -> Grain | None:
    if grain == "auto":
        return "day" if period.days <= _DAILY_AT_MOST else "month"
    return grain  # type: ignore[return-value]


def _share(query: CostQuery, draft: Draft) -> CostQuery:
    numerators = tuple(draft.numerators)
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
    if any("Tax" in f.values for f in numerators):
        query = replace(query, with_tax=True)
    return replace(query, share_of=numerators)


def _comparison(query: CostQuery, draft: Draft) -> CostQuery:
    if draft.compared:
        return replace(query, compared=tuple(draft.compared))
    if draft.back in ("week", "month", "year"):
        return replace(query, compared=(periods.shifted(query.period, draft.back),))
    single = not (query.grain and query.period.days > 1)
    if draft.back == "previous" or (draft.change and single):
        several = draft.over and periods.step(query.period.start, draft.over, 1) < query.period.end
        if several and draft.over and draft.over != "half":
            return replace(query, grain=draft.over, change=query.change or "difference")
        return replace(query, compared=(periods.before(query.period),))
    return query
