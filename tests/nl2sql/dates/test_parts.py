"""Weeks by their number, and halves of a period."""

from datetime import date

import pytest

from nl2sql.dates import ranges
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.grammar.draft import Refusal
from tests.nl2sql.builders import understood

NOVEMBER = QuestionCalendar(date(2026, 11, 15), date(2020, 1, 1))
JANUARY = QuestionCalendar(date(2027, 1, 20), date(2020, 1, 1))


def read(text: str, calendar: QuestionCalendar) -> tuple[str, str] | None:
    """First day and day after the last of a text that is read whole; None when it is not."""
    texts = text.split()
    reading = ranges.read(texts, 0, calendar)
    if reading is None or reading[0] != len(texts):
        return None
    return reading[1].start.isoformat(), reading[1].end.isoformat()


@pytest.mark.parametrize(
    ("text", "calendar", "start", "end"),
    [
        ("week 45", NOVEMBER, "2026-11-02", "2026-11-09"),
        ("week 50", NOVEMBER, "2025-12-08", "2025-12-15"),
        ("week 53 of 2026", NOVEMBER, "2026-12-28", "2027-01-04"),
        ("week 45", JANUARY, "2026-11-02", "2026-11-09"),
        ("week 52", JANUARY, "2026-12-21", "2026-12-28"),
        ("week 53", JANUARY, "2026-12-28", "2027-01-04"),
        ("week 53 of 2020", JANUARY, "2020-12-28", "2021-01-04"),
        ("cw 3 2027", JANUARY, "2027-01-18", "2027-01-25"),
    ],
)
def test_a_week_is_the_iso_week_of_its_number(text: str, calendar: QuestionCalendar, start: str, end: str) -> None:
    """2020 and 2026 have 53 weeks; without a year it is the newest such week that has begun."""
    assert read(text, calendar) == (start, end)


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("week 53 of 2025", NOVEMBER),
        ("week 53 of 2027", JANUARY),
        ("week 53", NOVEMBER),
        ("week 54", JANUARY),
        ("week 0", JANUARY),
    ],
)
def test_a_week_that_the_year_does_not_have_is_not_read(text: str, calendar: QuestionCalendar) -> None:
    """No other week takes its place."""
    assert read(text, calendar) is None


def test_a_question_about_a_week_that_the_year_does_not_have_is_refused() -> None:
    """2025 has 52 weeks: neither its last week nor all of 2025 is meant."""
    assert isinstance(understood("cost in week 53 of 2025"), Refusal)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("first half of last week", "2026-11-02", "2026-11-05"),
        ("second half of last week", "2026-11-05", "2026-11-09"),
        ("first half of q3", "2026-07-01", "2026-08-16"),
        ("second half of q3", "2026-08-16", "2026-10-01"),
        ("first half of last quarter", "2026-07-01", "2026-08-16"),
        ("first half of q1", "2026-01-01", "2026-02-15"),
        ("second half of q4 2025", "2025-11-16", "2026-01-01"),
        ("first half of h1", "2026-01-01", "2026-04-01"),
        ("first half of october", "2026-10-01", "2026-10-16"),
        ("second half of october", "2026-10-16", "2026-11-01"),
        ("first half of february", "2026-02-01", "2026-02-15"),
        ("first half of last year", "2025-01-01", "2025-07-01"),
        ("second half of 2025", "2025-07-01", "2026-01-01"),
    ],
)
def test_a_half_ends_in_the_middle(text: str, start: str, end: str) -> None:
    """Years are halved after June, all else by days, the odd day in the second half."""
    assert read(text, NOVEMBER) == (start, end)
