"""The headline of an answer, from its rows: the figure first, then what it is of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from analysis import formatting
from nl2sql.catalog.semantics import Semantics
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.sql.measures import RATES

_METRIC_WORDS = {
    "billed_cost": "billed",
    "invoice_cost": "invoiced, with tax, by invoice month",
    "list_cost": "at list prices",
    "contracted_cost": "at contracted prices",
    "savings": "saved against list prices",
}
RowValues = Sequence[Sequence[Any]]


def money(amount: float, currency: str = "USD") -> str:
    """An amount for people, as cards say it."""
    return formatting.money(amount, currency)


def headline(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, semantics: Semantics) -> str:
    """One sentence with the figure that was asked for."""
    scope = scope_of(query)
    if not rows or all(cell in (None, 0, 0.0) for row in rows for cell in row if not isinstance(cell, str)):
        if query.threshold and not query.count:
            limit = (
                f"{query.threshold.amount:g} %" if query.threshold.percent else money(query.threshold.amount, currency)
            )
            return f"None {'over' if query.threshold.over else 'under'} {limit}: {scope}."
        return f"Nothing: no charges for {scope}."
    if query.count:
        number = int(_number(rows[0], columns, 0))
        return f"{number:,} {_counted(query, semantics, number)}: {scope}."
    if "currency" in columns:
        if len(rows) > 1:
            return f"{len(rows)} rows, each currency on its own: {scope}."
        currency = str(rows[0][list(columns).index("currency")])
    if query.ratio:
        return _ratio(query, columns, rows, currency)
    if query.compared:
        return _compared(query, columns, rows, currency, scope)
    if query.share_of is not None:
        return _share(query, columns, rows, currency, scope)
    if "usage_unit" in columns:
        return f"Usage by unit: {scope}."
    return _amounts(query, columns, rows, currency, scope)


def _counted(query: CostQuery, semantics: Semantics, number: int) -> str:
    """What was counted, and over or under which amount."""
    dimension = semantics.dimensions.get(query.count or "")
    single = dimension.name.replace("_", " ") if dimension else str(query.count)
    words = single if number == 1 else dimension.plural if dimension else f"{single}s"
    if query.threshold is None:
        return words
    return (
        f"{words} {'over' if query.threshold.over else 'under'} "
        f"{query.threshold.amount:,.0f}{' %' if query.threshold.percent else ''}"
    )


def scope_of(query: CostQuery, *, parts_only: bool = False) -> str:
    """The filters and the period of a query, as shown after the figure. With `parts_only` the figure is of some parts,
    which are never called all spend.
    """
    included = [f.words() for f in query.filters if not f.negated]
    left_out = [f.words() for f in query.filters if f.negated]
    sides = " vs ".join(scope.label for scope in query.scopes)
    parts = [part for part in (", ".join([*included, *left_out]), sides) if part]
    if not parts and not parts_only:
        parts = ["all spend"]
    days = {"weekend": " (weekends)", "weekday": " (weekdays)"}.get(query.weekdays or "", "")
    return f"{', '.join([*parts, query.period.label])}{days}"


def _number(row: Sequence[Any], columns: Sequence[str], position: int) -> float:
    numbers = [cell for cell in row if isinstance(cell, int | float) and not isinstance(cell, bool)]
    return float(numbers[position]) if len(numbers) > position else 0.0


def _name(row: Sequence[Any]) -> str:
    return " / ".join(str(cell) for cell in row if isinstance(cell, str))


def _shown(query: CostQuery, value: float, currency: str) -> str:
    if query.metric in RATES:
        return f"{value:.1f} %"
    words = _METRIC_WORDS.get(query.metric)
    return f"{money(value, currency)} {words}" if words else money(value, currency)


def _amounts(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    per = f" a {query.average.replace('_', ' ')} on average" if query.average else ""
    if query.run_rate and len(rows) == 1:
        day, month, year = (money(_number(rows[0], columns, place), currency) for place in range(3))
        return f"{day} a day, which is {month} a month or {year} a year: {scope}."
    if len(rows) == 1 and not query.dimensions and not query.grain and not query.scopes:
        return f"{_shown(query, _number(rows[0], columns, 0), currency)}{per}: {scope}."
    if (
        query.grain
        and len(rows) > 1
        and not (query.limit or query.average or query.cumulative or query.change or query.metric in RATES)
    ):
        return _course(query, columns, rows, currency, scope)
    leading = rows[0] if not query.grain or query.limit else max(rows, key=lambda row: _number(row, columns, 0))
    figure = _shown(query, _number(leading, columns, 0), currency)
    parts_scope = scope_of(query, parts_only=True)
    if query.offset:
        return f"{_name(leading)}, number {query.offset + 1} of the ranking: {figure}{per}, {parts_scope}."
    if len(rows) == 1 or query.limit == 1:
        return f"{_name(leading)}: {figure}{per}, {parts_scope}."
    if query.limit and query.dimensions and not query.grain and not per and not query.limit_within:
        return _ranked(query, columns, rows, currency, parts_scope)
    if query.grain or query.limit or query.metric in RATES or query.average:
        word = "lowest" if query.order == "asc" else "highest"
        return f"{len(rows)} rows, {word} {_name(leading)} with {figure}{per}: {scope}."
    total = sum(_number(row, columns, 0) for row in rows)
    return (
        f"{_shown(query, total, currency)} in total, of which {_name(leading)} "
        f"{money(_number(leading, columns, 0), currency)}: {scope}."
    )


def _ranked(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """Of a ranking: its first three by name, and how many more."""
    named = query.dimensions != ("resource",)  # beside a resource's name stands its id
    parts = [
        f"{_name(row) if named else row[0]} {_shown(query, _number(row, columns, 0), currency)}" for row in rows[:3]
    ]
    listed = (
        f"{', '.join(parts[:-1])} and {parts[-1]}" if len(rows) <= 3 else f"{', '.join(parts)} and {len(rows) - 3} more"
    )
    return f"{listed}{', lowest first' if query.order == 'asc' else ''}: {scope}."


def _course(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """Of a course over time: all of it, the average of a step, and the step with the most; parts are added up."""
    steps: dict[str, float] = {}
    for row in rows:
        steps[str(row[0])] = steps.get(str(row[0]), 0.0) + _number(row, columns, 0)
    total, most = sum(steps.values()), max(steps, key=lambda step: steps[step])
    average = (
        f", {money(total / len(steps), currency)} a day on average" if query.grain == "day" else ""
    )  # of months, the last is seldom whole
    return (
        f"{_shown(query, total, currency)} in total{average}, highest {_step(most, query)} with "
        f"{money(steps[most], currency)}: {scope}."
    )


def _step(start: str, query: CostQuery) -> str:
    """`1 Nov`, `week of 2 Nov`, `Nov 2026`."""
    day = date.fromisoformat(start[:10])
    if query.grain in ("month", "quarter", "year"):
        return (
            f"{day:%b %Y}"
            if query.grain == "month"
            else f"Q{(day.month + 2) // 3} {day.year}"
            if query.grain == "quarter"
            else str(day.year)
        )
    return f"{'week of ' if query.grain == 'week' else ''}{day.day} {day:%b}"


def _ratio(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str) -> str:
    """Of two sides: how many times the second the first is; of several rows, the highest and lowest."""
    at = list(columns).index("ratio")
    first, second = (scope.label for scope in query.scopes)
    scope = scope_of(replace(query, scopes=()), parts_only=True)
    if len(rows) == 1 and not _name(rows[0]):
        sides = [money(float(rows[0][place] or 0), currency) for place in (at - 2, at - 1)]
        known = f"{rows[0][at]:.2f} to 1" if rows[0][at] is not None else "No ratio"
        return f"{known}: {first} is {sides[0]}, {second} {sides[1]}, {scope}."
    known_rows = sorted((row for row in rows if row[at] is not None), key=lambda row: float(row[at]))
    if not known_rows:
        return f"No ratio: {second} is nothing, {scope}."
    lowest, highest = known_rows[0], known_rows[-1]
    least, most = (f"{row[at]:.2f} ({_name(row)})" for row in (lowest, highest))
    return f"{first} to {second}: from {least} to {most}, {scope}."


def _compared(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    if len(query.compared) > 1:
        return f"{len(query.compared) + 1} periods side by side: {scope}."
    if query.unequal:
        now, then = (sum(_number(row, columns, at) for row in rows) for at in (0, 1))
        return (
            f"{money(now, currency)}; {money(then, currency)} in what is known of {query.compared[0].label}: {scope}."
        )
    rate = query.metric in RATES or query.share_of
    if len(rows) == 1:
        now, then = _number(rows[0], columns, 0), _number(rows[0], columns, 1)
        name = f"{_name(rows[0])}: " if _name(rows[0]) else ""
        moved = f"{now - then:+.1f} points" if rate else change(now, then, currency)
        figure = f"{now:.1f} %" if rate else money(now, currency)
        return f"{name}{figure}, {moved} vs {query.compared[0].label}: {scope}."
    if rate:
        return f"{len(rows)} rows against {query.compared[0].label}: {scope}."
    if query.limit or query.change:
        now, then = _number(rows[0], columns, 0), _number(rows[0], columns, 1)
        parts_scope = scope_of(query, parts_only=True)
        return (
            f"{_name(rows[0])} moved most: {change(now, then, currency)} vs {query.compared[0].label}; {parts_scope}."
        )
    now = sum(_number(row, columns, 0) for row in rows)
    then = sum(_number(row, columns, 1) for row in rows)
    return f"{money(now, currency)} in total, {change(now, then, currency)} vs {query.compared[0].label}: {scope}."


def change(now: float, then: float, currency: str) -> str:
    """How an amount moved: `up $1,900 (+18.0 %)`."""
    if abs(now - then) < 0.005:
        return "unchanged"
    percent = f" ({100 * (now / then - 1):+.1f} %)".replace("-", "−") if then else ""
    return f"{'up' if now > then else 'down'} {money(abs(now - then), currency)}{percent}"


def _share(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    position = columns.index("share_percent")
    if query.share_of and len(rows) == 1 and not query.dimensions:
        part, whole = _number(rows[0], columns, 1), _number(rows[0], columns, 2)
        named = ", ".join(f.words() for f in query.share_of)
        return (
            f"{float(rows[0][position] or 0):.1f} %: {named} is {money(part, currency)} of "
            f"{money(whole, currency)}, {scope}."
        )
    largest = max(rows, key=lambda row: row[position] or 0)
    return f"{_name(largest)} has the largest share, {float(largest[position] or 0):.1f} %: {scope}."


def chart(query: CostQuery, rows: RowValues) -> str:
    """The figure that fits: a line or areas over time, bars for a ranking, none for a single number."""
    if len(rows) < 2:
        return "none"
    if query.grain and not query.limit:
        return "stacked" if query.dimensions else "line"
    return "bars"
