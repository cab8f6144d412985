"""A ticket about requests: what it says, and that the same changes have one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.waste.kubernetes.requests import RequestChange
from config.access import Actor
from config.errors import UserError
from config.sections.tickets import TicketRule
from config.settings import Settings
from db.database import Database
from db.tables import AuditEntry
from playbooks.tickets.port import Opened, TicketDraft, Tracker, TrackerError
from playbooks.tickets.requests import draft_of, open_ticket
from tests.playbooks.tickets.builders import NOW, github

CHANGE = RequestChange("prod", "shop", "deployment", "web", "app", 2000, 1000, 4096, None, 120.0, 72.0, ("mind this",))
RULE = github("https://api.example.com", labels=["finops"])


class Place:
    """A tracker that keeps what it was given."""

    def __init__(self, fails: bool = False) -> None:
        self.drafts: list[TicketDraft] = []
        self.fails = fails

    def find(self, draft: TicketDraft) -> Opened | None:
        known = [number for number, one in enumerate(self.drafts) if one.marker == draft.marker]
        return Opened(str(known[0]), "https://x/0") if known else None

    def open(self, draft: TicketDraft) -> Opened:
        if self.fails:
            raise TrackerError("it answered 500")
        self.drafts.append(draft)
        return Opened(str(len(self.drafts) - 1), "https://x/1")

    def is_closed(self, key: str) -> bool:
        raise AssertionError(key)

    def comment(self, key: str, text: str) -> None:
        raise AssertionError(key)

    def close(self, key: str) -> None:
        raise AssertionError(key)

    @contextmanager
    def reached(self, settings: Settings, rule: TicketRule) -> Iterator[Tracker]:
        yield self


def test_it_says_what_and_what_to_mind() -> None:
    """The change in words, the sum in the title."""
    draft = draft_of([CHANGE, replace(CHANGE, container="b")], RULE, "Maya", NOW)
    assert draft.title.endswith("about 240 a month")
    assert draft.lines[0] == "shop/web, container app: cpu 2000m to 1000m, about 120.00 a month (mind this)"
    assert any("Asked for by Maya" in one for one in draft.paragraphs)
    assert draft.labels == ("finops",)


def test_the_same_changes_have_one_ticket(settings: Settings, clean_database: Database) -> None:
    """Another change is another one; the audit log has an entry for each that was opened."""
    place, maya, tom = Place(), Actor("U1", name="Maya"), Actor("U2", name="Tom")

    def opened(change: RequestChange, actor: Actor) -> str:
        return open_ticket(settings, [RULE], [change], actor, lambda: clean_database.app, place.reached).key

    assert opened(CHANGE, tom) == opened(CHANGE, maya)
    opened(replace(CHANGE, cpu_after=900), maya)
    assert len(place.drafts) == 2
    with Session(clean_database.app) as session:
        entries = session.execute(sa.select(AuditEntry.actor, AuditEntry.action, AuditEntry.details)).all()
    assert [(one.actor, one.action, one.details["key"]) for one in entries] == [
        ("U2", "ticket.opened", "0"),
        ("U1", "ticket.opened", "1"),
    ]


def test_many_changes_are_counted() -> None:
    """A ticket is read by people."""
    draft = draft_of([replace(CHANGE, container=f"c{number}") for number in range(60)], RULE, "Maya", NOW)
    assert len(draft.lines) == 51
    assert draft.lines[-1] == "and 10 more"


@pytest.mark.parametrize(
    ("rule", "changes", "fails", "says"),
    [
        (github("https://api.example.com", teams=["web"]), [CHANGE], False, r"remediation\.tickets"),
        (RULE, [], False, "nothing to ask"),
        (RULE, [CHANGE], True, "answered 500"),
    ],
    ids=["no rule", "no change", "no tracker"],
)
def test_what_is_missing_is_a_sentence(
    settings: Settings, clean_database: Database, rule: TicketRule, changes: list[RequestChange], fails: bool, says: str
) -> None:
    """And nothing is audited as opened."""
    with pytest.raises(UserError, match=says):
        open_ticket(settings, [rule], changes, Actor("U1"), lambda: clean_database.app, Place(fails).reached)
    with Session(clean_database.app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0
