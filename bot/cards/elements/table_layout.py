"""A result's rows in the shape that a card shows best; the CSV has them as they are."""

import re
from collections.abc import Sequence
from typing import Any

from bot.cards.elements import mrkdwn

PARTS = 4  # columns of parts beside a step of time: more do not fit a telephone
_TIME = re.compile(r"^(usage_date|day|date|week|month|quarter|year)$")
_AMOUNT = re.compile(r"cost|spen[dt]|saving|amount|credit|tax")
_TELEPHONE = 4  # columns that 390 pixels show
_SAID_ELSEWHERE = ("currency", "period_start", "period_end")
_PART = "\x1f"  # between a part's name and what is measured of it; no name of a column has it
Rows = Sequence[Sequence[Any]]


def shaped(columns: Sequence[str], rows: Rows, result: dict[str, Any]) -> tuple[Sequence[str], Rows]:
    """Without ids beside names and without what every row says, the amount early, the largest moves first, and parts
    over time as columns.
    """
    short = _amount_early(*_without_the_same(*_without_ids(columns, rows)))
    return _change_early(*_over_time(*_largest_moves_first(*short, result)))


def title(column: str) -> str:
    """What stands over a column: a part's name as it is, any other column's as a title."""
    part, mark, _ = column.rpartition(_PART)
    return part if mark else mrkdwn.title(column)


def measure(column: str) -> str:
    """What a column measures."""
    return column.rpartition(_PART)[2]


def _without_ids(columns: Sequence[str], rows: Rows) -> tuple[Sequence[str], Rows]:
    """Without the ids of resources whose names stand beside them: nobody reads
    an ARN on a telephone; the CSV has them.
    """
    named = next((at for at, name in enumerate(columns) if name in ("resource", "resource_name")), None)
    if named is None or "resource_id" not in columns:
        return columns, rows
    at = list(columns).index("resource_id")
    if any(row[named] is None for row in rows) or len({row[named] for row in rows}) < len({row[at] for row in rows}):
        return columns, rows
    return [*columns[:at], *columns[at + 1 :]], [[*row[:at], *row[at + 1 :]] for row in rows]


def _without_the_same(columns: Sequence[str], rows: Rows) -> tuple[Sequence[str], Rows]:
    """Lists without the currency and the period that all their rows have: a telephone shows four columns."""
    left = {
        at
        for at, name in enumerate(columns)
        if name in _SAID_ELSEWHERE and len(columns) > _TELEPHONE and len({row[at] for row in rows}) == 1
    }
    shown = [at for at in range(len(columns)) if at not in left]
    return [columns[at] for at in shown], [[row[at] for at in shown] for row in rows]


def _amount_early(columns: Sequence[str], rows: Rows) -> tuple[Sequence[str], Rows]:
    """The first amount beside what it is of, where a telephone would not show it."""
    amounts = [
        at
        for at, name in enumerate(columns)
        if _AMOUNT.search(name) and any(isinstance(row[at], int | float) for row in rows)
    ]
    if not amounts or amounts[0] < _TELEPHONE - 1 or _TIME.match(columns[0]):
        return columns, rows
    order = [0, amounts[0], *(at for at in range(1, len(columns)) if at != amounts[0])]
    return [columns[at] for at in order], [[row[at] for at in order] for row in rows]


def _change_early(columns: Sequence[str], rows: Rows) -> tuple[Sequence[str], Rows]:
    """What it costs, then by how much that changed, then what it cost before: a telephone cuts off what stands last."""
    at = next((i for i, name in enumerate(columns) if i > 1 and name == "change"), None)
    if at is None or list(columns[at + 1 : at + 2]) != ["change_percent"]:
        return columns, rows
    if not any(isinstance(row[at - 2], int | float) for row in rows):  # step by step: nothing stands before it
        return columns, rows
    order = [*range(at - 1), at, at + 1, at - 1, *range(at + 2, len(columns))]
    return [columns[at] for at in order], [[row[at] for at in order] for row in rows]


def _largest_moves_first(columns: Sequence[str], rows: Rows, result: dict[str, Any]) -> tuple[Sequence[str], Rows]:
    """Of what explains a change, the rows that moved most, up or down."""
    if result.get("chart") != "waterfall" or "change" not in columns:
        return columns, rows
    at = list(columns).index("change")
    return columns, sorted(rows, key=lambda row: -abs(float(row[at] or 0)))


def _over_time(columns: Sequence[str], rows: Rows) -> tuple[Sequence[str], Rows]:
    """Parts over time with one row per step: the sum, the largest parts and the others are columns."""
    if len(columns) != 3 or not _TIME.match(columns[0]) or _TIME.match(columns[1]) or not _AMOUNT.search(columns[2]):
        return columns, rows
    if (
        not all(isinstance(row[2], int | float | None) and isinstance(row[1], str | None) for row in rows)
        or columns[1] == "currency"
    ):
        return columns, rows
    sums: dict[str, float] = {}
    steps: dict[Any, dict[str, float]] = {}
    for step, part, amount in rows:
        name = "none" if part is None else str(part)
        sums[name] = sums.get(name, 0.0) + float(amount or 0)
        within = steps.setdefault(step, {})
        within[name] = within.get(name, 0.0) + float(amount or 0)
    ranked = sorted(sums, key=lambda name: -abs(sums[name]))
    if len(ranked) < 2 or len(steps) < 2:
        return columns, rows
    shown, others = (ranked, []) if len(ranked) <= PARTS else (ranked[: PARTS - 1], ranked[PARTS - 1 :])
    named = ["Total", *shown, *(["Other"] if others else [])]
    titles = [columns[0], *(f"{name}{_PART}{columns[2]}" for name in named)]
    pivoted = [
        [
            step,
            sum(parts.values()),
            *(parts.get(name, 0.0) for name in shown),
            *([sum(parts.get(n, 0.0) for n in others)] if others else []),
        ]
        for step, parts in steps.items()
    ]
    return titles, pivoted


def with_percent_beside_change(
    columns: Sequence[str], titles: list[str], rows: Sequence[list[str]], numbers: Sequence[int]
) -> tuple[list[str], list[list[str]], list[int]]:
    """`+1,411.00 (+24 %)` in one cell, where change and per cent stand side by
    side; titles, cells and the columns of numbers.
    """
    at = next(
        (i for i in range(len(titles) - 1) if columns[i] == "change" and columns[i + 1] == "change_percent"), None
    )
    if at is None:
        return titles, [list(row) for row in rows], list(numbers)
    merged = []
    for row in rows:
        moved, percent = (signed(cell) for cell in row[at : at + 2])
        merged.append([*row[:at], f"{moved} ({percent})" if percent and moved != "0.00" else moved, *row[at + 2 :]])
    return [*titles[: at + 1], *titles[at + 2 :]], merged, [n if n <= at else n - 1 for n in numbers if n != at + 1]


def signed(cell: str) -> str:
    """`+1,411.00` of what rose; nothing and zero have no sign."""
    return f"+{cell}" if not cell.startswith("−") and any(one in "123456789" for one in cell) else cell
