"""A query or a listing in words, as it would be asked: for offers of what can be answered."""

from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.subjects.listing import SubjectListing


def read_back(meaning: CostQuery | SubjectListing) -> str:
    """`Compute, us-east-1 by team, Q3 2026`, `anomalies, payments`."""
    if isinstance(meaning, SubjectListing):
        state = f"{meaning.in_state} " if meaning.in_state else ""
        parts = [f"{state}{meaning.title.lower()}", *(one.words() for one in meaning.filters)]
        return ", ".join([*parts, *([meaning.period.label] if meaning.period else [])])
    return ", ".join([f"{_amount(meaning)}{_shape(meaning)}", *_days(meaning)])


def _amount(query: CostQuery) -> str:
    included = [one.words() for one in sorted(query.filters, key=lambda one: one.negated)]
    sides = " vs ".join(one.label for one in query.scopes)
    named = ", ".join([*included, *([sides] if sides else [])]) or "all spend"
    share = f"{' and '.join(one.words() for one in query.share_of)} as a share of " if query.share_of else ""
    metric = "" if query.metric == "effective_cost" else f"{query.metric.replace('_', ' ')} of "
    statistic = f"{query.statistic or 'average'} " if query.average else ""
    per = f" a {query.average.replace('_', ' ')}" if query.average else ""
    counted = f"number of {query.count.replace('_', ' ')}s in " if query.count else ""
    return f"{counted}{share}{statistic}{metric}{named}{per}"


def _shape(query: CostQuery) -> str:
    by = [name.replace("_", " ") for name in query.dimensions]
    if query.grain:
        by.append(query.grain)
    top = f", the {query.limit} {'lowest' if query.order == 'asc' else 'highest'}" if query.limit else ""
    threshold = query.threshold
    over = f", {'over' if threshold.over else 'under'} {threshold.amount:g}" if threshold else ""
    return f"{' by ' + ' and '.join(by) if by else ''}{top}{over}"


def _days(query: CostQuery) -> list[str]:
    days = {"weekend": ", weekends", "weekday": ", weekdays"}.get(query.weekdays or "", "")
    versus = "".join(f" vs {one.label}" for one in query.compared)
    return [f"{query.period.label}{versus}{days}"]
