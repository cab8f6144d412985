"""What may be compared: like days with like days, and nothing with what is not known."""

from dataclasses import replace
from datetime import date, timedelta

from nl2sql.catalog.known_values import Facts
from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.headlines.describe_change import change
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.sql.ai_measures import NO_MONEY
from nl2sql.grammar.sql.measures import RATES


def comparable(query: CostQuery, facts: Facts, today: date) -> tuple[CostQuery, str]:
    """The query with a period as long as the bills and periods that can be compared, and a note where one cannot."""
    cut = _until_bills_end(_like_with_like(query, facts, today), facts, today)
    return _without_unknown_periods(_with_restatements(cut, facts), facts)


def _with_restatements(query: CostQuery, facts: Facts) -> CostQuery:
    """A comparison says which of its months were restated: the change may be the bill's and not the use's."""
    if not query.compared:
        return query
    sides = (query.period, *query.compared)
    months: dict[date, date] = {}
    for (start, provider), day in facts.restated.items():
        if provider in facts.reach.newest:
            months[start] = max(day, months.get(start, day))
    notes = tuple(
        f"The bill of {start:%B %Y} was restated on {day.day} {day:%b %Y}"
        for start, day in sorted(months.items())
        if any((side.start.year, side.start.month) <= (start.year, start.month) and side.end > start for side in sides)
    )
    return replace(query, notes=(*query.notes, *notes))


def _until_bills_end(query: CostQuery, facts: Facts, today: date) -> CostQuery:
    """A running period ends with the last day of the bills: a day without any is in no figure and in no label."""
    period, bills_end = query.period, facts.through + timedelta(1)
    if query.metric == "invoice_cost" or not period.start < bills_end < period.end or period.end <= today:
        return query
    return replace(
        query, period=periods.period_of(period.start, bills_end, period.unit, period.count, whole_units=False)
    )


def _bills_start(facts: Facts) -> date:
    """Bills come by months: the first one is whole, whatever day its first charge is of."""
    return facts.first.replace(day=1)


def _like_with_like(query: CostQuery, facts: Facts, today: date) -> CostQuery:
    """A comparison with both periods as long as the data of the newer one: a month that is still running is compared
    with as many days before, beside which all of the earlier period is shown. Averages and rates compare as they
    are.
    """
    if len(query.compared) != 1 or query.average or query.share_of is not None or query.count or query.appeared:
        return query
    now, then = query.period, query.compared[0]
    running = now.end > max(facts.through + timedelta(1), today) and now.start <= facts.through
    if query.metric in (*RATES, "invoice_cost") or not running:
        return query
    reached = periods.period_of(now.start, facts.through + timedelta(1), "day")
    if then.start < _bills_start(facts) or (then.days < reached.days and not query.why):
        return query
    first = "day of each is" if reached.days == 1 else f"{reached.days} days of both periods are"
    note = f"{now.label} is not over: the first {first} compared"
    return replace(
        query,
        period=reached,
        compared=(periods.opening(then, reached.days),),
        whole_before=then if then.days > reached.days and not query.why else None,
        notes=(*query.notes, note),
    )


def _without_unknown_periods(query: CostQuery, facts: Facts) -> tuple[CostQuery, str]:
    """Drop compared periods without bills: their cost is unknown, not zero; of one that is known in part no change is
    told. Returns the query and a note.
    """
    if query.metric == "invoice_cost":
        return query, ""
    missing = [one for one in query.compared if one.end <= facts.first or one.start > facts.through]
    in_part = [one for one in query.compared if one.start < _bills_start(facts) < one.end]
    if in_part and len(query.compared) == 1:
        if not (query.change or query.moved_only or query.why or query.limit or query.metric in RATES):
            note = f"The bills start on {facts.first}: {in_part[0].label} is known in part, so the change is unknown."
            return replace(query, unequal=True, whole_before=None), note
        missing = in_part
    if not missing:
        return query, ""
    names = " and ".join(one.label for one in missing)
    why_not = (
        f"the bills start on {facts.first}"
        if missing[0].start < facts.first
        else f"the bills reach through {facts.through}"
    )
    left = tuple(one for one in query.compared if one not in missing)
    if left:
        return replace(query, compared=left), f"{names} cannot be compared: {why_not}."
    alone = replace(query, compared=(), change=None, moved_only=False, why=False)
    return alone, f"There is nothing to compare with in {names}: {why_not}."


def a_day(now: DatePeriod, then: DatePeriod, amount: float, before: float, currency: str) -> str:
    """Of two periods of unlike length, how the cost of a day changed: a month with a day more costs more by that day
    alone. Empty where they are as long, or nothing was there before.
    """
    more = now.days - then.days
    if more == 0 or before <= 0 or amount <= 0:
        return ""
    longer, days = now.label if more > 0 else then.label, f"{abs(more)} day{'' if abs(more) == 1 else 's'}"
    cost, cost_before = amount / now.days, before / then.days
    return f"{longer} is {days} longer: {money(cost, currency)} a day, {change(cost, cost_before, currency)}."


def of_sides(query: CostQuery, ran: AnswerRows, currency: str) -> str:
    """`a_day` of two periods that were compared, over all rows."""
    if len(query.compared) != 1 or query.why or query.average or query.count or query.share_of is not None:
        return ""
    cut = query.limit or query.moved_only or query.threshold or query.grain or query.whole_before
    if cut or query.metric in (*RATES, *NO_MONEY) or currency == "several" or "change" not in ran.columns:
        return ""
    at = ran.columns.index("change")
    amount, before = (sum(float(row[side] or 0) for row in ran.rows) for side in (at - 2, at - 1))
    return a_day(query.period, query.compared[0], amount, before, currency)


def whole_before(query: CostQuery, ran: AnswerRows, currency: str) -> str:
    """What the compared period came to as a whole, where only its first days are compared."""
    cut = query.limit or query.moved_only or query.threshold
    if query.whole_before is None or query.metric in NO_MONEY or cut or currency == "several":
        return ""
    total = sum(float(row[-1] or 0) for row in ran.rows)
    return f"All of {query.whole_before.label}: {money(total, currency)}."
