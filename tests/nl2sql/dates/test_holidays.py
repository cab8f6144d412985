"""Days that are named instead of dated."""

from datetime import date

import pytest

from nl2sql.dates.holidays import holiday, season
from nl2sql.dates.periods import QuestionCalendar

SUNDAY = QuestionCalendar(date(2026, 11, 15), date(2020, 1, 1))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("christmas day 2025", "2025-12-25", "2025-12-26"),
        ("christmas", "2025-12-25", "2025-12-26"),
        ("halloween", "2026-10-31", "2026-11-01"),
        ("new years eve", "2025-12-31", "2026-01-01"),
        ("black friday 2025", "2025-11-28", "2025-11-29"),
        ("black friday", "2025-11-28", "2025-11-29"),
        ("black friday weekend 2025", "2025-11-28", "2025-12-01"),
        ("thanksgiving week 2024", "2024-11-25", "2024-12-02"),
        ("cyber monday last year", "2025-12-01", "2025-12-02"),
        ("christmas week 2025", "2025-12-22", "2025-12-29"),
        ("halloween weekend 2026", "2026-10-31", "2026-11-02"),
    ],
)
def test_a_named_day_is_a_date(text: str, start: str, end: str) -> None:
    """Of the year that is said, else the newest one that has begun; with the days around it where they are said."""
    words = text.split()
    reading = holiday(words, 0, SUNDAY)
    assert reading is not None
    assert reading[0] == len(words)
    assert (reading[1].start.isoformat(), reading[1].end.isoformat()) == (start, end)


def test_other_words_are_no_named_day() -> None:
    """`black` alone, and a Friday."""
    assert holiday(["black"], 0, SUNDAY) is None
    assert holiday(["friday"], 0, SUNDAY) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("summer", "2026-06-01", "2026-09-01"),
        ("last summer", "2026-06-01", "2026-09-01"),
        ("summer 2025", "2025-06-01", "2025-09-01"),
        ("spring months", "2026-03-01", "2026-06-01"),
        ("winter", "2025-12-01", "2026-03-01"),
        ("this autumn", "2026-09-01", "2026-11-16"),
        ("spring last year", "2025-03-01", "2025-06-01"),
    ],
)
def test_a_season_is_three_months(text: str, start: str, end: str) -> None:
    """As meteorologists count them, up to today."""
    words = text.split()
    reading = season(words, 0, SUNDAY)
    assert reading is not None
    assert reading[0] == len(words)
    assert (reading[1].start.isoformat(), reading[1].end.isoformat()) == (start, end)


def test_fall_is_a_change() -> None:
    """`did cost fall` names no season."""
    assert season(["fall"], 0, SUNDAY) is None
