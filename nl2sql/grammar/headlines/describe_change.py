"""The headlines of comparisons: how an amount moved between periods, which parts moved, and from step to step."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from nl2sql.dates import periods
from nl2sql.dates.periods import UNITS
from nl2sql.grammar.headlines.amounts import limits, money
from nl2sql.grammar.headlines.rows import (
    RowValues,
    counted_of,
    many,
    name_of,
    number_of,
    scope_of,
    step_of,
)
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.sql.measures import RATES


def stepwise_headline(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """Of changes from step to step: where it rose and fell most; steps that are known in part have none."""
    change_at, percent_at, amount = (
        columns.index("change"),
        columns.index("change_percent"),
        columns.index(query.metric),
    )
    known = [row for row in rows if row[change_at] is not None and _whole_beside(query, str(row[0]))]
    if not known:
        return f"Nothing to compare: {many(len(rows), query.grain or 'step')}, {scope}."

    def step_line(row: Sequence[Any]) -> str:
        others = name_of(row[1:], columns[1:])
        step = step_of(str(row[0]), query)
        now, then = float(row[amount] or 0), float(row[amount] or 0) - float(row[change_at] or 0)
        return f"{f'{others} in ' if others else ''}{step} {change(now, then, currency)}"

    by_rate = query.change in ("percent_up", "percent_down")
    ranked = sorted(known, key=lambda row: float(row[percent_at if by_rate else change_at] or 0), reverse=True)
    ends = [ranked[0], ranked[-1]] if len(ranked) > 1 else ranked
    parts = [step_line(row) for row in (reversed(ends) if query.change in ("down", "percent_down") else ends)]
    most = f"; most {', least '.join(parts)}" if len(known) > 1 else f": {parts[0]}"
    return f"{many(len(known), 'change')} from {query.grain} to {query.grain}{most}; {scope}."


def compared_headline(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    if len(query.compared) > 1:
        return _side_by_side(query, rows, columns, currency, scope)
    if query.unequal:
        now, then = (sum(number_of(row, columns, at) for row in rows) for at in (0, 1))
        return (
            f"{money(now, currency)}; {money(then, currency)} in what is known of {query.compared[0].label}: {scope}."
        )
    rate = query.metric in RATES or query.share_of
    average = f"an average {query.average} of " if query.average in UNITS else ""
    then_label = f"{average}{query.compared[0].label}"
    if len(rows) == 1:
        now, then = number_of(rows[0], columns, 0), number_of(rows[0], columns, 1)
        if query.limit and query.dimensions and not rate and _other_way(query, now, then):
            return _nothing_moved(query, (name_of(rows[0], columns), now, then), then_label, currency, scope)
        name = f"{name_of(rows[0], columns)}: " if name_of(rows[0], columns) else ""
        if query.share_of:
            name = f"{name}{' and '.join(part.words() for part in query.share_of)} is "
        moved = f"{now - then:+.1f} points".replace("-", "−") if rate else change(now, then, currency)
        figure = f"{now:.1f} %" if rate else money(now, currency)
        return f"{name}{figure}, {moved} vs {then_label}: {scope}."
    if rate:
        return f"{len(rows)} rows against {query.compared[0].label}: {scope}."
    if query.limit or query.change:
        moves = [(name_of(row, columns), number_of(row, columns, 0), number_of(row, columns, 1)) for row in rows[:3]]
        told = [f"{name} {change(now, then, currency)}" for name, now, then in moves[1:]]
        name, now, then = moves[0]
        if _other_way(query, now, then):
            return _nothing_moved(query, moves[0], then_label, currency, scope)
        more = f", then {' and '.join(told)}" if told and len(rows) > 1 else ""
        parts_scope = scope_of(query, parts_only=True)
        if query.threshold or query.moved_only:
            return _moved(query, columns, rows, f"{name} {change(now, then, currency)}{more}", then_label, currency)
        return f"{name} moved most: {change(now, then, currency)} vs {then_label}{more}; {parts_scope}."
    now = sum(number_of(row, columns, 0) for row in rows)
    then = sum(number_of(row, columns, 1) for row in rows)
    return f"{money(now, currency)} in total, {change(now, then, currency)} vs {then_label}: {scope}."


def _other_way(query: CostQuery, now: float, then: float) -> bool:
    """Whether the first of a ranking of changes did not move as was asked, so that nothing did."""
    up, down = query.change in ("up", "percent_up"), query.change in ("down", "percent_down")
    return (up and now <= then) or (down and now >= then)


def _nothing_moved(
    query: CostQuery, first: tuple[str, float, float], then_label: str, currency: str, scope: str
) -> str:
    name, now, then = first
    way = "up" if query.change in ("up", "percent_up") else "down"
    least = f"next to it is {name}, {change(now, then, currency)}"
    return f"Nothing went {way} against {then_label}; {least}: {scope}."


def _moved(query: CostQuery, columns: Sequence[str], rows: RowValues, told: str, then_label: str, currency: str) -> str:
    """`3 teams went up over $500 vs September 2026, most ml up $10.9k (+16.5 %)`: those that met a condition."""
    way = {"up": " went up", "percent_up": " went up", "down": " went down", "percent_down": " went down"}
    amount = f" {limits(query.threshold, currency)}" if query.threshold else ""
    moved = way.get(query.change or "", " changed")
    most = ", most " if len(rows) > 1 else ": "
    counted = f"{counted_of(query, rows, columns)}{moved}{amount}"
    return f"{counted} vs {then_label}{most}{told}; {scope_of(query, parts_only=True)}."


def _side_by_side(query: CostQuery, rows: RowValues, columns: Sequence[str], currency: str, scope: str) -> str:
    """Of several periods the newest, and how it moved against each of the others."""
    if query.metric in RATES or query.share_of or query.average:
        return f"{len(query.compared) + 1} periods side by side: {scope}."
    now, *earlier = (sum(number_of(row, columns, at) for row in rows) for at in range(len(query.compared) + 1))
    moved = ", ".join(
        f"{change(now, then, currency)} vs {period.label}" for then, period in zip(earlier, query.compared, strict=True)
    )
    return f"{money(now, currency)}{' in total' if len(rows) > 1 else ''}, {moved}: {scope}."


def change(now: float, then: float, currency: str) -> str:
    """How an amount moved: `up $1,900 (+18.0 %)`."""
    if abs(now - then) < 0.005:
        return "unchanged"
    percent = f" ({100 * (now / then - 1):+.1f} %)".replace("-", "−") if then else ""
    return f"{'up' if now > then else 'down'} {money(abs(now - then), currency)}{percent}"


def _whole_beside(query: CostQuery, start: str) -> bool:
    """Whether a step and the one before it lie in the period as a whole."""
    if query.grain is None or query.grain == "hour":
        return True
    day = date.fromisoformat(start[:10])
    return (
        periods.step(day, query.grain, 1) <= query.period.end
        and periods.step(day, query.grain, -1) >= query.period.start
    )
