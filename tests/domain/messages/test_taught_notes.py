"""The cards of taught notes: put to admins, updated by what they decide."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation
from config.sections.people import Person
from db.tables import OutboxMessage, TaughtNote
from domain.messages import taught_notes

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
STAFF = Organisation(people=(Person(id="U0MAYA0001", name="Maya"), Person(id="U0TOMAS001", name="Tomás")))


def note(session: Session) -> TaughtNote:
    row = TaughtNote(
        text="phoenix = payments",
        words="phoenix",
        dimension="team",
        values=["payments"],
        label="payments",
        teams=["checkout"],
        valid_through=date(2027, 5, 31),
        state="waiting",
        taught_by="U0MAYA0001",
        taught_at=NOW,
        channel="C1",
    )
    session.add(row)
    session.flush()
    return row


def test_a_decision_updates_every_card_and_tells_the_author(session: Session) -> None:
    """Also one from the command line, which knows no channel."""
    row, named = note(session), taught_notes.names_of(STAFF)
    taught_notes.put(session, row, ("#admins", "U0TOMAS001"), named)
    row.state, row.decided_by = "approved", "U0TOMAS001"
    taught_notes.tell(session, row, named)
    left = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)).all()
    shown = [(one.channel, one.kind, one.payload.get("state"), one.update_key is not None) for one in left]
    assert shown == [
        ("#admins", "taught", "waiting", False),
        ("U0TOMAS001", "taught", "waiting", False),
        ("#admins", "taught", "approved", True),
        ("U0TOMAS001", "taught", "approved", True),
        ("U0MAYA0001", "note", None, False),
    ]
    assert left[2].payload["decided_by"] == "Tomás"
    assert left[4].payload["text"] == "Your note “phoenix = payments” is used in answers now."
