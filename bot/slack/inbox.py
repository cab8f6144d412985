"""What Slack told us and we acknowledged: kept until it is answered, answered once, whichever bot and however often it was delivered.

Claims run by the database's clock, for those of two bots need not agree, and any clock may jump.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import SlackEvent

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


def done(session: Session, event_id: str, now: datetime) -> None:
    """Note that an event was answered, in the transaction that leaves the answer; its text is forgotten."""
    session.execute(sa.update(SlackEvent).where(SlackEvent.event_id == event_id).values(done_at=now, body={}, claimed_until=None))


def take_over(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Claim the events whose bot died or gave up before answering; the caller commits and answers them."""
    expired = sa.or_(
        SlackEvent.claimed_until <= sa.func.now(), SlackEvent.claimed_until > sa.func.now() + LEASE
    )  # the latter: a clock went back
    rows = session.scalars(
        sa.select(SlackEvent)
        .where(SlackEvent.done_at.is_(None), expired, SlackEvent.seen_at > sa.func.now() - _TOO_OLD)
        .order_by(SlackEvent.seen_at)
        .limit(50)
        .with_for_update(skip_locked=True)
    ).all()
    left = [(row.event_id, dict(row.body)) for row in rows]
    keep(session, [event_id for event_id, _ in left])
    return left


def keep(session: Session, event_ids: Collection[str]) -> None:
    """Claim what is in hand for a while longer, so that a long queue is not taken for a dead bot. The caller commits."""
    _claim(session, event_ids, sa.func.now() + LEASE)


def release(session: Session, event_ids: Collection[str]) -> None:
    """Leave to the other bots what this one will not answer any more. The caller commits."""
    _claim(session, event_ids, sa.func.now())


def _claim(session: Session, event_ids: Collection[str], until: Any) -> None:
    ours = SlackEvent.event_id.in_(event_ids), SlackEvent.done_at.is_(None)
    session.execute(sa.update(SlackEvent).where(*ours).values(claimed_until=until), execution_options={"synchronize_session": False})


def forget(session: Session, before: datetime) -> int:
    """Delete the ids of events older than any redelivery; how many."""
    result = session.execute(sa.delete(SlackEvent).where(SlackEvent.seen_at < before).returning(SlackEvent.event_id))
    return len(result.all())
