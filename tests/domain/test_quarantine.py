"""Each kind of stored work ends in one quarantine, is told once, and is tried again or dropped by its id."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import FlowRequest, OutboxMessage, SlackEvent, Subscription
from domain import quarantine

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def fill(session: Session) -> dict[str, str]:
    """One thing of each kind in quarantine, and one of each that goes on; the ids of the former by kind."""
    for aside in (True, False):
        at = NOW if aside else None
        session.add(SlackEvent(event_id=f"Ev{int(aside)}", body={"text": "cost"}, attempts=2 if aside else 1))
        session.add(
            OutboxMessage(
                key=f"m{aside}", channel="C1", kind="note", payload={}, failed_at=at, quarantined_at=at, interrupted=2
            )
        )
        session.add(
            FlowRequest(
                key=f"f{aside}",
                deployment="a/a",
                requested_by="U1",
                state="failed" if aside else "approved",
                quarantined_at=at,
                attempts=2,
                result={"what": "Refresh", "reason": "broken"},
            )
        )
        session.add(
            Subscription(
                channel="C1",
                created_by="U1",
                kind="question",
                question="cost",
                frequency="daily",
                at_hour=9,
                timezone="UTC",
                attempts=2,
                quarantined_at=at,
            )
        )
    session.flush()
    return {one.id.partition(":")[0]: one.id for one in quarantine.waiting(session)}


def test_what_was_set_aside_of_every_kind_is_listed(session: Session) -> None:
    """And nothing that goes on."""
    assert set(fill(session)) == {"event", "message", "request", "schedule"}
    assert len(quarantine.waiting(session)) == 4


def test_each_is_tried_again_as_if_it_were_new(session: Session) -> None:
    """A second time there is nothing of that id any more; an id of nothing changes nothing."""
    for item in fill(session).values():
        assert quarantine.retry(session, item, NOW)
        assert not quarantine.retry(session, item, NOW)
    assert not any(
        quarantine.retry(session, item, NOW) for item in ("message:x", "message:²", "nobody:1", "event:", "7")
    )
    assert quarantine.waiting(session) == []
    assert set(session.scalars(sa.select(FlowRequest.state))) == {"approved"}
    assert session.scalar(sa.select(SlackEvent.attempts).where(SlackEvent.event_id == "Ev1")) == 0
    again = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.key == "mTrue")).one()
    assert (again.failed_at, again.interrupted) == (None, 0)


def test_what_is_dropped_does_not_come_again(session: Session) -> None:
    """An event's text is forgotten, a message stays failed, a request stays ended, a schedule is over."""
    for item in fill(session).values():
        assert quarantine.drop(session, item, NOW)
    assert quarantine.waiting(session) == []
    event = session.get_one(SlackEvent, "Ev1")
    assert (event.body, event.done_at) == ({}, NOW)
    assert session.scalars(sa.select(OutboxMessage.key).where(OutboxMessage.failed_at.is_not(None))).all() == ["mTrue"]
    assert session.scalars(sa.select(FlowRequest.state).order_by(FlowRequest.id)).all() == ["failed", "approved"]
    assert session.scalars(sa.select(Subscription.active).order_by(Subscription.id)).all() == [False, True]


def test_admins_are_told_of_each_once_and_again_when_it_comes_back(session: Session) -> None:
    """By its id, without a word of what was asked; messages are told where they fail."""
    ids = fill(session)
    for _ in range(2):
        quarantine.notify(session, ("#admins",))
    told = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.channel == "#admins")).all()
    assert {row.payload["text"].split(" ")[0] for row in told} == set(ids.values()) - {ids["message"]}
    assert len(told) == 3
    session.execute(sa.update(Subscription).values(quarantined_at=NOW + timedelta(days=1)))
    quarantine.notify(session, ("#admins",))
    assert len(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.channel == "#admins")).all()) == 5


def test_what_hangs_on_a_message_goes_with_it(session: Session) -> None:
    """The thread under a card that was set aside was set aside with it, and comes again with it."""
    for key, parent in (("card", None), ("thread", "card"), ("other", None)):
        outbox.enqueue(session, "C1", note(key), key, thread_key=parent)
    session.execute(sa.update(OutboxMessage).values(failed_at=NOW, quarantined_at=NOW))
    number = session.scalars(sa.select(OutboxMessage.id).where(OutboxMessage.key == "card")).one()
    assert quarantine.retry(session, f"message:{number}", NOW)
    assert session.scalars(sa.select(OutboxMessage.key).where(OutboxMessage.failed_at.is_not(None))).all() == ["other"]


def test_a_schedule_whose_question_ended_two_bots_makes_no_other(session: Session) -> None:
    """Who subscribed it is told; an event of a person concerns no schedule."""
    fill(session)
    number = session.scalars(sa.select(Subscription.id).where(Subscription.quarantined_at.is_(None))).one()
    quarantine.set_event_aside(session, "Ev0", NOW)
    quarantine.set_event_aside(session, f"subscription:{number}:2026-11-24", NOW)
    assert session.get_one(Subscription, number).quarantined_at == NOW
    assert len(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.channel == "U1")).all()) == 1
