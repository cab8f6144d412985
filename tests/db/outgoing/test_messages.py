"""Messages of the outbox: a kind each, known to both ends."""

from typing import get_args, get_type_hints

from db.outgoing.messages import TYPES, Message, stored


def test_every_message_has_a_kind_of_its_own() -> None:
    """Two of one kind would be drawn as each other."""
    messages = get_args(Message)
    assert len(TYPES) == len(messages)
    assert all(len(get_args(get_type_hints(message)["type"])) == 1 for message in messages)


def test_a_message_is_read_back_under_the_kind_of_its_row() -> None:
    """What the payload says of its own kind does not count."""
    assert stored("note", {"type": "help", "text": "hi"}) == {"type": "note", "text": "hi"}


def test_a_kind_of_another_release_is_nothing() -> None:
    assert stored("telegram", {"text": "hi"}) is None
