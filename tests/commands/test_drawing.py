"""Blocks and bars of a terminal: as long as what they stand for."""

import math

from hypothesis import given
from hypothesis import strategies as st

from commands.drawing import bar, bars, course, sparkline

_DAYS = [[f"2026-11-{day:02}", float(day)] for day in range(1, 9)]


def test_a_course_rises_from_the_lowest_to_the_highest_block() -> None:
    """By date, whatever order the rows have; what is not known is a gap."""
    assert course(["day", "cost"], list(reversed(_DAYS))) == "▁▂▃▄▅▆▇█"
    assert sparkline([1.0, None, 1.0]) == "▁ ▁"
    assert sparkline([]) == ""


def test_a_year_of_days_fits_a_terminal() -> None:
    """Neighbours are averaged."""
    rows = [
        [f"{2026 + month // 12}-{month % 12 + 1:02}-{day:02}", float(month)]
        for month in range(13)
        for day in range(1, 29)
    ]
    drawn = course(["day", "cost"], rows)
    assert (len(drawn), drawn[0], drawn[-1]) == (80, "▁", "█")


def test_only_what_is_a_course_or_a_ranking_is_drawn() -> None:
    """Teams by day are neither, two points are no course, credits have no length."""
    assert course(["day", "team", "cost"], [[day, "web", cost] for day, cost in _DAYS]) == ""
    assert course(["day", "cost"], _DAYS[:2]) == ""
    assert bars(["day", "cost"], _DAYS) == []
    assert bars(["team", "cost"], [["web", 5.0], ["ml", -1.0]]) == []
    assert bars(["team", "cost", "share"], [["web", 8.0, 80.0], ["ml", 2.0, 20.0]]) == ["█" * 16, "████"]


@given(st.floats(0, 1e15), st.floats(1e-9, 1e15))
def test_a_bar_is_as_long_as_its_share(value: float, most: float) -> None:
    """To an eighth of a character, never longer than the longest."""
    drawn = bar(value, most)
    eighths = 8 * drawn.count("█") + sum(" ▏▎▍▌▋▊▉".index(block) for block in drawn.strip("█"))
    assert math.isclose(eighths, 128 * min(value / most, 1.0), abs_tol=0.5 + 1e-6)
