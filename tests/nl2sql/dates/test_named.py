"""Dates that have a name: written days, months, quarters, fiscal years."""

from dataclasses import replace
from datetime import date

import pytest

from nl2sql.dates import named
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.dates.reading import longest

NOVEMBER = QuestionCalendar(date(2026, 11, 15), date(2020, 1, 1))
APRIL_YEARS = replace(NOVEMBER, fiscal_start=4)
READERS = (named.iso, named.month_day, named.month, named.quarter, named.fiscal, named.year)


def read(text: str, calendar: QuestionCalendar = NOVEMBER) -> tuple[str, str] | None:
    words = text.split()
    reading = longest(words, 0, calendar, READERS)
    if reading is None or reading[0] != len(words):
        return None
    return reading[1].start.isoformat(), reading[1].end.isoformat()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("5.11.2026", "2026-11-05", "2026-11-06"),
        ("13/11/2026", "2026-11-13", "2026-11-14"),
        ("11/13/2026", "2026-11-13", "2026-11-14"),
        ("5/5/2026", "2026-05-05", "2026-05-06"),
        ("5th of november", "2026-11-05", "2026-11-06"),
        ("december 5", "2025-12-05", "2025-12-06"),
        ("december", "2025-12-01", "2026-01-01"),
        ("november", "2026-11-01", "2026-11-16"),
        ("last november", "2025-11-01", "2025-12-01"),
        ("oct '25", "2025-10-01", "2025-11-01"),
        ("october last year", "2025-10-01", "2025-11-01"),
        ("q3", "2026-07-01", "2026-10-01"),
        ("third quarter of 2025", "2025-07-01", "2025-10-01"),
        ("second half of 2025", "2025-07-01", "2026-01-01"),
        ("2025 november", "2025-11-01", "2025-12-01"),
    ],
)
def test_without_a_year_it_is_the_newest_that_has_begun(text: str, start: str, end: str) -> None:
    """What still runs ends today."""
    assert read(text) == (start, end)


@pytest.mark.parametrize(
    "text", ["11/10/2026", "31/31/2026", "2026-13", "2026-02-30", "30 february", "h3", "1850-01-01"]
)
def test_what_may_be_two_days_or_none_is_not_read(text: str) -> None:
    """The tenth of November here is the eleventh of October there."""
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("fy26", "2025-04-01", "2026-04-01"),
        ("fy 2027", "2026-04-01", "2026-11-16"),
        ("fiscal year", "2026-04-01", "2026-11-16"),
        ("last fiscal year", "2025-04-01", "2026-04-01"),
        ("fiscal q2", "2026-07-01", "2026-10-01"),
        ("fiscal quarter", "2026-10-01", "2026-11-16"),
        ("last fiscal quarter", "2026-07-01", "2026-10-01"),
        ("fiscal q4", "2026-01-01", "2026-04-01"),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_in_which_it_ends(text: str, start: str, end: str) -> None:
    """Here it starts in April; a quarter that has not begun is last year's."""
    assert read(text, APRIL_YEARS) == (start, end)
