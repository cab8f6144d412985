"""The band of the running month in a list of forecasts: as far as the months before went on from the same day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analysis import period_band
from nl2sql.answers.context import AnswerContext
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.subjects.listing import SubjectListing, scoped

_WEEKS = timedelta(weeks=4)


def measured(ran: AnswerRows, listing: SubjectListing, context: AnswerContext) -> tuple[AnswerRows, str]:
    """The rows with the band of the month that runs, where enough months are known, and what that band has held;
    otherwise the rows as they are.
    """
    columns = list(ran.columns)
    if listing.by or not {"month", "spent", "low_80", "high_80"} <= {*columns}:
        return ran, ""
    cells = [dict(zip(columns, row, strict=True)) for row in ran.rows]
    place = next((at for at, row in enumerate(cells) if 0 < (row["spent"] or 0) < row["expected_cost"]), None)
    if place is None:
        return ran, ""
    row = cells[place]
    today = context.facts.through + timedelta(1)
    starts = period_band.months(context.facts.through)
    if str(row["month"])[:10] != starts[-2].isoformat():
        return ran, ""
    costs = _costs(listing, str(row["currency"]), starts[0] - _WEEKS, today, context)
    whole_months = [start for start in starts if costs and start >= min(costs)]
    reach = period_band.reach(costs, whole_months, today) if len(whole_months) > 1 else None
    if reach is None:
        return ran, ""
    row["low_80"], row["high_80"] = reach.around(row["spent"], row["expected_cost"] - row["spent"])
    shown = [*ran.rows]
    shown[place] = tuple(row[name] for name in columns)
    note = f"Seen from the same day, {reach.held} of the {reach.periods} months before ended within such a band."
    return replace(ran, rows=tuple(shown)), note


def _costs(listing: SubjectListing, currency: str, start: date, end: date, context: AnswerContext) -> dict[date, float]:
    """The scope's cost per day without tax, 0 for days without charges."""
    day, cost = exp.column("usage_date"), exp.Sum(this=exp.column("effective_cost"))
    select = exp.select(day, exp.alias_(cost, "cost")).from_("reporting.daily_costs")
    select = select.where(
        exp.GTE(this=day.copy(), expression=exp.cast(exp.Literal.string(start.isoformat()), "date")),
        exp.LT(this=day.copy(), expression=exp.cast(exp.Literal.string(end.isoformat()), "date")),
        exp.EQ(this=exp.column("currency"), expression=exp.Literal.string(currency)),
        exp.NEQ(this=exp.column("charge_category"), expression=exp.Literal.string("Tax")),
        *scoped(listing),
    )
    ran: Any = context.run(select.group_by(day.copy()).sql("postgres"))
    if not isinstance(ran, AnswerRows) or ran.truncated or not ran.rows:
        return {}
    cost_by_day = {date.fromisoformat(str(at)[:10]): float(amount or 0) for at, amount in ran.rows}
    first = min(cost_by_day)
    return {one: cost_by_day.get(one, 0.0) for one in (first + timedelta(at) for at in range((end - first).days))}
