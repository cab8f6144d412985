"""Figures in a terminal: a line of blocks for a course, a bar beside each row of a ranking."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from bot.cards.elements.figures import date_column, numeric_columns

_LEVELS = "▁▂▃▄▅▆▇█"
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_WIDTH = 16  # characters of the longest bar
_FEWEST, _LONGEST = 3, 80  # points of a course
_NO_MEASURE = ("share", "change_pct")


def sparkline(values: Sequence[float | None]) -> str:
    """A block for each value, scaled between the lowest and the highest; a space for an unknown value."""
    numbers = [value for value in values if value is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    step = (high - low) / (len(_LEVELS) - 1) or 1.0
    return "".join(" " if value is None else _LEVELS[round((value - low) / step)] for value in values)


def bar(value: float, most: float, width: int = _WIDTH) -> str:
    """A bar as long as its share of `most`, to an eighth of a character; nothing for what is not above zero."""
    if value <= 0 or most <= 0:
        return ""
    whole, eighths = divmod(round(8 * width * min(value / most, 1.0)), 8)
    return "█" * whole + _EIGHTHS[eighths]


def course(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """The line of blocks of one measure over time; empty where the rows are something else."""
    measure = _measure(columns, rows)
    when = date_column(columns, rows)
    others = [at for at in range(len(columns)) if at != when and at not in numeric_columns(columns, rows)]
    if measure is None or when is None or others or len(rows) < _FEWEST:
        return ""
    values = [row[measure] for row in sorted(rows, key=lambda row: str(row[when]))]
    return sparkline(_averaged(values, _LONGEST) if len(values) > _LONGEST else values)


def _averaged(values: Sequence[float | None], most: int) -> list[float | None]:
    """As many averages of neighbours as fit."""
    edges = [round(at * len(values) / most) for at in range(most + 1)]
    parts = [[v for v in values[start:end] if v is not None] for start, end in pairwise(edges)]
    return [sum(part) / len(part) if part else None for part in parts]


def bars(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """A bar for each row of a ranking, by its first measure; none where the rows are no ranking."""
    measure = _measure(columns, rows)
    if measure is None or len(rows) < 2 or date_column(columns, rows) is not None:
        return []
    values = [float(row[measure] or 0) for row in rows]
    if min(values) < 0:
        return []
    return [bar(value, max(values)) for value in values]


def _measure(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int | None:
    return next((at for at in numeric_columns(columns, rows) if columns[at] not in _NO_MEASURE), None)
