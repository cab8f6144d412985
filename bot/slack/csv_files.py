"""An answer's rows as a file in the thread, once."""

from sqlalchemy.orm import Session

from bot.assistant import Result
from bot.cards.elements import tables
from db import audit
from db.outgoing import outbox
from db.outgoing.message_keys import file_key
from db.outgoing.messages import FileUpload


def enqueue(
    session: Session,
    result: Result,
    reference: str,
    channel: str,
    thread: str | None,
    person: str,
    *,
    beneath: str | None = None,
) -> bool:
    """Leave the file for delivery and audit the export; False when this channel
    has it already. `beneath`: key of the message in whose thread it goes.
    """
    name = f"answer-{reference}.csv"
    comment = f"{name}: {tables.row_count(result)}"
    file = FileUpload(type="file", filename=name, content=tables.csv_of(result), comment=comment)
    new = outbox.enqueue(session, channel, file, file_key(reference, channel), thread_ts=thread, thread_key=beneath)
    if new:
        details = {"file": name, "rows": len(result.get("rows") or []), "channel": channel}
        audit.append(session, person, "answer.exported", reference, details)
    return bool(new)
