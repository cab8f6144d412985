"""Execution match: whether an answer's rows are the right ones, whatever its
columns are called and however it orders them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_NOTHING = {"", "unallocated", "none", "no region", "untagged", "null"}
_TOTALS = {"total", "other", "all"}
RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 0.005, 0.0101

RowValues = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class MatchRule:
    """How one question is compared: labels or figures alone, which gold columns
    are per cents, signs ignored, only the first row, in order.
    """

    labels: bool = True
    percents: frozenset[int] = field(default_factory=frozenset)
    unsigned: bool = False
    first_row: bool = False


def matches(gold: RowValues, answer: RowValues, rule: MatchRule) -> bool:
    """Whether every gold row stands in a row of its own, and the answer has no further rows but a total."""
    gold = [row for row in gold if not _empty(row)] or list(gold)
    answer = [row for row in answer if not _empty(row)] or list(answer)
    if not answer or not gold:
        return not answer and not gold
    if rule.first_row:
        return _fits(gold[0], answer[0], rule)
    unclaimed = list(range(len(answer)))
    for row in gold:
        place = next((place for place in unclaimed if _fits(row, answer[place], rule)), None)
        if place is None:
            return False
        unclaimed.remove(place)
    return all(
        any(isinstance(cell, str) and cell.casefold() in _TOTALS for cell in answer[place]) for place in unclaimed
    )


def _empty(row: Sequence[Any]) -> bool:
    figures = [float(cell) for cell in row if _is_figure(cell)]
    return bool(figures) and all(abs(figure) <= 0.005 for figure in figures)


def _is_figure(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _fits(gold: Sequence[Any], answer: Sequence[Any], rule: MatchRule) -> bool:
    left = [float(cell) for cell in answer if _is_figure(cell)]
    for position, cell in enumerate(gold):
        if _is_figure(cell):
            matching = next(
                (figure for figure in left if _near(float(cell), figure, position in rule.percents, rule.unsigned)),
                None,
            )
            if matching is None:
                return False
            left.remove(matching)
        elif rule.labels and not any(_same(cell, other) for other in answer if not _is_figure(other)):
            return False
    return True


def _near(gold: float, figure: float, percent: bool, unsigned: bool) -> bool:
    if unsigned:
        gold, figure = abs(gold), abs(figure)
    if abs(gold - figure) <= max(RELATIVE_TOLERANCE * abs(gold), 0.05 if percent else ABSOLUTE_TOLERANCE):
        return True
    return percent and abs(gold / 100 - figure) <= max(RELATIVE_TOLERANCE * abs(gold / 100), 0.0005)


def _same(gold: Any, cell: Any) -> bool:
    first, second = _text(gold), _text(cell)
    return first == second or (first in _NOTHING and second in _NOTHING)


def _text(cell: Any) -> str:
    text = "" if cell is None else str(cell).strip().casefold()
    return text.removesuffix("t00:00:00").removesuffix(" 00:00:00")
