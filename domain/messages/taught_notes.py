"""A taught note in Slack: its card where admins are asked, and the news of what they decide."""

from collections.abc import Callable, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation
from db.outgoing import outbox
from db.outgoing.message_keys import note_key
from db.outgoing.messages import TaughtCard, note
from db.tables import OutboxMessage, TaughtNote

Named = Callable[[str], str]
_BECAME = {"approved": "is used in answers now", "rejected": "was not approved", "withdrawn": "was taken back"}


def names_of(organisation: Organisation) -> Named:
    """Ids as the names of finops.yaml; an id that it does not name as it is."""
    names = {identity: person.name for person in organisation.people for identity in person.identities()}
    return lambda identity: names.get(identity) or identity


def card_of(row: TaughtNote, named: Named) -> TaughtCard:
    """The note as it stands."""
    return TaughtCard(
        type="taught",
        id=row.id,
        state=row.state,
        text=row.text,
        means=f"{row.dimension.replace('_', ' ')} {row.label}" if row.dimension else None,
        teams=list(row.teams),
        valid_through=row.valid_through.isoformat(),
        taught_by=named(row.taught_by),
        decided_by=named(row.decided_by) if row.decided_by else None,
    )


def put(session: Session, row: TaughtNote, places: Iterable[str], named: Named) -> None:
    """Leave the card of a note that waits where it is decided about. The caller commits."""
    for place in places:
        outbox.enqueue(session, place, card_of(row, named), note_key(row.id, place))


def tell(session: Session, row: TaughtNote, named: Named) -> None:
    """Update the note's cards, and tell its author what somebody else decided. The caller commits."""
    first = (OutboxMessage.key.startswith(note_key(row.id, "")), OutboxMessage.update_key.is_(None))
    shown = sa.select(OutboxMessage).where(*first, OutboxMessage.kind == "taught")
    for card in session.scalars(shown).all():
        key = f"{card.key}:{row.state}"
        outbox.enqueue(session, card.channel, card_of(row, named), key, update_key=card.key)
    if row.channel and row.decided_by != row.taught_by:
        became = _BECAME.get(row.state, f"is {row.state}")
        key = f"{note_key(row.id, 'author')}:{row.state}"
        outbox.enqueue(session, row.taught_by, note(f"Your note “{row.text}” {became}."), key)
