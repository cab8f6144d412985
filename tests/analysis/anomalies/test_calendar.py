"""What the calendar lets one expect."""

from datetime import datetime

import pytest

from analysis.anomalies.calendar import step_of


@pytest.mark.parametrize(
    ("day", "share"),
    [
        ("2029-11-22", 0.85),
        ("2029-11-23", 0.85),
        ("2026-11-26", 0.85),
        ("2026-11-28", 0.0),
        ("2026-12-25", 0.85),
        ("2026-12-27", 0.5),
        ("2027-01-01", 0.85),
        ("2027-01-03", 0.0),
    ],
)
def test_less_is_no_surprise_while_everything_is_shut(day: str, share: float) -> None:
    """Thanksgiving is the fourth Thursday of November, with the day after it."""
    assert step_of(datetime.fromisoformat(day)).festive_down == share
