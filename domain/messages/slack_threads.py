"""Where in Slack something is talked about: the message that holds its card."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.outgoing.message_keys import insight_key, remediation_key
from db.tables import OutboxMessage


def of_remediation(session: Session | sa.Connection, remediation_id: int) -> tuple[str, str] | None:
    """Channel and timestamp of a remediation's card; None while none was delivered."""
    return _first(session, OutboxMessage.key == remediation_key(remediation_id))


def of_insight(session: Session | sa.Connection, insight_id: int) -> tuple[str, str] | None:
    """Channel and timestamp of the first card about an insight; None while none was delivered."""
    own = OutboxMessage.key.startswith(insight_key(insight_id, ""), autoescape=True)
    return _first(session, sa.and_(own, OutboxMessage.thread_key.is_(None)))


def _first(session: Session | sa.Connection, which: sa.ColumnElement[bool]) -> tuple[str, str] | None:
    row = session.execute(
        sa.select(OutboxMessage.channel, OutboxMessage.message_ts)
        .where(which, OutboxMessage.update_key.is_(None))
        .where(OutboxMessage.message_ts.is_not(None), OutboxMessage.kind.in_(("proposal", "alert", "budget")))
        .order_by(OutboxMessage.id)
        .limit(1)
    ).first()
    return None if row is None else (row.channel, row.message_ts)
