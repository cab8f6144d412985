"""A follow-up: the query before with what the draft says changed."""

from dataclasses import replace

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar
from nl2sql.grammar.assembly.checks import checked
from nl2sql.grammar.assembly.shape import shaped
from nl2sql.grammar.draft import Doubt, Draft, Refusal
from nl2sql.grammar.query import CostQuery, Filter
from nl2sql.grammar.recognisers.filtering import MACHINES


def stands_alone(draft: Draft) -> bool:
    """Whether a question in a thread is a new one: it says its period and what is asked, and nothing points back."""
    ranked = bool(draft.shape.dimensions and (draft.shape.order or draft.shape.limit))
    return (
        not draft.discourse.follows
        and draft.filters.period is not None
        and bool(draft.measure.noun or draft.measure.count or ranked or len(draft.comparison.scopes) > 1)
    )


def amend(previous: CostQuery, draft: Draft, question: str, calendar: QuestionCalendar) -> CostQuery | Doubt | Refusal:
    """The question before with what the follow-up says changed: a new value
    replaces the old one of its dimension, a new breakdown the old one.
    """
    query = replace(previous, notes=())
    if draft.discourse.empty:
        return Refusal("Ask me about cost.")
    if draft.discourse.clear == "filters":
        query = replace(query, filters=(), scopes=())
    elif draft.discourse.clear == "limit":  # show all of them
        query = replace(query, limit=None, limit_within=None, offset=0, threshold=None)
    elif draft.discourse.clear in query_dimensions(query):  # all regions
        query = replace(query, filters=tuple(f for f in query.filters if f.dimension != draft.discourse.clear))
    elif draft.discourse.clear == "shape" and not draft.shape.dimensions and not draft.shape.grain:
        query = replace(
            query,
            dimensions=(),
            grain=None,
            limit=None,
            offset=0,
            limit_within=None,
            share_of=None,
            threshold=None,
            cumulative=False,
        )
    if draft.measure.metrics:
        query = replace(query, metric=draft.measure.metrics[0], beside=tuple(draft.measure.metrics[1:]))
    query = _in_period(query, draft)
    _set_beside(query, draft)
    if len(draft.comparison.scopes) == 1:  # `vs checkout`: the other side is what was asked before
        draft.comparison.scopes = [
            *(f for f in query.filters if f.dimension == draft.comparison.scopes[0].dimension and not f.negated),
            *draft.comparison.scopes,
        ]
    if len(draft.comparison.scopes) == 1:
        return Doubt(f"{draft.comparison.scopes[0].label} compared with what?")
    if draft.comparison.scopes:
        query = replace(
            query,
            filters=tuple(
                f for f in query.filters if f.dimension not in {s.dimension for s in draft.comparison.scopes}
            ),
        )
    query = _of_whole(query, draft)
    if query.share_of and not draft.measure.share:
        query = _with_numerators(query, draft)
    conditions = [one for one in draft.filters.conditions if not _names_again(query, draft, one)]
    query = replace(query, filters=amended_filters(query.filters, conditions, draft.filters.widens))
    if query.scopes and draft.filters.conditions:
        query = _with_scope(query, draft)
    if (which := _of_a_peak(previous, draft)) is not None:
        return which
    query = _reshaped(query, draft)
    amended = checked(shaped(query, draft, calendar), draft, question, calendar)
    if isinstance(amended, CostQuery) and replace(amended, notes=()) == replace(previous, notes=()):
        return Refusal("That would be the same answer again. Name what to change: a period, a breakdown or a name.")
    return amended


def _of_a_peak(previous: CostQuery, draft: Draft) -> Doubt | None:
    """`which service caused it` after the dearest day: the day is in the rows, and not in the question."""
    pointed = draft.shape.dimensions and draft.discourse.points_back and not draft.filters.period
    if not (pointed and previous.grain and previous.limit == 1 and not previous.dimensions):
        return None
    return Doubt(f"Of which {previous.grain}? Name it, and I break it down.")


def _names_again(query: CostQuery, draft: Draft, condition: Filter) -> bool:
    """`and their biggest instances?` after RDS: its own, where resources are asked for by a general word."""
    named = any(f.dimension == condition.dimension and f.label not in MACHINES for f in query.filters)
    return condition.label in MACHINES and draft.shape.dimensions == ["resource"] and named


def _of_whole(query: CostQuery, draft: Draft) -> CostQuery:
    """`as a share of AWS`: what is named is the whole, what was asked before the part."""
    whole = tuple(draft.filters.conditions)
    if not draft.measure.of_named or not whole or query.share_of:
        return query
    draft.measure.numerators = [f for f in query.filters if not f.negated and f not in whole]
    draft.filters.conditions = []
    return replace(query, filters=whole, dimensions=(), grain=None, compared=())


def _set_beside(query: CostQuery, draft: Draft) -> None:
    """`compare dev with it`: the new name is one side, what was asked before the other."""
    if not draft.comparison.compares or draft.comparison.scopes:
        return
    named = {f.dimension for f in query.filters if not f.negated}
    side = next((f for f in draft.filters.conditions if f.dimension in named and not f.negated), None)
    if side is not None:
        draft.comparison.scopes = [side]
        draft.filters.conditions = [f for f in draft.filters.conditions if f != side]


def query_dimensions(query: CostQuery) -> set[str]:
    """What a query is narrowed by."""
    return {condition.dimension for condition in query.filters}


