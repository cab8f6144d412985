"""A draft to a query: defaults for what a question leaves open, or the parts of the question before it."""

from dataclasses import replace

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar
from nl2sql.grammar.draft import Choice, Doubt, Draft, Refusal
from nl2sql.grammar.measures import PER_UNIT
from nl2sql.grammar.parse import dimension_doubt
from nl2sql.grammar.query import CostQuery, Filter, Grain

_RESOURCE_METRICS = frozenset({"effective_cost", "billed_cost"})
_RESOURCE_FILTERS = frozenset(
    {
        "provider",
        "account",
        "account_id",
        "service",
        "region",
        "team",
        "environment",
        "application",
        "resource_id",
        "resource_type",
    }
)
_DAILY_AT_MOST, _WEEKLY_AT_MOST = 62, 62
DEFAULT_TOP = 5


def complete(draft: Draft, question: str, calendar: QuestionCalendar) -> CostQuery | Doubt | Refusal:
    """The query of a question that stands alone; a doubt when its ranking does not say of what."""
    several = [f.dimension for f in draft.filters if len(f.values) > 1 and not f.negated]
    if draft.broken_down and not draft.dimensions and len(several) == 1:  # payments and checkout separately
        draft.dimensions = several
    if draft.broken_down and not (draft.dimensions or draft.grain or draft.scopes or draft.change):
        return dimension_doubt(question)
    if not (draft.noun or draft.asks_amount or draft.shaped or draft.filters):
        if draft.period is None:
            return Refusal("That is not a question about cloud cost that I understand.")
        label = draft.period.label
        return Doubt(
            f"What about {label}?",
            tuple(Choice(text, text) for text in (f"Total cost in {label}", f"Cost by service in {label}")),
        )
    if draft.points_back and not (draft.filters or draft.dimensions or draft.scopes or draft.period):
        return Doubt("The cost of what? Name a team, an account, a service, an application or a region.")
    period = draft.period or (draft.compared[0] if draft.compared else default_period(draft, calendar))
    query = CostQuery(
        metric=(draft.metrics or ["effective_cost"])[0],
        period=period,
        beside=tuple(draft.metrics[1:]),
        filters=tuple(draft.filters),
    )
    if len(draft.scopes) == 1:
        return Doubt(f"{draft.scopes[0].label} compared with what?")
    if (
        draft.period is None and len(draft.compared) == 1 and draft.why
    ):  # why is it dearer than last month: this month, as far as it is
        draft.period = periods.until_now(periods.whole(calendar.today, draft.compared[0].unit), calendar)
        query = replace(query, period=draft.period)
    if draft.period is None and draft.compared:
        return Doubt(f"{period.label} compared with what?")
    return _checked(_shaped(query, draft, calendar), draft, question, calendar)


def default_period(draft: Draft, calendar: QuestionCalendar) -> DatePeriod:
    """The period of a question that names none: enough of the past for a trend,
    last month for a change, else this month so far.
    """
    if draft.run_rate:
        return periods.rolling("day", 30, calendar)
    if draft.over:
        return periods.whole(periods.step(periods.floor(calendar.today, draft.over), draft.over, -1), draft.over)
    if draft.back or draft.change:
        return periods.whole(periods.step(periods.floor(calendar.today, "month"), "month", -1), "month")
    if draft.grain == "day" or draft.average == "day" or (draft.grain == "auto"):
        return periods.rolling("day", 30, calendar)
    if draft.grain == "week":
        end = periods.floor(calendar.today, "week")
        return DatePeriod(
            periods.step(end, "week", -8), end, periods.label(periods.step(end, "week", -8), end), "week", 8
        )
    if draft.grain in ("month", "quarter", "year") or draft.average == "month":
        start = max(
            periods.step(periods.floor(calendar.today, "month"), "month", -12), periods.floor(calendar.first, "month")
        )
        start = periods.floor(calendar.first, "year") if draft.grain == "year" else start
        end = calendar.tomorrow if draft.grain else periods.floor(calendar.today, "month")
        return DatePeriod(start, end, periods.label(start, end), "day")
    return periods.until_now(periods.whole(calendar.today, "month"), calendar)


def _shaped(query: CostQuery, draft: Draft, calendar: QuestionCalendar) -> CostQuery:
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


