"""What the parts of a query cannot mean together. Nothing that was said is dropped: it is refused by name."""

from collections.abc import Callable, Iterator

from nl2sql.dates.periods import UNITS
from nl2sql.grammar.assembly.checks import mixed, untellable
from nl2sql.grammar.query import CostQuery, Filter, needs_resources, of_hours
from nl2sql.grammar.semantic.context import Problem
from nl2sql.grammar.sql.measures import PER_UNIT, RATES

Found = Iterator[Problem]
_DAYS_OF_HOURS = 31


_LEAST = 1e-9  # of a threshold


def senseless(query: CostQuery) -> tuple[Problem, ...]:
    """Everything that does not fit together; empty for a query that the compiler can express whole."""
    return tuple(problem for rule in _RULES for problem in rule(query))


def counting(query: CostQuery) -> Found:
    """A count stands alone: beside it only filters, the groups and a threshold mean something."""
    if query.count is None:
        return
    if query.count in UNITS and query.threshold is None:
        yield Problem("count", f"{query.count}s are counted only over or under a threshold.")
    shaped = ("beside", "compared", "change", "average", "run_rate", "cumulative", "moved_only", "why")
    yield from _apart(query, "count", (*shaped, *(("grain", "dimensions") if query.threshold else ("share_of",))))


def comparing(query: CostQuery) -> Found:
    """Periods set side by side."""
    if query.compared:
        yield from _apart(query, "compared", ("beside", "grain", "run_rate", "cumulative"))
    spans = [(one.start, one.end) for one in (query.period, *query.compared)]
    for place, span in enumerate(spans[1:]):
        if span in spans[: place + 1]:
            yield Problem(f"compared[{place}]", "These days are named twice.")
    if query.change and not (query.grain or len(query.compared) == 1):
        yield Problem("change", "A change needs one compared period, or a grain to go from step to step.")
    if query.moved_only and not query.change:
        yield Problem("moved_only", "It says nothing without `change`.")
    if query.why and len(query.compared) != 1:
        yield Problem("why", "The reason of a change needs one compared period.")


def ranking(query: CostQuery) -> Found:
    """Limits and thresholds are of rows."""
    rows = bool(query.dimensions or query.grain or query.scopes or query.profile)
    if query.limit and not rows:
        yield Problem("limit", "There is one row: name `dimensions`, a `grain` or `scopes`.")
    if query.offset and not query.limit:
        yield Problem("offset", "Rows are passed over only before a `limit`.")
    if query.limit_within and not (query.limit and query.limit_within in query.dimensions):
        yield Problem("limit_within", "It needs a `limit`, and to be one of `dimensions`.")
    elif query.limit_within and query.offset:
        yield Problem("offset", "Inside each value no rows are passed over.")
    threshold = query.threshold
    if threshold is None:
        return
    if not (rows or query.count):
        yield Problem("threshold", "There is one row: name `dimensions`, a `grain` or `scopes`.")
    for name, amount in (("amount", threshold.amount), ("upto", threshold.upto or 0)):
        if 0 < amount < _LEAST:
            yield Problem(f"threshold.{name}", "It is smaller than any amount of a bill; give 0.")
    if threshold.upto is not None and threshold.upto < threshold.amount:
        yield Problem("threshold.upto", "It is less than `amount`.")
    if threshold.upto is not None and not threshold.over:
        yield Problem("threshold.over", "Between two amounts is neither over nor under; leave it out.")
    if threshold.percent and query.share_of is None and len(query.compared) != 1:
        yield Problem("threshold.percent", "Per cent of what? Give `share_of`, or one compared period.")


def sharing(query: CostQuery) -> Found:
    """Shares of a whole that holds its parts."""
    if query.share_of is None:
        return
    if query.metric in RATES:
        yield Problem("share_of", f"{query.metric} is a rate, of which there are no shares.")
    if query.share_of == () and not (query.dimensions or query.grain or query.scopes):
        yield Problem("share_of", "Of what? Name the part by filters, or `dimensions`.")
    if query.share_of == () and query.compared:
        yield Problem("share_of", "Shares of groups are not compared between periods; name one part by filters.")
    yield from _apart(
        query, "share_of", ("run_rate", "cumulative", "average", *(("beside",) if query.share_of else ()))
    )
    for place, part in enumerate(query.share_of):
        for whole in query.filters:
            if whole.dimension == part.dimension and _disjoint(part, whole):
                yield Problem(f"share_of[{place}]", f"{part.label} is no part of {whole.words()}.")


def _disjoint(part: Filter, whole: Filter) -> bool:
    if part.negated or not part.values:
        return False
    shared = set(part.values) & set(whole.values)
    return set(part.values) <= set(whole.values) if whole.negated else not shared


