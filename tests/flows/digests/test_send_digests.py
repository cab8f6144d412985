"""Which digests are due at a moment, whom they may be sent to, and that each is sent once a day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.organisation import Channel, Organisation
from config.sections.people import Person
from db.database import Database
from db.tables import OutboxMessage, Subscription
from flows.digests.send_digests import Due, of_channels, of_subscriptions, run, text_for
from tests.flows.daily import spend

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)  # a Tuesday
PAY = Channel(channel="#pay", team="payments", digest="daily", digest_hour=9)


def bills(database: Database, team: str = "payments", through: date = date(2026, 11, 23)) -> None:
    with Session(database.owner) as session, session.begin():
        spend(session, through - timedelta(days=59), [100.0] * 60, team=team)


def left(database: Database) -> list[tuple[str, str, bool]]:
    """Channel, kind and whether it goes into a thread, in the order in which they were left."""
    with Session(database.app) as session:
        rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
        return [(row.channel, row.kind, row.thread_key is not None) for row in rows]


def subscribed(**changes: Any) -> Subscription:
    values = {
        "id": 7,
        "channel": "C1",
        "created_by": "U1",
        "kind": "digest",
        "scope": {"team": "payments"},
        "frequency": "daily",
        "at_hour": 9,
        "at_minute": 0,
        "timezone": "UTC",
        "active": True,
    }
    return Subscription(**{**values, **changes})


@pytest.mark.parametrize(
    ("utc", "due"),
    [
        (datetime(2026, 3, 29, 6, 59, tzinfo=UTC), False),  # the night of the clock change: 08:59 in Berlin
        (datetime(2026, 3, 29, 7, 0, tzinfo=UTC), True),  # 09:00 summer time
        (datetime(2026, 3, 28, 7, 59, tzinfo=UTC), False),  # 08:59 winter time
        (datetime(2026, 10, 25, 8, 0, tzinfo=UTC), True),
    ],
)
def test_digests_keep_local_time_around_a_clock_change(utc: datetime, due: bool) -> None:
    """Nine o'clock is nine o'clock where the channel is."""
    channel = Channel(channel="#x", team="payments", digest="daily", digest_hour=9, timezone="Europe/Berlin")
    expected = [Due("#x", (("team", "payments"),), False, utc.date())] if due else []
    assert of_channels(Organisation(channels=(channel,)), utc) == expected


@pytest.mark.parametrize(("day", "due"), [(22, 0), (23, 1), (24, 0)])
def test_a_weekly_digest_comes_on_mondays(day: int, due: int) -> None:
    channel = Channel(channel="#all", digest="weekly", digest_hour=9)
    found = of_channels(Organisation(channels=(channel,)), datetime(2026, 11, day, 9, 0, tzinfo=UTC))
    assert [(one.weekly, one.scope) for one in found] == [(True, ())] * due


@pytest.mark.parametrize(
    ("zone", "utc", "day"),
    [
        ("Pacific/Auckland", datetime(2026, 11, 23, 20, 0, tzinfo=UTC), date(2026, 11, 24)),  # 09:00 of the next day
        (
            "America/Los_Angeles",
            datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
            date(2026, 11, 23),
        ),  # 18:00 of the day before
    ],
)
def test_the_day_is_the_channels_own(zone: str, utc: datetime, day: date) -> None:
    channel = Channel(channel="#x", digest="daily", digest_hour=9, timezone=zone)
    assert [one.day for one in of_channels(Organisation(channels=(channel,)), utc)] == [day]


def test_a_monday_is_one_where_the_channel_is() -> None:
    """Sunday evening in UTC, Monday morning in Auckland."""
    channel = Channel(channel="#x", digest="weekly", digest_hour=9, timezone="Pacific/Auckland")
    sunday = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    assert [one.day for one in of_channels(Organisation(channels=(channel,)), sunday)] == [date(2026, 11, 23)]


def test_a_channel_that_wants_none_gets_none() -> None:
    assert of_channels(Organisation(channels=(Channel(channel="#quiet"),)), NOW) == []


def test_who_may_no_longer_see_a_team_gets_no_digest_of_it() -> None:
    """Under own_teams; who left the team keeps the subscription and gets nothing."""
    member = Person(id="U1", name="Ari", teams=("payments",))
    left_team = Person(id="U1", name="Ari", teams=("search",))
    for person, count in ((member, 1), (left_team, 0)):
        narrowed = Organisation(visibility="own_teams", people=(person,))
        assert len(of_subscriptions([subscribed()], narrowed, NOW)) == count
    assert len(of_subscriptions([subscribed()], Organisation(people=(left_team,)), NOW)) == 1


def test_a_digest_of_everything_needs_who_sees_everything() -> None:
    narrowed = Organisation(visibility="own_teams", people=(Person(id="U1", name="Ari", teams=("payments",)),))
    assert of_subscriptions([subscribed(scope={})], narrowed, NOW) == []


def test_a_digest_and_its_details_are_left_once_a_day(clean_database: Database) -> None:
    """The quarter of an hour after says nothing; the next day does."""
    bills(clean_database)
    organisation = Organisation(channels=(PAY,))
    assert run(clean_database, organisation, NOW) == 1
    assert run(clean_database, organisation, NOW + timedelta(minutes=15)) == 0
    assert left(clean_database) == [("#pay", "digest", False), ("#pay", "digest_details", True)]
    assert run(clean_database, organisation, NOW + timedelta(days=1)) == 1


def test_a_subscription_and_the_channels_own_digest_are_two(clean_database: Database) -> None:
    """One scope each, both on the same day in the same channel."""
    bills(clean_database)
    with Session(clean_database.app) as session, session.begin():
        session.add(subscribed(channel="#pay"))
        session.add(subscribed(id=8, active=False))
        session.add(subscribed(id=9, kind="question", question="what did checkout cost?"))
    assert run(clean_database, Organisation(channels=(PAY,)), NOW) == 2
    assert run(clean_database, Organisation(channels=(PAY,)), NOW) == 0


def test_a_team_without_bills_is_told_nothing(clean_database: Database) -> None:
    bills(clean_database, team="search")
    assert run(clean_database, Organisation(channels=(PAY,)), NOW) == 0
    assert left(clean_database) == []


def test_the_command_line_names_the_channels_that_there_are(clean_database: Database) -> None:
    with pytest.raises(UserError, match="has no channel #nowhere; it has: #pay"):
        text_for(clean_database, Organisation(channels=(PAY,)), "#nowhere", NOW.date())
    with pytest.raises(UserError, match="no bills of this scope yet"):
        text_for(clean_database, Organisation(channels=(PAY,)), "pay", NOW.date())
    bills(clean_database)
    assert "Yesterday $100" in text_for(clean_database, Organisation(channels=(PAY,)), "pay", NOW.date())