def _checked(query: CostQuery, draft: Draft, question: str, calendar: QuestionCalendar) -> CostQuery | Doubt | Refusal:
    """The query, unless it asks something that the views cannot tell."""
    if query.period.end <= calendar.first:
        return Refusal(f"The bills start on {calendar.first}; {query.period.label} is before.")
    if query.period.start > calendar.today:
        return Refusal(f"{query.period.label} has not come yet; ask for a forecast.")
    if _mixed(query) and (
        query.share_of is not None
        or query.compared
        or query.average
        or query.run_rate
        or query.count
        or query.cumulative
    ):
        sides = " and ".join(scope.label for scope in query.scopes)
        return Refusal(f"{sides} are of different kinds; side by side I can only show what they cost.")
    grouped = bool(query.dimensions or query.grain)
    if not grouped and not query.scopes and draft.order and not query.limit and not query.count:
        query = replace(query, dimensions=("service",), limit=DEFAULT_TOP)
    elif query.threshold and query.count:
        query = replace(query, dimensions=(), grain=None, limit=None, offset=0)
    elif not grouped and not query.scopes and (query.limit or query.threshold):
        return dimension_doubt(question)
    if query.threshold and query.threshold.percent and query.share_of is None and not query.compared:
        query = replace(query, share_of=())
    if query.limit_within and query.limit_within not in query.dimensions:
        query = replace(query, dimensions=(query.limit_within, *query.dimensions))
    if query.share_of == () and not grouped and not query.scopes:
        return dimension_doubt(question)
    if needs_resources(query):
        named = (*query.filters, *query.scopes, *(query.share_of or ()))
        unfit = [f.label for f in named if f.dimension not in _RESOURCE_FILTERS]
        unfit += [
            name.replace("_", " ")
            for name in query.dimensions
            if name not in (*_RESOURCE_FILTERS, "resource", "currency")
        ]
        if unfit or query.metric not in _RESOURCE_METRICS:
            return Refusal(
                f"For single resources I know billed and effective cost, not {', '.join(unfit) or query.metric.replace('_', ' ')}."
            )
    if query.metric in PER_UNIT and (query.share_of is not None or query.compared or query.average or query.run_rate):
        return Refusal("Quantities have different units, so I list them; ask for the usage quantity of one service.")
    return query


def _mixed(query: CostQuery) -> bool:
    """Whether the sides are not of one kind, as AWS and EC2: they may overlap and stand in columns of one row."""
    return len({scope.dimension for scope in query.scopes}) > 1


def needs_resources(query: CostQuery) -> bool:
    """Whether single resources are asked for, which have a view of their own."""
    resource = {"resource", "resource_type", "resource_id"}
    return bool(
        resource & {*query.dimensions, query.count, query.average}
        or any(f.dimension in resource for f in (*query.filters, *query.scopes, *(query.share_of or ())))
    )


# ------------------------------------------------------------------ follow-ups


def stands_alone(draft: Draft) -> bool:
    """Whether a question in a thread is a new one: it says its period and what is asked, and nothing points back."""
    ranked = bool(draft.dimensions and (draft.order or draft.limit))
    return (
        not draft.follows
        and draft.period is not None
        and bool(draft.noun or draft.count or ranked or len(draft.scopes) > 1)
    )


