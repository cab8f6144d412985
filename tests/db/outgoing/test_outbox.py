"""Messages for Slack are left with what they tell about: both are there, or neither, and each once."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.database import Database
from db.outgoing.messages import note
from db.outgoing.outbox import enqueue
from db.tables import OutboxMessage


def only(session: Session) -> OutboxMessage:
    return session.scalars(sa.select(OutboxMessage)).one()


def test_a_message_holds_its_kind_apart_from_its_content(session: Session) -> None:
    assert enqueue(session, "#finops", note("done"), "k", thread_key="parent")
    row = only(session)
    assert (row.channel, row.kind, row.payload, row.thread_key) == ("#finops", "note", {"text": "done"}, "parent")
    assert (row.delivered_at, row.attempts, row.update_key) == (None, 0, None)


def test_the_first_of_two_messages_with_one_key_stands(session: Session) -> None:
    """Neither its text nor its channel is replaced; the caller is told."""
    assert enqueue(session, "#finops", note("first"), "k")
    assert not enqueue(session, "#other", note("second"), "k")
    assert (only(session).channel, only(session).payload) == ("#finops", {"text": "first"})


def test_two_that_leave_one_key_at_the_same_time_leave_one(clean_database: Database) -> None:
    """The second waits for the first to commit, and then has nothing to say."""
    with Session(clean_database.app) as one, Session(clean_database.app) as other:
        assert enqueue(one, "#finops", note("one"), "k")
        other.execute(sa.text("SET lock_timeout = '200ms'"))
        try:
            enqueue(other, "#finops", note("other"), "k")
            waited = False
        except sa.exc.OperationalError:
            waited = True
        other.rollback()
        one.commit()
        assert waited
        assert not enqueue(other, "#finops", note("other"), "k")


def test_what_is_rolled_back_is_not_told(clean_database: Database) -> None:
    with Session(clean_database.app) as session:
        enqueue(session, "#finops", note("approved"), "k")
        session.rollback()
    with Session(clean_database.app) as session:
        assert session.scalar(sa.select(sa.func.count(OutboxMessage.id))) == 0
        assert enqueue(session, "#finops", note("approved"), "k")


def test_text_of_any_kind_is_kept_as_it_is(session: Session) -> None:
    """Quotes, other scripts and markup are data; drawing escapes them."""
    text = "'; DROP TABLE outbox; -- <!channel> *käse* \u202e 費用"
    enqueue(session, "#finops", note(text), "'; --")
    assert only(session).payload == {"text": text}
