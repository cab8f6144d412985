"""`/finops teach` in Slack: put to an admin, decided by a button, told to whoever taught it."""

from datetime import date

import pytest

from bot.listeners import notes as listener
from bot.process.runtime import Runtime
from config.access import Role
from config.sections.people import Person
from db.tables import TaughtNote
from nl2sql.catalog.known_values import Facts
from nl2sql.catalog.linking import index
from nl2sql.catalog.semantics import semantics
from standins.slack import Handle
from tests.bot.builders import whispered
from tests.bot.conftest import MAYA, TOMAS

FACTS = Facts("1", date(2025, 9, 1), date(2026, 11, 14), index({"team": ["payments"]}, semantics()))


@pytest.fixture
def taught(bot: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """Bills that know one team; Tomás is an admin besides."""
    monkeypatch.setattr(listener.notes, "facts_for", lambda *_: FACTS)
    people = [as_admin(person) if person.id == TOMAS else person for person in bot.people.organisation.people]
    staffed = bot.people.organisation.model_copy(update={"people": tuple(people)})
    monkeypatch.setattr(bot.people, "organisation", staffed)
    return bot


def as_admin(person: Person) -> Person:
    return person.model_copy(update={"roles": (Role.OPERATOR, Role.ADMIN)})


def state(runtime: Runtime) -> list[str]:
    with runtime.session() as session:
        return [row.state for row in session.query(TaughtNote).order_by(TaughtNote.id)]


def test_without_bills_nothing_can_be_taught(bot: Runtime, slack: Handle) -> None:
    slack.slash(MAYA, "/finops", "teach phoenix = payments")
    assert "No bills are loaded yet" in whispered(slack, MAYA)


def test_a_note_is_decided_by_an_admin(taught: Runtime, slack: Handle) -> None:
    """Put to the admin; after the press the card says so and the author is told."""
    slack.slash(MAYA, "/finops", "teach phoenix = team payments until May")
    assert "once an admin has approved it" in whispered(slack, MAYA)
    card = slack.wait_for_message(lambda message: message["text"].startswith("Maya teaches"))
    assert state(taught) == ["waiting"]
    slack.click(TOMAS, card["ts"], "note_approve")
    slack.wait_for_message(lambda message: "is approved: “phoenix" in message["text"])
    slack.wait_for_message(lambda message: "is used in answers now" in message["text"])
    slack.slash(MAYA, "/finops", "teach")
    slack.wait_until(lambda: "(approved, through 31 May" in str(slack.ephemerals(MAYA)))


def test_what_cannot_be_taught_says_why(taught: Runtime, slack: Handle) -> None:
    slack.slash(MAYA, "/finops", "teach payments = payments")
    assert "means team payments already" in whispered(slack, MAYA)
    assert state(taught) == []
