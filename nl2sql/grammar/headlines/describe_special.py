"""The headlines of medians and percentiles, moving averages, profiles, hours, and what is new or gone."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from nl2sql.catalog.semantics import Semantics
from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.query import CostQuery, leads
from nl2sql.grammar.sql.measures import PER_UNIT, RATES
from nl2sql.grammar.sql.special import costed

Rows = Sequence[Sequence[Any]]
_NAMED = 3
_STATISTICS = {
    "median": "the median",
    "p75": "the 75th percentile",
    "p90": "the 90th percentile",
    "p95": "the 95th percentile",
    "p99": "the 99th percentile",
    "stddev": "the standard deviation",
}


def special_headline(
    query: CostQuery, columns: Sequence[str], rows: Rows, currency: str, scope: str, semantics: Semantics
) -> str | None:
    """The figure that was asked for; None where a query is none of these. Amounts of several currencies are neither
    added up nor ranked.
    """
    currencies = list(dict.fromkeys(row[columns.index("currency")] for row in rows)) if "currency" in columns else []
    if len(currencies) > 1 and (query.statistic or query.moving or query.profile or query.appeared):
        return _apart(query, columns, rows, scope, semantics)
    currency = currencies[0] if currencies else currency
    if query.appeared:
        return _appeared(query, columns, rows, currency, scope, semantics)
    if not rows:
        return None
    if leads(query) and not query.average and query.metric not in (*RATES, *PER_UNIT) and len(currencies) < 2:
        return _leading(query, columns, rows, currency, scope, semantics)
    if query.statistic:
        return _statistic(query, columns, rows, currency, scope)
    if query.moving:
        return _moving(query, columns, rows, currency, scope)
    return _profile(query, columns, rows, currency, scope) if query.profile else None


def _apart(query: CostQuery, columns: Sequence[str], rows: Rows, scope: str, semantics: Semantics) -> str:
    """`€9,474 and $27.50 is the median of the cost of a day, each currency on its own: all spend, October 2026.`"""
    own = f"each currency on its own: {scope}."
    at = columns.index("currency")
    if query.appeared:
        dimension = semantics.dimensions[query.dimensions[0]]
        number = len({row[0] for row in rows})
        what = dimension.name.replace("_", " ") if number == 1 else dimension.plural
        counted = f"{number} {what} no longer charged" if query.appeared == "gone" else f"{number} new {what}"
        return f"{counted}, {own}"
    if query.statistic and not query.dimensions and len(rows) <= _NAMED:
        value = columns.index(_statistic_column(query))
        return f"{' and '.join(_shown(row, value, row[at]) for row in rows)} is {_statistic_words(query)}, {own}"
    if query.statistic:
        words = _statistic_words(query)
        return f"{words[0].upper()}{words[1:]}, {len(rows)} rows, {own}"
    if query.moving:
        return f"The {query.moving}-{query.grain} average, {len(rows)} rows, {own}"
    return f"An average {'hour' if query.profile == 'hour' else 'day'}, {len(rows)} rows, {own}"


def _leading(
    query: CostQuery, columns: Sequence[str], rows: Rows, currency: str, scope: str, semantics: Semantics
) -> str:
    """`The 2 highest services by week: EC2 $300 and RDS $120 in all, October 2026.`"""
    at, totals = columns.index(query.metric), dict[str, float]()
    for row in rows:
        name = _name(row[1:], columns[1:])
        totals[name] = totals.get(name, 0.0) + float(row[at] or 0)
    ranked = sorted(totals.items(), key=lambda one: one[1], reverse=query.order == "desc")
    parts = [f"{name} {money(total, currency)}" for name, total in ranked[:_NAMED]]
    more = f" and {len(ranked) - _NAMED} more" if len(ranked) > _NAMED else ""
    listed = ", ".join(parts) + more if more or len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    dimension = semantics.dimensions[query.dimensions[0]]
    what = dimension.name.replace("_", " ") if len(ranked) == 1 else dimension.plural
    word = "lowest" if query.order == "asc" else "highest"
    return f"The {len(ranked)} {word} {what} by {query.grain}: {listed} in all, {scope}."


def _statistic_column(query: CostQuery) -> str:
    return f"{query.statistic}_per_{query.average or 'day'}"


def _statistic_words(query: CostQuery) -> str:
    """`the median of the cost of a day`."""
    unit = (query.average or "day").replace("_", " ")
    article = "an" if unit[0] in "aeiou" else "a"
    return f"{_STATISTICS[query.statistic or 'median']} of the cost of {article} {unit}"


def _appeared(
    query: CostQuery, columns: Sequence[str], rows: Rows, currency: str, scope: str, semantics: Semantics
) -> str:
    """`3 new resources, $812 together: web-9 $500, …`"""
    dimension = semantics.dimensions[query.dimensions[0]]
    single = dimension.name.replace("_", " ")
    gone = query.appeared == "gone"
    word = "no longer charged" if gone else "new"
    if not rows and gone:
        return f"No {single} is gone: {scope}."
    if not rows:
        return f"No {single} is new: {scope}."
    what = single if len(rows) == 1 else dimension.plural
    counted = f"{len(rows)} {what} {word}" if gone else f"{len(rows)} {word} {what}"
    at = columns.index(query.metric)
    money_of = [float(row[at] or 0) for row in rows]
    shown = columns.index("average_per_day") if "average_per_day" in columns else at
    per = " a day" if shown != at else ""
    named = ", ".join(f"{_name(row, columns)} {money(float(row[shown] or 0), currency)}{per}" for row in rows[:_NAMED])
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    told = (query.compared[0] if query.compared else costed(query)).label if gone else ""
    before = f" in {told}" if gone else ""
    return f"{counted}, {money(sum(money_of), currency)} together{before}: {named}{more}; {scope}."


def _statistic(query: CostQuery, columns: Sequence[str], rows: Rows, currency: str, scope: str) -> str:
    what = _statistic_words(query)
    value = columns.index(_statistic_column(query))
    if len(rows) == 1 and not query.dimensions:
        return f"{money(float(rows[0][value] or 0), currency)} is {what}: {scope}."
    top = rows[0]
    word = "lowest" if query.order == "asc" else "highest"
    return f"{what[0].upper()}{what[1:]} is {word} for {_name(top, columns)}, {_shown(top, value, currency)}: {scope}."


def _moving(query: CostQuery, columns: Sequence[str], rows: Rows, currency: str, scope: str) -> str:
    at = columns.index("moving_average")
    steps = f"{query.moving}-{query.grain} average"
    if query.dimensions:
        return f"The {steps}, {len(rows)} rows: {scope}."
    first, last = rows[0], rows[-1]
    ends = ((row, date.fromisoformat(str(row[0])[:10])) for row in (last, first))
    now, then = (f"{_shown(row, at, currency)} on {day.day} {day:%b}" for row, day in ends)
    return f"The {steps} is {now}, from {then}: {scope}."


def _profile(query: CostQuery, columns: Sequence[str], rows: Rows, currency: str, scope: str) -> str:
    per = "average_per_hour" if query.profile == "hour" else "average_per_day"
    at = columns.index(per)
    unit = "hour" if query.profile == "hour" else "day"
    if query.profile == "weekend" and len(rows) <= 2 and not query.dimensions:
        averages = " and ".join(f"{_shown(row, at, currency)} on a {row[0]} day" for row in rows)
        return f"{averages.replace('weekday day', 'weekday')}, on average: {scope}."
    ranked = sorted(rows, key=lambda row: -float(row[at] or 0))
    names = [_named(row, columns, query) for row in (ranked[0], ranked[-1])]
    on = "at" if unit == "hour" else "on"
    if len(rows) == 1:
        return f"{names[0]}: {_shown(ranked[0], at, currency)} an average {unit}, {scope}."
    most, least = (_shown(row, at, currency) for row in (ranked[0], ranked[-1]))
    return f"Highest {on} {names[0]} with {most} an average {unit}, lowest {on} {names[1]} with {least}: {scope}."


def _named(row: Sequence[Any], columns: Sequence[str], query: CostQuery) -> str:
    if query.profile != "hour":
        return _name(row, columns)
    hour = f"{int(row[columns.index('hour_of_day')]):02d}:00 UTC"
    name = _name(row, columns)
    return f"{name} at {hour}" if name else hour


def _shown(row: Sequence[Any], at: int, currency: str) -> str:
    return money(float(row[at] or 0), currency)


def _name(row: Sequence[Any], columns: Sequence[str]) -> str:
    """The labels of a row; ids, days and the currency stand in the table."""
    hidden = ("resource_id", "first_day", "last_day", "currency")
    return " / ".join(
        cell for name, cell in zip(columns, row, strict=True) if isinstance(cell, str) and name not in hidden
    )
