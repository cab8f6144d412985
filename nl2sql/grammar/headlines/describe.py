"""The headline of an answer, from its rows: the figure first, then what it is of."""

import re
from collections.abc import Sequence
from dataclasses import replace

from nl2sql.catalog.semantics import Semantics
from nl2sql.grammar.headlines.amounts import limits, money
from nl2sql.grammar.headlines.describe_change import compared_headline, stepwise_headline
from nl2sql.grammar.headlines.describe_share import share_headline
from nl2sql.grammar.headlines.describe_special import special_headline
from nl2sql.grammar.headlines.rows import (
    RowValues,
    counted_of,
    kind_of,
    many,
    name_of,
    number_of,
    per_unit,
    scope_of,
    shown,
    step_of,
)
from nl2sql.grammar.query import CostQuery, of_hours
from nl2sql.grammar.sql.ai_measures import COUNTED, PRICED
from nl2sql.grammar.sql.measures import RATES

_UNITS_NAMED = 3
_NO_PARTS = frozenset({*RATES, *PRICED})  # they do not add up


def headline(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, semantics: Semantics) -> str:
    """One sentence with the figure that was asked for."""
    scope = scope_of(query)
    currency = "" if query.metric in COUNTED else currency
    if (special := special_headline(query, columns, rows, currency, scope, semantics)) is not None:
        return special
    if not rows and of_hours(query):
        return f"Nothing: the bills hold no hours for {scope}; most charges come by the day."
    if not rows or all(cell in (None, 0, 0.0) for row in rows for cell in row if not isinstance(cell, str)):
        if query.threshold and not query.count:
            return f"None {limits(query.threshold, currency)}: {scope_of(query, parts_only=True)}."
        if query.moved_only and query.compared and not rows:
            what = query.dimensions[0].replace("_", " ") if query.dimensions else "part"
            way = "down" if query.change in ("down", "percent_down") else "up"
            return f"No {what} went {way} against {query.compared[0].label}: {scope}."
        return f"Nothing: no charges for {scope}."
    if query.count and query.grain and len(rows) > 1 and not query.dimensions:
        return _counted_over_time(query, columns, rows, scope, semantics)
    if query.count and query.dimensions and not query.grain:
        return _counted_of_each(query, columns, rows, semantics)
    if query.count:
        number = int(number_of(rows[0], columns, 0))
        return f"{number:,} {_counted(query, semantics, number)}: {scope}."
    if "currency" in columns:
        if len(rows) > 1:
            return f"{len(rows)} rows, each currency on its own: {scope}."
        currency = str(rows[0][list(columns).index("currency")])
    if query.ratio:
        return _ratio(query, columns, rows, currency)
    if query.compared:
        return compared_headline(query, columns, rows, currency, scope)
    if query.share_of is not None:
        return share_headline(query, columns, rows, currency, scope)
    if "usage_unit" in columns:
        return _by_unit(query, columns, rows, currency, scope)
    return _amounts(query, columns, rows, currency, scope)