def measuring(query: CostQuery) -> Found:
    """What is added up, and how."""
    if query.average:
        yield from _apart(query, "average", ("run_rate", "cumulative"))
    if query.run_rate:
        yield from _apart(query, "run_rate", ("beside", "cumulative", "threshold", "limit"))
    if query.cumulative and not query.grain:
        yield Problem("cumulative", "A running total needs a `grain`.")
    if query.metric in RATES and (query.average or query.run_rate or query.cumulative):
        yield Problem("metric", f"{query.metric} is a rate: it is neither averaged nor added up.")
    if query.metric in PER_UNIT and query.cumulative:
        yield Problem("cumulative", "Quantities have different units, which do not add up.")
    if query.metric == "invoice_cost" and query.grain in ("day", "week"):
        yield Problem("grain", "Invoices are of months.")
    if refusal := untellable(query):
        yield Problem("", refusal.text)


def siding(query: CostQuery) -> Found:
    """Sides of a comparison."""
    if len(query.scopes) == 1:
        yield Problem("scopes", f"{query.scopes[0].label} beside what? There is one side.")
    labels = [scope.label.casefold() for scope in query.scopes]
    if len(set(labels)) < len(labels):
        yield Problem("scopes", "A side is named twice.")
    extras = ("share_of", "compared", "average", "run_rate", "count", "cumulative", "beside", "change", "threshold")
    if query.ratio:
        yield from _apart(query, "ratio", extras)
        if len(query.scopes) != 2:
            yield Problem("ratio", "It is of two `scopes`, the first by the second.")
        if query.metric in (*RATES, *PER_UNIT):
            yield Problem("ratio", f"It is of amounts, which {query.metric} is not.")
    if not mixed(query):
        return
    for name in extras:
        if _is_set(query, name):
            yield Problem(name, "The sides are of different kinds; side by side they only show what they cost.")


def _is_set(query: CostQuery, name: str) -> bool:
    """Whether a field says something; a share of each group is said by an empty list."""
    value = getattr(query, name)
    return value is not None if name == "share_of" else value not in (None, (), False)


def _apart(query: CostQuery, field: str, others: tuple[str, ...]) -> Found:
    """Fields that would be dropped beside another."""
    for name in others:
        if _is_set(query, name):
            yield Problem(name, f"It has no meaning beside `{field}`.")


_SHAPES = (
    "beside",
    "change",
    "why",
    "moved_only",
    "share_of",
    "count",
    "run_rate",
    "cumulative",
    "scopes",
    "threshold",
)


def stepping(query: CostQuery) -> Found:
    """What is made in two steps stands alone: statistics, moving averages, profiles, what is new or gone."""
    rated = query.metric in (*RATES, *PER_UNIT, "invoice_cost")
    for field, others in (
        ("statistic", (*_SHAPES, "compared", "grain", "moving", "profile", "appeared")),
        ("moving", (*_SHAPES, "compared", "average", "limit", "profile", "appeared")),
        ("profile", (*_SHAPES, "compared", "grain", "average", "weekdays", "appeared")),
        ("appeared", (*_SHAPES, "grain")),
    ):
        if not _is_set(query, field):
            continue
        yield from _apart(query, field, others)
        if rated:
            yield Problem(field, f"It is of amounts of days, which {query.metric} is not.")
    if query.moving and query.grain in (None, "hour"):
        yield Problem("moving", "A moving average needs a `grain` of days or more.")
    if query.appeared and not query.dimensions:
        yield Problem("appeared", "New or gone what? Name `dimensions`.")
    if query.appeared and query.average not in (None, "day"):
        yield Problem("average", "What is new or gone has an average by day only.")
    if query.appeared == "new" and query.compared:
        yield Problem("compared", "New is what was charged on no earlier day at all.")


def telling_hours(query: CostQuery) -> Found:
    """Hours are known of daily sums' places, not of single resources, and only a month of them is shown."""
    if not of_hours(query):
        return
    if needs_resources(query):
        yield Problem("grain", "Hours are not known of single resources.")
    if query.grain == "hour":
        yield from _apart(query, "grain", ("compared", "cumulative", "change"))
        if query.period.days > _DAYS_OF_HOURS:
            yield Problem("period", f"By hour, at most {_DAYS_OF_HOURS} days are shown.")
    if query.metric == "invoice_cost":
        yield Problem("grain", "Invoices are of months.")


_RULES: tuple[Callable[[CostQuery], Found], ...] = (
    counting,
    comparing,
    ranking,
    sharing,
    measuring,
    siding,
    stepping,
    telling_hours,
)
