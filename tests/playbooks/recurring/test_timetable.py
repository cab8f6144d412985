"""When recurring playbooks are due."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from playbooks.recurring.timetable import Recurring, latest_due, month_began, next_due, period

NOW = datetime(2026, 11, 23, 10, 4, tzinfo=UTC)  # a Monday


def due(every: str, now: datetime = NOW, **more: object) -> tuple[str, str]:
    recurring = Recurring.model_validate({"every": every, **more})
    return f"{latest_due(recurring, now):%Y-%m-%d %H:%M}", f"{next_due(recurring, now):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("every", "last", "following"),
    [
        ("week", "2026-11-17 09:00", "2026-11-24 09:00"),
        ("month", "2026-11-03 09:00", "2026-12-01 09:00"),
        ("quarter", "2026-10-06 09:00", "2027-01-05 09:00"),
    ],
)
def test_a_run_is_due_on_its_weekday(every: str, last: str, following: str) -> None:
    assert due(every) == (last, following)


def test_two_weeks_lie_between_two_dates_over_a_new_year_too() -> None:
    recurring, at = Recurring.model_validate({"every": "two_weeks"}), NOW
    dates = [at := next_due(recurring, at) for _ in range(30)]
    assert {later - earlier for earlier, later in pairwise(dates)} == {timedelta(days=14)}


def test_the_very_moment_is_due_and_the_day_is_of_its_zone() -> None:
    """Nine in the morning of the 24th in Tokyo is midnight in UTC."""
    midnight = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert due("week", midnight, timezone="Asia/Tokyo")[0] == "2026-11-24 09:00"
    assert due("week", midnight - timedelta(seconds=1), timezone="Asia/Tokyo")[0] == "2026-11-17 09:00"


def test_the_month_is_that_of_the_zone() -> None:
    tokyo = Recurring.model_validate({"every": "week", "timezone": "Asia/Tokyo"})
    late = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
    assert month_began(tokyo, late).astimezone(UTC) == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "start", "end"),
    [
        ("week", "2026-11-23", "2026-11-30"),
        ("month", "2026-11-01", "2026-12-01"),
        ("quarter", "2026-10-01", "2027-01-01"),
    ],
)
def test_a_run_is_due_once_in_its_period(every: str, start: str, end: str) -> None:
    began, ended = period(Recurring.model_validate({"every": every}), NOW)
    assert (f"{began:%Y-%m-%d}", f"{ended:%Y-%m-%d}") == (start, end)


def test_every_date_of_a_timetable_has_a_period_of_its_own() -> None:
    """Also of every second week, over a new year."""
    for every in ("week", "two_weeks", "month", "quarter"):
        recurring, at = Recurring.model_validate({"every": every, "timezone": "America/New_York"}), NOW
        periods = [period(recurring, at := next_due(recurring, at)) for _ in range(30)]
        assert all(earlier[1] == later[0] for earlier, later in pairwise(periods))
