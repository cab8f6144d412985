"""When a subscription is due, what it says it is, and how often it may fail."""

import contextlib
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import Subscription
from domain import quarantine
from domain.subscriptions import describe, due, make_due


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


def subscribe(database: Database, *questions: str) -> None:
    with Session(database.app) as session, session.begin():
        for question in questions:
            values = {"channel": "C1", "created_by": "U1", "kind": "question", "frequency": "daily", "at_hour": 0}
            session.add(
                Subscription(**values, question=question, timezone="Mars/North" if question == "lost" else "UTC")
            )


@pytest.mark.parametrize("death", [RecursionError("planted"), KeyboardInterrupt()])
def test_a_schedule_that_fails_is_set_aside_and_holds_up_no_other(
    clean_database: Database, death: BaseException
) -> None:
    """Whether it fails, ends the process, or has a time zone that is gone: two attempts, then it rests; a retry makes
    it due again.
    """
    subscribe(clean_database, "poison", "lost", "fine")
    now, made = datetime(2026, 11, 24, 9, tzinfo=UTC), []

    def make(session: Session, row: Subscription, day: date) -> bool:
        made.append(row.question)
        if row.question == "poison":
            raise death
        row.last_sent_for = day
        return True

    for _ in range(5):
        with contextlib.suppress(KeyboardInterrupt):
            make_due(clean_database, "question", now, make)
    assert sorted(map(str, made)) == ["fine", "poison", "poison"]
    with Session(clean_database.app) as session, session.begin():
        assert sorted(one.text.split(" ")[0] for one in quarantine.waiting(session)) == ["lost", "poison"]
        poison = next(one for one in quarantine.waiting(session) if one.text.startswith("poison"))
        assert quarantine.retry(session, poison.id, now)
    assert make_due(clean_database, "question", now, lambda *_: True) == 1


def test_success_forgives_an_earlier_failure(clean_database: Database) -> None:
    """A failure now and then adds up to nothing."""
    subscribe(clean_database, "sometimes")
    outcomes = iter([False, True, False, True])

    def make(session: Session, row: Subscription, day: date) -> bool:
        if not next(outcomes):
            raise TypeError("planted")
        return True

    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert [make_due(clean_database, "question", now, make) for _ in range(4)] == [0, 1, 0, 1]
