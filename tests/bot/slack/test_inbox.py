"""Events that Slack sent: each is taken by one bot, answered once, and taken over when that bot dies."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.slack import inbox
from db.database import Database
from db.tables import SlackEvent
from domain import quarantine

BODY = {"text": "what did checkout cost?"}


def taken(session: Session, event_id: str = "Ev1") -> bool:
    return inbox.remember(session, event_id, BODY, datetime.now(UTC))


def run_out(session: Session) -> None:
    """Time passes until every lease is over."""
    session.execute(sa.update(SlackEvent).values(claimed_until=sa.func.now() - timedelta(seconds=1)))


def row(session: Session, event_id: str = "Ev1") -> SlackEvent:
    return session.get_one(SlackEvent, event_id, populate_existing=True)


@pytest.mark.parametrize("hours", [-3, 3])
def test_the_claim_of_a_dead_bot_whose_clock_was_wrong(hours: int, session: Session) -> None:
    """It runs out all the same, for claims go by the database's clock."""
    assert inbox.remember(session, "Ev1", {"text": "cost"}, datetime.now(UTC) + timedelta(hours=hours))
    later = sa.update(SlackEvent).values(claimed_until=SlackEvent.claimed_until - inbox.LEASE)
    session.execute(later)
    assert inbox.claim_expired(session) == [inbox.Left("Ev1", {"text": "cost"}, given_up=False)]
    assert inbox.claim_expired(session) == []
    session.execute(
        sa.update(SlackEvent).values(claimed_until=sa.func.now() + timedelta(hours=3))
    )  # the database's own clock went back
    assert inbox.claim_expired(session) == [inbox.Left("Ev1", {"text": "cost"}, given_up=True)]
    assert [one.id for one in quarantine.waiting(session)] == ["event:Ev1"]
    assert inbox.claim_expired(session) == []
    assert quarantine.retry(session, "event:Ev1", datetime.now(UTC))
    assert inbox.claim_expired(session) == [inbox.Left("Ev1", {"text": "cost"}, given_up=False)]


def test_an_event_that_slack_sends_again_is_not_taken_again(session: Session) -> None:
    """While it is worked on, and after it was answered."""
    assert taken(session)
    assert not taken(session)
    inbox.done(session, "Ev1", datetime.now(UTC))
    assert not taken(session)


def test_an_answered_event_forgets_its_text_and_is_left_alone(session: Session) -> None:
    taken(session)
    inbox.done(session, "Ev1", datetime.now(UTC))
    assert row(session).body == {}
    run_out(session)
    assert inbox.claim_expired(session) == []


def test_what_a_bot_has_in_hand_is_not_given_to_another(session: Session) -> None:
    """Until its lease is over, which it can renew."""
    taken(session)
    assert inbox.claim_expired(session) == []
    run_out(session)
    inbox.renew_leases(session, ["Ev1"])
    assert inbox.claim_expired(session) == []
    run_out(session)
    assert inbox.claim_expired(session) == [inbox.Left("Ev1", BODY, given_up=False)]


def test_a_bot_that_stops_gives_back_without_a_mark(session: Session) -> None:
    """Given back any number of times it still goes to the next bot: it ended none."""
    taken(session)
    run_out(session)
    for _ in range(4):
        assert [left.given_up for left in inbox.claim_expired(session)] == [False]
        inbox.release_leases(session, ["Ev1"])
    assert row(session).attempts == 0


def test_a_question_of_a_quarter_of_an_hour_ago_is_left(session: Session) -> None:
    """Nobody waits for its answer any more."""
    taken(session, "old")
    taken(session, "young")
    run_out(session)
    for event_id, minutes in (("old", 16), ("young", 14)):
        seen = sa.func.now() - timedelta(minutes=minutes)
        session.execute(sa.update(SlackEvent).where(SlackEvent.event_id == event_id).values(seen_at=seen))
    assert [left.event_id for left in inbox.claim_expired(session)] == ["young"]


def test_two_bots_share_what_a_third_left(clean_database: Database) -> None:
    """Each event goes to one of them, and neither waits for the other."""
    with Session(clean_database.app) as session, session.begin():
        for number in range(60):
            taken(session, f"Ev{number}")
        run_out(session)
    with Session(clean_database.app) as one, Session(clean_database.app) as other:
        other.execute(sa.text("SET lock_timeout = '2s'"))
        first = {left.event_id for left in inbox.claim_expired(one)}
        second = {left.event_id for left in inbox.claim_expired(other)}
        one.commit()
        other.commit()
    assert (len(first), len(second)) == (50, 10)  # fifty at a time
    assert not first & second


@pytest.mark.parametrize("event_id", ["Ev1", "nothing"])
def test_only_what_is_in_quarantine_is_tried_again(session: Session, event_id: str) -> None:
    """Not an event that a bot works on, nor one that there never was."""
    taken(session)
    assert not quarantine.retry(session, f"event:{event_id}", datetime.now(UTC))


def test_ids_are_kept_as_long_as_slack_may_send_them_again(session: Session) -> None:
    taken(session, "old")
    taken(session, "new")
    seen = sa.func.now() - timedelta(days=8)
    session.execute(sa.update(SlackEvent).where(SlackEvent.event_id == "old").values(seen_at=seen))
    assert inbox.purge(session, datetime.now(UTC) - timedelta(days=7)) == 1
    assert not taken(session, "new")
    assert taken(session, "old")
