"""What a person decides about an insight, the same from a button and from the
API: the row, the audit entry, every card and its thread.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor
from db import audit, outbox
from db.tables import Insight, OutboxMessage


def payload_of(insight: Insight) -> dict[str, Any]:
    """What the cards draw of an insight."""
    names = (
        "id",
        "title",
        "kind",
        "severity",
        "status",
        "status_reason",
        "team",
        "service",
        "account",
        "owner",
        "currency",
        "evidence",
    )
    impact = None if insight.impact_amount is None else float(insight.impact_amount)
    starts = insight.starts_on.isoformat() if insight.starts_on else None
    return {**{name: getattr(insight, name) for name in names}, "impact_amount": impact, "starts_on": starts}


def decide(
    session: Session,
    insight: Insight,
    actor: Actor,
    now: datetime,
    status: str,
    reason: str,
    days: int | None,
    key: str,
    pressed: Mapping[str, Any] | None = None,
) -> None:
    """Set the status with reason and expiry; the detector learns from `expected` at
    its next run. `key` makes the messages once; the caller holds the row and commits.

    `pressed` names the channel and thread of a button; without one every card's thread is told.
    """
    who, until = actor.name or actor.id, now + timedelta(days=days) if days else None
    insight.status, insight.status_until = status, until
    insight.status_reason = f"{reason} ({who}{f', until {until:%d %b}' if until else ''})" if reason or until else None
    insight.closed_at = now if status == "resolved" else None
    audit.append(session, actor.id, f"insight.{status}", str(insight.id), {"reason": reason, "days": days})
    said = f"{status.capitalize()}{f' for {days} days' if days else ''}, says {who}{f': {reason}' if reason else ''}"
    redraw(session, insight, said, pressed, key)


def redraw(session: Session, insight: Insight, line: str | None, pressed: Mapping[str, Any] | None, key: str) -> None:
    """Update every card of the insight, and say what changed in the thread of
    the button, without one in every card's; `key` makes it once.
    """
    prefix = f"insight:{insight.id}:"
    cards = session.execute(
        sa.select(OutboxMessage.key, OutboxMessage.channel, OutboxMessage.kind, OutboxMessage.payload).where(
            OutboxMessage.key.startswith(prefix),
            OutboxMessage.kind.in_(("alert", "budget")),
            OutboxMessage.update_key.is_(None),
        )
    ).all()
    for card in cards:
        outbox.leave(
            session,
            card.channel,
            card.kind,
            {**card.payload, **payload_of(insight)},
            f"{card.key}:{key}",
            update_key=card.key,
        )
        if line and pressed is None:
            outbox.leave(session, card.channel, "note", {"text": line}, f"{card.key}:line:{key}", thread_key=card.key)
    channel, thread = (pressed or {}).get("channel"), (pressed or {}).get("thread")
    if line and channel and thread:
        outbox.leave(session, str(channel), "note", {"text": line}, f"{prefix}line:{key}", thread_ts=str(thread))