def _by_unit(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """`$0.0231 per GB-Month`, `857.8M Requests and 927.5k GB-Months`; of several names only what it is."""
    at, unit = list(columns).index(query.metric), list(columns).index("usage_unit")
    known = [row for row in rows if row[unit] and row[at]]
    if query.dimensions or query.grain or query.scopes or query.beside or not 0 < len(known) <= _UNITS_NAMED:
        return f"Usage by unit: {scope}."
    if query.metric == "unit_cost":
        parts = [f"{_exact(float(row[at]), currency)} per {str(row[unit]).removesuffix('s')}" for row in known]
    else:
        parts = [f"{money(float(row[at]), '').strip()} {row[unit]}" for row in known]
    return f"{' and '.join(parts)}: {scope}."


def _exact(amount: float, currency: str) -> str:
    """A price, however small, with three figures that count."""
    unit = re.split(r"\d", money(1.0, currency))[0]
    return f"{unit}{float(f'{amount:.3g}'):.12f}".rstrip("0") if 0 < abs(amount) < 1 else money(amount, currency)


def _counted_over_time(
    query: CostQuery, columns: Sequence[str], rows: RowValues, scope: str, semantics: Semantics
) -> str:
    """`142 to 144 resources a month, 143 in Nov 2026`: the fewest, the most, and the newest step."""
    counts = [int(number_of(row, columns, 0)) for row in rows]
    words, at = _counted(query, semantics, max(counts)), "on" if query.grain == "day" else "in"
    span = f"{min(counts):,} to {max(counts):,}" if min(counts) < max(counts) else f"{counts[0]:,}"
    return f"{span} {words} a {query.grain}, {counts[-1]:,} {at} {step_of(str(rows[-1][0]), query)}: {scope}."


def _counted_of_each(query: CostQuery, columns: Sequence[str], rows: RowValues, semantics: Semantics) -> str:
    """`71 resources in prod, 29 in staging and 2 more: October 2026.`, the most first."""
    ranked = sorted(rows, key=lambda row: number_of(row, columns, 0), reverse=query.order == "desc")
    first, *others = ((int(number_of(row, columns, 0)), name_of(row, columns)) for row in ranked[:_UNITS_NAMED])
    parts = [f"{first[0]:,} {_counted(query, semantics, first[0])} in {first[1]}"]
    parts += [f"{number:,} in {name}" for number, name in others]
    more = f" and {len(rows) - _UNITS_NAMED} more" if len(rows) > _UNITS_NAMED else ""
    return f"{', '.join(parts)}{more}: {scope_of(query, parts_only=True)}."


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


def _amounts(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    per = per_unit(query)
    if query.run_rate and len(rows) == 1:
        day, month, year = (money(number_of(rows[0], columns, place), currency) for place in range(3))
        return f"{day} a day, which is {month} a month or {year} a year: {scope}."
    if particular := _particular(query, columns, rows, currency, scope):
        return particular
    if len(rows) == 1 and not query.dimensions and not query.grain and not query.scopes:
        return f"{shown(query, number_of(rows[0], columns, 0), currency)}{per}: {scope}."
    if (
        query.grain
        and len(rows) > 1
        and not (query.limit or query.average or query.cumulative or query.change or query.metric in _NO_PARTS)
    ):
        return _course(query, columns, rows, currency, scope)
    leading = rows[0] if not query.grain or query.limit else max(rows, key=lambda row: number_of(row, columns, 0))
    if not query.limit and not query.grain and sum(number_of(row, columns, 0) for row in rows) < 0:
        leading = min(rows, key=lambda row: number_of(row, columns, 0))  # of credits the largest
    figure = shown(query, number_of(leading, columns, 0), currency)
    parts_scope = scope_of(query, parts_only=True)
    if query.offset:
        return f"{name_of(leading, columns)}, number {query.offset + 1} of the ranking: {figure}{per}, {parts_scope}."
    if len(rows) == 1 or query.limit == 1:
        step = query.grain and not query.dimensions and isinstance(leading[0], str)
        return f"{step_of(leading[0], query) if step else name_of(leading, columns)}: {figure}{per}, {parts_scope}."
    if query.limit and query.dimensions and not query.grain and not per and not query.limit_within:
        return _ranked(query, columns, rows, currency, parts_scope)
    if query.grain or query.limit or query.metric in _NO_PARTS or query.average:
        word = "lowest" if query.order == "asc" else "highest"
        named = step_of(str(leading[0]), query) if kind_of(query) == query.grain else name_of(leading, columns)
        return f"{counted_of(query, rows, columns)}, {word} {named} with {figure}{per}: {scope}."
    total = sum(number_of(row, columns, 0) for row in rows)
    if query.order == "asc" and len(rows) > 1:
        least = f"{counted_of(query, rows, columns)}, lowest {name_of(leading, columns)} with {figure}"
        return f"{least}, {shown(query, total, currency)} in total: {scope}."
    return (
        f"{shown(query, total, currency, ' in total')}, of which {name_of(leading, columns)} "
        f"{money(number_of(leading, columns, 0), currency).strip()}: {scope}."
    )


def _particular(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str | None:
    """Several metrics beside each other, running totals, and groups over or under an amount."""
    if query.change and query.grain and {"change_percent", query.metric} <= set(columns):
        return stepwise_headline(query, columns, rows, currency, scope)
    if query.scopes and len(rows) == 1 and not name_of(rows[0], columns):
        sides = [(scope.label, number_of(rows[0], columns, at)) for at, scope in enumerate(query.scopes)]
        amounts = ", ".join(f"{name} {shown(query, value, currency)}" for name, value in sides)
        return f"{amounts}: {scope_of(replace(query, scopes=()))}."
    if query.beside and len(rows) == 1:
        figures = zip((query.metric, *query.beside), range(1 + len(query.beside)), strict=True)
        amounts = ", ".join(_metric(name, number_of(rows[0], columns, at), currency) for name, at in figures)
        name = f"{name_of(rows[0], columns)}: " if name_of(rows[0], columns) else ""
        return f"{name}{amounts}: {scope}."
    if query.cumulative and "cumulative_cost" in columns and not query.dimensions and query.grain:
        at = list(columns).index("cumulative_cost")
        return f"{money(float(rows[-1][at] or 0), currency)} by {step_of(str(rows[-1][0]), query)}: {scope}."
    if query.limit_within and not query.average and query.metric not in _NO_PARTS:
        top = max(rows, key=lambda row: number_of(row, columns, 0))
        each = f"the {query.limit} {'lowest' if query.order == 'asc' else 'highest'} of each"
        figure = shown(query, number_of(top, columns, 0), currency)
        within = query.limit_within.replace("_", " ")
        return f"{len(rows)} rows, {each} {within}; {name_of(top, columns)} has the most, {figure}: {scope}."
    threshold = query.threshold
    if threshold is None or threshold.percent or query.average or query.limit or query.metric in _NO_PARTS:
        return None
    total = sum(number_of(row, columns, 0) for row in rows)
    top = max(rows, key=lambda row: number_of(row, columns, 0))
    named = step_of(str(top[0]), query) if query.grain and not query.dimensions else name_of(top, columns)
    stepwise = bool(query.grain and query.dimensions)
    if stepwise:  # a row is a month of a resource, and a resource has several
        named = (
            f"{name_of(top[1:], columns[1:])} {'on' if query.grain == 'day' else 'in'} {step_of(str(top[0]), query)}"
        )
    groups = len({name_of(row[1:], columns[1:]) for row in rows}) if stepwise else len(rows)
    kind = query.dimensions[0] if query.dimensions else query.grain or "side"
    number = many(groups, kind) if stepwise else counted_of(query, rows, columns)
    counted = f"{number} {limits(threshold, currency)}"
    if stepwise:
        counted += f" a {query.grain}, {len(rows)} times"
    together = f", {money(total, currency)} together, most {named} with" if len(rows) > 1 else f": {named},"
    return (
        f"{counted}{together} {shown(query, number_of(top, columns, 0), currency)}: {scope_of(query, parts_only=True)}."
    )


def _metric(name: str, value: float, currency: str) -> str:
    """`list $784.4k`, `savings rate 12.3 %`."""
    words = name.removesuffix("_cost").replace("_", " ")
    return f"{words} {value:.1f} %" if name in RATES else f"{words} {money(value, currency)}"


def _ranked(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """Of a ranking: its first three by name, and how many more."""
    parts = [f"{name_of(row, columns)} {shown(query, number_of(row, columns, 0), currency)}" for row in rows[:3]]
    listed = (
        f"{', '.join(parts[:-1])} and {parts[-1]}" if len(rows) <= 3 else f"{', '.join(parts)} and {len(rows) - 3} more"
    )
    return f"{listed}{', lowest first' if query.order == 'asc' else ''}: {scope}."


def _course(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """Of a course over time: all of it, the average of a step, and the step with the most; parts are added up."""
    steps: dict[str, float] = {}
    for row in rows:
        steps[str(row[0])] = steps.get(str(row[0]), 0.0) + number_of(row, columns, 0)
    total = sum(steps.values())
    most, word = max(steps, key=lambda step: steps[step]), "highest"
    if total < 0:  # of credits the largest
        most, word = min(steps, key=lambda step: steps[step]), "most"
    average = (
        f", {money(total / len(steps), currency)} a day on average" if query.grain == "day" else ""
    )  # of months, the last is seldom whole
    return (
        f"{shown(query, total, currency)} in total{average}, {word} {step_of(most, query)} with "
        f"{money(steps[most], currency)}: {scope}."
    )


def _ratio(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str) -> str:
    """Of two sides: how many times the second the first is; of several rows, the highest and lowest."""
    at = list(columns).index("ratio")
    first, second = (scope.label for scope in query.scopes)
    scope = scope_of(replace(query, scopes=()), parts_only=True)
    if len(rows) == 1 and not name_of(rows[0], columns):
        sides = [money(float(rows[0][place] or 0), currency) for place in (at - 2, at - 1)]
        ratio = f"{rows[0][at]:.2f} to 1" if rows[0][at] is not None else "No ratio"
        return f"{ratio}: {first} is {sides[0]}, {second} {sides[1]}, {scope}."
    known_rows = sorted((row for row in rows if row[at] is not None), key=lambda row: float(row[at]))
    if not known_rows:
        return f"No ratio: {second} is nothing, {scope}."
    lowest, highest = known_rows[0], known_rows[-1]
    least, most = (f"{row[at]:.2f} ({name_of(row, columns)})" for row in (lowest, highest))
    return f"{first} to {second}: from {least} to {most}, {scope}."


def chart(query: CostQuery, rows: RowValues) -> str:
    """The figure that fits: a line or areas over time, bars for a ranking, none for a single number."""
    if len(rows) < 2:
        return "none"
    if query.grain and not query.limit:
        return "stacked" if query.dimensions else "line"
    return "bars"
