"""Dates that are said from today on."""

from datetime import date

import pytest

from nl2sql.dates import relative
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.dates.reading import Read, longest

SUNDAY = QuestionCalendar(date(2026, 11, 15), date(2020, 1, 1))
READERS = (
    relative.named_day,
    relative.to_date,
    relative.this_unit,
    relative.last_unit,
    relative.last_units,
    relative.ago,
    relative.weekday,
)


def read(text: str, calendar: QuestionCalendar = SUNDAY) -> tuple[str, str] | None:
    """First day and day after the last of a text that is read whole."""
    words = text.split()
    reading: Read | None = longest(words, 0, calendar, READERS)
    if reading is None or reading[0] != len(words):
        return None
    return reading[1].start.isoformat(), reading[1].end.isoformat()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("day before yesterday", "2026-11-13", "2026-11-14"),
        ("mtd", "2026-11-01", "2026-11-16"),
        ("quarter to date", "2026-10-01", "2026-11-16"),
        ("last month to date", "2026-10-01", "2026-10-16"),
        ("month before last", "2026-09-01", "2026-10-01"),
        ("last full week", "2026-11-02", "2026-11-09"),
        ("past month", "2026-10-01", "2026-11-01"),
        ("last 2 weeks", "2026-10-26", "2026-11-09"),
        ("past 2 weeks", "2026-11-01", "2026-11-15"),
        ("last 48 hours", "2026-11-13", "2026-11-15"),
        ("last half year", "2026-05-01", "2026-11-01"),
        ("last fortnight", "2026-11-01", "2026-11-15"),
        ("a week ago", "2026-11-02", "2026-11-09"),
        ("two months ago", "2026-09-01", "2026-10-01"),
        ("sunday", "2026-11-08", "2026-11-09"),
        ("last friday", "2026-11-13", "2026-11-14"),
        ("this weekend", "2026-11-14", "2026-11-16"),
        ("last weekend", "2026-11-07", "2026-11-09"),
    ],
)
def test_it_is_counted_from_today(text: str, start: str, end: str) -> None:
    """Months and last N weeks are those of the calendar, past N weeks roll; what is not over ends today."""
    assert read(text) == (start, end)


@pytest.mark.parametrize("text", ["last 30 hours", "last zero days", "mon", "ago", "last"])
def test_what_is_no_whole_day_or_no_date_is_not_read(text: str) -> None:
    assert read(text) is None


def test_a_month_to_date_is_no_longer_than_the_month_before() -> None:
    """On 31 March all of February is its beginning."""
    march = QuestionCalendar(date(2026, 3, 31), date(2020, 1, 1))
    assert read("last month to date", march) == ("2026-02-01", "2026-03-01")