def amend(previous: CostQuery, draft: Draft, question: str, calendar: QuestionCalendar) -> CostQuery | Doubt | Refusal:
    """The question before with what the follow-up says changed: a new value
    replaces the old one of its dimension, a new breakdown the old one.
    """
    query = replace(previous, notes=())
    if draft.empty:
        return Refusal("Ask me about cost.")
    if draft.clear == "filters":
        query = replace(query, filters=(), scopes=())
    elif draft.clear == "limit":  # show all of them
        query = replace(query, limit=None, limit_within=None, offset=0, threshold=None)
    elif draft.clear in query_dimensions(query):  # all regions
        query = replace(query, filters=tuple(f for f in query.filters if f.dimension != draft.clear))
    elif draft.clear == "shape" and not draft.dimensions and not draft.grain:
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
    if draft.metrics:
        query = replace(query, metric=draft.metrics[0], beside=tuple(draft.metrics[1:]))
    if draft.back and not draft.contrasts and not query.compared and not draft.period:  # and the month before?
        earlier = (
            periods.before(query.period) if draft.back == "previous" else periods.shifted(query.period, draft.back)
        )
        query, draft.back = replace(query, period=earlier), None
    if draft.period:
        query = replace(query, period=draft.period, compared=_kept_comparison(query, draft.period))
    if len(draft.scopes) == 1:  # `vs checkout`: the other side is what was asked before
        draft.scopes = [
            *(f for f in query.filters if f.dimension == draft.scopes[0].dimension and not f.negated),
            *draft.scopes,
        ]
    if len(draft.scopes) == 1:
        return Doubt(f"{draft.scopes[0].label} compared with what?")
    if draft.scopes:
        query = replace(
            query, filters=tuple(f for f in query.filters if f.dimension not in {s.dimension for s in draft.scopes})
        )
    if query.share_of and not draft.share:
        query = _with_numerators(query, draft)
    query = replace(query, filters=_amended(query.filters, draft.filters, draft.widens))
    if query.scopes and draft.filters:
        query = _with_scope(query, draft)
    query = _reshaped(query, draft)
    amended = _checked(_shaped(query, draft, calendar), draft, question, calendar)
    if isinstance(amended, CostQuery) and replace(amended, notes=()) == replace(previous, notes=()):
        return Refusal("That would be the same answer again. Name what to change: a period, a breakdown or a name.")
    return amended


def query_dimensions(query: CostQuery) -> set[str]:
    """What a query is narrowed by."""
    return {condition.dimension for condition in query.filters}


def _with_numerators(query: CostQuery, draft: Draft) -> CostQuery:
    """`and azure?` after a share of AWS: the new name takes the old one's place as the part."""
    dimensions = {f.dimension for f in query.share_of or ()}
    parts = [f for f in draft.filters if f.dimension in dimensions and not f.negated]
    draft.filters = [f for f in draft.filters if f not in parts]
    return replace(query, share_of=_amended(query.share_of or (), parts, draft.widens))


def _kept_comparison(query: CostQuery, period: DatePeriod) -> tuple[DatePeriod, ...]:
    """A comparison with the period before moves along; one with a named period does not."""
    follows = len(query.compared) == 1 and query.compared[0].end == query.period.start
    return (periods.before(period),) if follows and query.change else ()


def _amended(old: tuple[Filter, ...], new: list[Filter], widens: bool) -> tuple[Filter, ...]:
    filters = list(old)
    for condition in new:
        same = next((f for f in filters if f.dimension == condition.dimension and f.negated == condition.negated), None)
        if same and widens and not condition.negated:
            values = tuple(dict.fromkeys((*same.values, *condition.values)))
            filters[filters.index(same)] = replace(same, values=values, label=f"{same.label} or {condition.label}")
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
    added = tuple(f for f in draft.filters if f.dimension in dimensions and not f.negated)
    if not added:
        return query
    filters = tuple(f for f in query.filters if f not in added)
    return (
        replace(query, filters=filters, scopes=() if not draft.widens else (*query.scopes, *added))
        if not draft.widens
        else replace(query, filters=filters, scopes=(*query.scopes, *added))
    )


def _reshaped(query: CostQuery, draft: Draft) -> CostQuery:
    """What a new shape puts out of the way of the old one."""
    if draft.dimensions:
        grain = query.grain if draft.grain or draft.widens else None
        dimensions = (*query.dimensions, *draft.dimensions) if draft.widens else ()
        draft.dimensions = list(dimensions) or draft.dimensions
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
        if not draft.limit:
            query = replace(query, limit=None, offset=0, threshold=None)
        if draft.average is None and (draft.order or query.average not in ("day", "week", "month")):
            query = replace(query, average=None)
    if draft.grain and not draft.average:
        query = replace(
            query,
            average=None,
            count=None,
            limit=None if not query.dimensions else query.limit,
            compared=(),
            change=None,
        )
        if not draft.dimensions:
            query = replace(query, dimensions=query.dimensions if query.share_of == () else ())
    if draft.average:
        query = replace(query, grain=None, cumulative=False)
    if draft.scopes:
        query = replace(query, dimensions=(), share_of=None)
    if draft.count:
        query = replace(query, dimensions=(), grain=None, share_of=None, limit=None)
    if (draft.compared or draft.back or draft.change) and query.grain:
        query = replace(query, grain=None, cumulative=False)
    return query
