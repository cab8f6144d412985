"""Months are added as a calendar does it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.months import add_months, days_in_month

DAYS = st.dates(date(1990, 1, 1), date(2190, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -13, date(2025, 2, 28)),
        (date(2026, 11, 15), 0, date(2026, 11, 15)),
    ],
)
def test_a_day_that_a_month_does_not_have_is_its_last(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@given(DAYS, st.integers(-600, 600))
def test_firsts_of_months_go_there_and_back(day: date, months: int) -> None:
    first = day.replace(day=1)
    there = add_months(first, months)
    assert there.day == 1
    assert add_months(there, -months) == first


@given(DAYS)
def test_the_next_month_begins_after_the_last_day_of_this_one(day: date) -> None:
    first = day.replace(day=1)
    assert (add_months(first, 1) - first).days == days_in_month(day)
