"""What a query lacks or cannot tell: defaults for rankings, a question back, or a refusal."""

from dataclasses import replace

from nl2sql.dates import periods
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.grammar.draft import Doubt, Draft, Refusal, dimension_doubt
from nl2sql.grammar.query import DEFAULT_TOP, CostQuery
from nl2sql.grammar.sql.measures import PER_UNIT


def checked(query: CostQuery, draft: Draft, question: str, calendar: QuestionCalendar) -> CostQuery | Doubt | Refusal:
    """The query with its defaults; a doubt when it does not say of what, a refusal when the views cannot tell."""
    if refusal := _unreachable(query, calendar):
        return refusal
    completed = _with_defaults(query, draft, question, calendar)
    if isinstance(completed, Doubt):
        return completed
    return untellable(completed) or _contradictory(completed) or completed


def _contradictory(query: CostQuery) -> Refusal | None:
    """What is asked for and left out at once: nothing would be left, which is no answer."""
    kept = [f for f in query.filters if not f.negated and not f.contains and f.values]
    for left_out in (f for f in query.filters if f.negated and not f.contains):
        for one in kept:
            if one.dimension == left_out.dimension and set(one.values) <= set(left_out.values):
                return Refusal(f"{one.label} is asked for and left out at once; say which of the two is meant.")
    return None


def _unreachable(query: CostQuery, calendar: QuestionCalendar) -> Refusal | None:
    """Why the bills cannot answer: the period lies outside of them, or the sides of a comparison do not fit."""
    if query.period.end <= calendar.first:
        return Refusal(f"The bills start on {calendar.first}; {query.period.label} is before.")
    spans = [(one.start, one.end) for one in (query.period, *query.compared)]
    if len(set(spans)) < len(spans):
        return Refusal(f"Both periods are {query.period.label}: there is nothing to compare.")
    if query.period.start > calendar.today:
        return Refusal(f"{query.period.label} has not come yet; ask for a forecast.")
    if mixed(query) and (
        query.share_of is not None
        or query.compared
        or query.average
        or query.run_rate
        or query.count
        or query.cumulative
    ):
        sides = " and ".join(scope.label for scope in query.scopes)
        return Refusal(f"{sides} are of different kinds; side by side I can only show what they cost.")
    return None


def _over_steps(query: CostQuery, calendar: QuestionCalendar) -> CostQuery:
    """`the cheapest month so far`: of the steps that are over, for one that still runs is low for no other reason."""
    if not (query.grain and query.limit and query.order == "asc") or query.compared or query.average:
        return query
    unit = "day" if query.grain == "hour" else query.grain
    running = periods.floor(calendar.today, unit)
    if not query.period.start < running < query.period.end:
        return query
    ended = replace(
        query.period, end=running, label=periods.label(query.period.start, running), unit="day", count=1, whole=True
    )
    note = f"The {unit} that still runs is left out."
    return replace(query, period=ended, notes=(*query.notes, note))


def _with_defaults(query: CostQuery, draft: Draft, question: str, calendar: QuestionCalendar) -> CostQuery | Doubt:
    """The query with what rankings, thresholds and shares imply; a doubt when they do not say of what."""
    grouped = bool(query.dimensions or query.grain or query.profile)
    if not grouped and not query.scopes and draft.shape.order and not query.limit and not query.count:
        query = replace(query, dimensions=("service",), limit=DEFAULT_TOP)
    elif query.threshold and query.count:
        query = replace(query, dimensions=(), grain=None, limit=None, offset=0)
    elif not grouped and not query.scopes and (query.limit or query.threshold):
        return dimension_doubt(question)
    if query.threshold and query.threshold.percent and query.share_of is None and not query.compared:
        query = replace(query, share_of=())
    query = _over_steps(query, calendar)
    if query.limit_within and query.limit_within not in query.dimensions:
        query = replace(query, dimensions=(query.limit_within, *query.dimensions))
    return dimension_doubt(question) if query.share_of == () and not grouped and not query.scopes else query


def untellable(query: CostQuery) -> Refusal | None:
    """Why the views cannot tell: quantities differ in their units."""
    if query.metric in PER_UNIT and (query.share_of is not None or query.compared or query.average or query.run_rate):
        return Refusal("Quantities have different units, so I list them; ask for the usage quantity of one service.")
    return None


def mixed(query: CostQuery) -> bool:
    """Whether the sides are not of one kind, as AWS and EC2: they may overlap and stand in columns of one row."""
    return len({scope.dimension for scope in query.scopes}) > 1
