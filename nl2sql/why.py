"""The reason behind a change that was asked for with `why`: usage or price, and the resources that carry it, from checked SQL."""

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from analysis.cause_words import EFFECTS, carried_by
from analysis.root_cause import Row, explain
from nl2sql.dates import Period
from nl2sql.grammar.compile import Context, conditions
from nl2sql.grammar.query import Query
from nl2sql.run import Rows

_NAMES = ("account", "service", "region", "team", "resource_name", "usage_type")


def reason(query: Query, context: Context, run: Callable[[str], object]) -> str | None:
    """One sentence; None where the periods do not hold the same things, or there is more than one look can hold."""
    if not query.why or len(query.compared) != 1:
        return None
    now, before = (_rows(query, period, context, run) for period in (query.period, query.compared[0]))
    if now is None or before is None:
        return None
    cause = explain(before, now)
    if cause.effects.verdict == "none":
        return None
    carried = carried_by(cause.resources, cause.delta)
    words = EFFECTS[cause.effects.verdict]
    return f"{words[0].upper()}{words[1:]}{': ' + carried if carried else ''}."


def _rows(query: Query, period: Period, context: Context, run: Callable[[str], object]) -> list[Row] | None:
    """Named resources of the period as cost a day; None when the guard or the database says no, or the rows were cut."""
    names = [exp.column(name) for name in _NAMES]
    measures = [
        exp.alias_(exp.Sum(this=exp.column("effective_cost")), "cost"),
        exp.alias_(exp.Sum(this=exp.column("usage_quantity")), "quantity"),
    ]
    single = replace(query, period=period, compared=(), dimensions=())
    select = exp.select(*names, *measures).from_("resource_costs").where(*conditions(single, context, "resource_costs"))
    found = run(select.group_by(*(name.copy() for name in names)).sql("postgres"))
    if not isinstance(found, Rows) or found.truncated:
        return None
    days = max((period.end - period.start).days, 1)
    return [_row(row, days) for row in found.rows]


def _row(row: tuple[object, ...], days: int) -> Row:
    account, service, region, team, resource, kind = (None if value is None else str(value) for value in row[:6])
    cost, quantity = (float(str(value or 0)) / days for value in row[6:8])
    return Row(cost, quantity or None, kind, account, service, region, team, resource, kind)
