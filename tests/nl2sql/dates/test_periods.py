"""Periods and the arithmetic of calendars."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nl2sql.dates import periods
from nl2sql.dates.periods import QuestionCalendar

CALENDAR = QuestionCalendar(date(2026, 11, 15), date(2025, 9, 1))


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(-60, 60),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
)
def test_stepping_forth_and_back_returns_to_the_first_of_the_month(day: date, count: int, unit: periods.Unit) -> None:
    """From the first of a month no day is lost on the way."""
    start = day.replace(day=1)
    assert periods.step(periods.step(start, unit, count), unit, -count) == start


def test_a_period_reads_back_as_it_was_stored() -> None:
    """What a question keeps is what the follow-up finds."""
    period = periods.rolling("month", 3, CALENDAR)
    assert periods.DatePeriod.from_json(period.to_json()) == period
    assert period.days == (period.end - period.start) / timedelta(1)
