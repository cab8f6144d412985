"""What Slack told us and we acknowledged: kept until it is answered, answered once, whichever bot and however often it was delivered."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import SlackEvent

LEASE = timedelta(seconds=45)
_TOO_OLD = timedelta(minutes=15)  # nobody waits for an answer that long


def remember(session: Session, event_id: str, body: dict[str, Any], now: datetime) -> bool:
    """Take an event before it is acknowledged; False when some bot has it already. The caller commits."""
    statement = (
        insert(SlackEvent)
        .values(event_id=event_id, body=body, seen_at=now, claimed_until=now + LEASE)
        .on_conflict_do_nothing(index_elements=["event_id"])
        .returning(SlackEvent.event_id)
    )
    return session.scalar(statement) is not None


def done(session: Session, event_id: str, now: datetime) -> None:
    """Note that an event was answered, in the transaction that leaves the answer; its text is forgotten."""
    session.execute(sa.update(SlackEvent).where(SlackEvent.event_id == event_id).values(done_at=now, body={}, claimed_until=None))


def take_over(session: Session, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Claim the events whose bot died or gave up before answering; the caller commits and answers them."""
    rows = session.scalars(
        sa.select(SlackEvent)
        .where(SlackEvent.done_at.is_(None), SlackEvent.claimed_until <= now, SlackEvent.seen_at > now - _TOO_OLD)
        .order_by(SlackEvent.seen_at)
        .limit(50)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.claimed_until = now + LEASE
    return [(row.event_id, dict(row.body)) for row in rows]


def forget(session: Session, before: datetime) -> int:
    """Delete the ids of events older than any redelivery; how many."""
    result = session.execute(sa.delete(SlackEvent).where(SlackEvent.seen_at < before).returning(SlackEvent.event_id))
    return len(result.all())
