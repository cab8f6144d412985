"""Messages for Slack: left in the transaction of what they tell about, delivered once by the bot."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.outgoing.messages import Message
from db.tables import OutboxMessage


def enqueue(
    session: Session,
    channel: str,
    message: Message,
    key: str,
    *,
    thread_ts: str | None = None,
    thread_key: str | None = None,
    update_key: str | None = None,
) -> bool:
    """Leave a message; False when one with this key is there already.
    `thread_key` and `update_key` name messages by their keys.
    """
    statement = (
        insert(OutboxMessage)
        .values(
            channel=channel,
            kind=message["type"],
            payload={name: value for name, value in message.items() if name != "type"},
            key=key,
            thread_ts=thread_ts,
            thread_key=thread_key,
            update_key=update_key,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(OutboxMessage.id)
    )
    return session.scalar(statement) is not None
