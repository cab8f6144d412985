"""A ticket about requests: what it says, and that the same changes have one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from analysis.waste.requests import RequestChange
from config.errors import UserError
from config.sections.tickets import TicketRule
from config.settings import Settings
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


def test_the_same_changes_have_one_ticket(settings: Settings) -> None:
    """Another change is another one."""
    place = Place()
    first = open_ticket(settings, [RULE], [CHANGE], "Maya", place.reached)
    assert open_ticket(settings, [RULE], [CHANGE], "Tom", place.reached).key == first.key
    open_ticket(settings, [RULE], [replace(CHANGE, cpu_after=900)], "Maya", place.reached)
    assert len(place.drafts) == 2


def test_many_changes_are_counted() -> None:
    """A ticket is read by people."""
    draft = draft_of([replace(CHANGE, container=f"c{number}") for number in range(60)], RULE, "Maya", NOW)
    assert len(draft.lines) == 51
    assert draft.lines[-1] == "and 10 more"


def test_what_is_missing_is_a_sentence(settings: Settings) -> None:
    """No rule, no change, no tracker."""
    with pytest.raises(UserError, match=r"remediation\.tickets"):
        open_ticket(settings, [github("https://api.example.com", teams=["web"])], [CHANGE], "Maya", Place().reached)
    with pytest.raises(UserError, match="nothing to ask"):
        open_ticket(settings, [RULE], [], "Maya", Place().reached)
    with pytest.raises(UserError, match="answered 500"):
        open_ticket(settings, [RULE], [CHANGE], "Maya", Place(fails=True).reached)
