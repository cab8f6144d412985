"""Acknowledged Slack events, stored with a lease until they are answered; deduplicated across bots and redeliveries.

Leases run by the database's clock: the clocks of two bots need not agree, and any clock may jump.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import SlackEvent
from domain.quarantine import ATTEMPTS

LEASE = timedelta(seconds=30)
_TOO_OLD = timedelta(minutes=15)  # nobody waits for an answer that long


def remember(session: Session, event_id: str, body: dict[str, Any], now: datetime) -> bool:
    """Take an event before it is acknowledged; False when some bot has it already. The caller commits."""
    until = sa.func.least(now + LEASE, sa.func.now() + LEASE)
    statement = (
        insert(SlackEvent)
        .values(event_id=event_id, body=body, claimed_until=until)
        .on_conflict_do_nothing(index_elements=["event_id"])
        .returning(SlackEvent.event_id)
    )
    return session.scalar(statement) is not None


def store(session: Session, event_id: str, body: dict[str, Any]) -> None:
    """Leave an event that no bot has taken yet; whichever comes first does. The caller commits."""
    values = {"event_id": event_id, "body": body, "claimed_until": sa.func.now() - LEASE, "attempts": -1}
    session.execute(insert(SlackEvent).values(values).on_conflict_do_nothing(index_elements=["event_id"]))


def done(session: Session, event_id: str, now: datetime) -> None:
    """Note that an event was answered, in the transaction that leaves the answer; its text is forgotten."""
    session.execute(
        sa.update(SlackEvent).where(SlackEvent.event_id == event_id).values(done_at=now, body={}, claimed_until=None)
    )


def in_hand(session: Session, channel: str, thread: str) -> dict[str, str]:
    """Who asked what is being answered in a thread, by the ids of its events."""
    rows = session.execute(
        sa.select(SlackEvent.event_id, SlackEvent.body["user"].astext).where(
            SlackEvent.done_at.is_(None),
            SlackEvent.body["channel"].astext == channel,
            SlackEvent.body["thread"].astext == thread,
            SlackEvent.seen_at > sa.func.now() - _TOO_OLD,
        )
    )
    return {str(event_id): str(user) for event_id, user in rows}


def stop(session: Session, event_ids: Collection[str], user: str) -> None:
    """Note who stopped the answers of these events; whichever bot makes them looks between two steps. The caller
    commits.
    """
    session.execute(
        sa.update(SlackEvent)
        .where(SlackEvent.event_id.in_(event_ids), SlackEvent.done_at.is_(None))
        .values(body=SlackEvent.body.concat({"stopped_by": user})),
        execution_options={"synchronize_session": False},
    )


def stopped_by(session: Session, event_id: str) -> str:
    """Who stopped the answer of an event; empty for nobody."""
    asked = sa.select(SlackEvent.body["stopped_by"].astext).where(SlackEvent.event_id == event_id)
    return str(session.scalar(asked) or "")


@dataclass(frozen=True)
class Left:
    """An event that a dead bot left; `given_up` when it ended too many bots to be given to another."""

    event_id: str
    body: dict[str, Any]
    given_up: bool


def claim_expired(session: Session) -> list[Left]:
    """Claim the events whose bot died or gave up before answering; the caller commits and answers them."""
    expired = sa.or_(
        SlackEvent.claimed_until <= sa.func.now(), SlackEvent.claimed_until > sa.func.now() + LEASE
    )  # the latter: a clock went back
    rows = session.scalars(
        sa.select(SlackEvent)
        .where(
            SlackEvent.done_at.is_(None),
            SlackEvent.attempts < ATTEMPTS,
            expired,
            SlackEvent.seen_at > sa.func.now() - _TOO_OLD,
        )
        .order_by(SlackEvent.seen_at)
        .limit(50)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.attempts += 1
    left = [Left(row.event_id, dict(row.body), row.attempts >= ATTEMPTS) for row in rows]
    renew_leases(session, [event.event_id for event in left if not event.given_up])
    return left


def renew_leases(session: Session, event_ids: Collection[str]) -> None:
    """Claim what is in hand for a while longer, so that a long queue is not
    taken for a dead bot. The caller commits.
    """
    _claim(session, event_ids, sa.func.now() + LEASE)


def release_leases(session: Session, event_ids: Collection[str]) -> None:
    """Leave to the other bots what this one will not answer any more. The caller commits."""
    _claim(session, event_ids, sa.func.now(), attempts=SlackEvent.attempts - 1)  # given back, it ended no bot


def _claim(session: Session, event_ids: Collection[str], until: Any, **more: Any) -> None:
    ours = SlackEvent.event_id.in_(event_ids), SlackEvent.done_at.is_(None)
    session.execute(
        sa.update(SlackEvent).where(*ours).values(claimed_until=until, **more),
        execution_options={"synchronize_session": False},
    )


def purge(session: Session, before: datetime) -> int:
    """Delete the ids of events older than any redelivery; how many."""
    result = session.execute(sa.delete(SlackEvent).where(SlackEvent.seen_at < before).returning(SlackEvent.event_id))
    return len(result.all())