def _with_numerators(query: CostQuery, draft: Draft) -> CostQuery:
    """`and azure?` after a share of AWS: the new name takes the old one's place as the part."""
    dimensions = {f.dimension for f in query.share_of or ()}
    parts = [f for f in draft.filters.conditions if f.dimension in dimensions and not f.negated]
    draft.filters.conditions = [f for f in draft.filters.conditions if f not in parts]
    return replace(query, share_of=amended_filters(query.share_of or (), parts, draft.filters.widens))


def _in_period(query: CostQuery, draft: Draft) -> CostQuery:
    """The query with the period that a follow-up names, or that lies before."""
    if (
        draft.comparison.back and not draft.comparison.contrasts and not query.compared and not draft.filters.period
    ):  # and the month before?
        earlier = (
            periods.before(query.period)
            if draft.comparison.back == "previous"
            else periods.shifted(query.period, draft.comparison.back)
        )
        query, draft.comparison.back = replace(query, period=earlier), None
    if draft.filters.period and draft.filters.period.floating and _as_before(query.period, draft.filters.period):
        draft.filters.period = periods.before(query.period)  # the previous week, after last week
    if draft.filters.period:
        query = replace(query, period=draft.filters.period, compared=_moved_comparison(query, draft.filters.period))
    return query


def _as_before(old: DatePeriod, new: DatePeriod) -> bool:
    """Whether a follow-up names the days that are asked about anyway."""
    return (old.start, old.end) == (new.start, new.end)


def _moved_comparison(query: CostQuery, period: DatePeriod) -> tuple[DatePeriod, ...]:
    """A comparison with the period before moves along; one with a named period does not."""
    follows = len(query.compared) == 1 and query.compared[0].end == query.period.start
    return (periods.before(period),) if follows and query.change else ()


def amended_filters(old: tuple[Filter, ...], new: list[Filter], widens: bool) -> tuple[Filter, ...]:
    filters = list(old)
    for condition in new:
        same = next((f for f in filters if f.dimension == condition.dimension and f.negated == condition.negated), None)
        if same and widens and not condition.negated:
            values = tuple(dict.fromkeys((*same.values, *condition.values)))
            filters[filters.index(same)] = replace(same, values=values, label=f"{same.label} and {condition.label}")
            continue
        filters = [
            f
            for f in filters
            if f.dimension != condition.dimension
            or (condition.negated and f.negated is False and not _within(f, condition))
        ]
        if not (condition.negated and any(f.dimension == condition.dimension for f in filters)):
            filters.append(condition)
    return tuple(filters)


def _within(old: Filter, new: Filter) -> bool:
    return set(old.values) <= set(new.values)


def _with_scope(query: CostQuery, draft: Draft) -> CostQuery:
    """`and staging?` after `prod vs dev`: another row; otherwise the comparison is left for the new value."""
    dimensions = {scope.dimension for scope in query.scopes}
    added = tuple(f for f in draft.filters.conditions if f.dimension in dimensions and not f.negated)
    if not added:
        return query
    filters = tuple(f for f in query.filters if f not in added)
    return (
        replace(query, filters=filters, scopes=() if not draft.filters.widens else (*query.scopes, *added))
        if not draft.filters.widens
        else replace(query, filters=filters, scopes=(*query.scopes, *added))
    )


def _reshaped(query: CostQuery, draft: Draft) -> CostQuery:
    """What a new shape puts out of the way of the old one."""
    if draft.shape.peak and not draft.shape.dimensions and (query.grain or query.dimensions):
        draft.shape.limit = 1
    compared = draft.comparison.compared or draft.comparison.back or draft.comparison.change or draft.comparison.scopes
    if compared or draft.shape.grain or draft.shape.profile or draft.measure.share or draft.measure.count:
        query = replace(query, statistic=None, moving=None, profile=None, appeared=None)
    if draft.shape.dimensions:
        grain = query.grain if draft.shape.grain or draft.filters.widens else None
        dimensions = (*query.dimensions, *draft.shape.dimensions) if draft.filters.widens else ()
        draft.shape.dimensions = list(dimensions) or draft.shape.dimensions
        narrowed = (
            () if query.share_of is None else tuple(f for f in query.share_of if f not in query.filters)
        )  # a share's part stays meant
        query = replace(
            query,
            filters=(*query.filters, *narrowed),
            grain=grain,
            dimensions=(),
            scopes=(),
            count=None,
            limit_within=None,
            share_of=query.share_of if query.share_of == () else None,
        )
        if not draft.shape.limit and not draft.discourse.same:
            query = replace(query, limit=None, offset=0, threshold=None)
        if draft.measure.average is None and (draft.shape.order or query.average not in ("day", "week", "month")):
            query = replace(query, average=None)
    if draft.shape.grain and not draft.measure.average:
        query = replace(
            query,
            average=None,
            count=None,
            compared=(),
            change=None,
        )
        if query.share_of != () and not draft.shape.dimensions:
            query = replace(query, dimensions=())
        if not query.dimensions:  # days or months are not ranked as what they take the place of was
            query = replace(query, limit=None, limit_within=None, offset=0, threshold=None, order="desc")
    if draft.measure.average:
        query = replace(query, grain=None, cumulative=False)
    if draft.comparison.scopes:
        query = replace(query, dimensions=(), share_of=None)
    if draft.measure.count:
        query = replace(query, dimensions=(), grain=None, share_of=None, limit=None)
    if (draft.comparison.compared or draft.comparison.back or draft.comparison.change) and query.grain:
        query = replace(query, grain=None, cumulative=False)
    return query
