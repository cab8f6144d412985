"""When a subscription is due, and what it says it is."""

from datetime import datetime

import pytest

from db.tables import Subscription
from domain.subscriptions import describe, due


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-03-29T06:59:00+00:00", None),  # the night to summer time: 08:59 in Berlin
        ("2026-03-29T07:00:00+00:00", "2026-03-29"),
        ("2026-10-25T07:59:00+00:00", None),  # the night to winter time: 08:59
        ("2026-10-25T08:00:00+00:00", "2026-10-25"),
        ("2026-10-26T08:00:00+00:00", None),  # a Monday
    ],
)
def test_a_subscription_is_due_at_its_local_hour_around_the_change_of_the_clocks(now: str, day: str | None) -> None:
    """Every Sunday at nine in Berlin, in summer and in winter."""
    row = Subscription(timezone="Europe/Berlin", at_hour=9, at_minute=0, weekday=6, last_sent_for=None)
    found = due(row, datetime.fromisoformat(now))
    assert (found.isoformat() if found else None) == day


def test_it_says_what_it_is() -> None:
    """What, when and in which zone."""
    row = Subscription(scope={"team": "web"}, frequency="daily", weekdays=[0, 1, 2, 3, 4], at_hour=9, timezone="UTC")
    assert describe(row) == "digest of web, on weekdays at 09:00 (UTC)"
