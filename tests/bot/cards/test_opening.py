"""A card leads to its place in the page."""

from datetime import date
from typing import Any

import pytest

from bot.cards import message_types
from bot.cards.elements import blocks
from bot.cards.opening import ACTION, place_of, with_open
from db.outgoing.messages import stored

PAGE = "https://finops.example.com/"


@pytest.mark.parametrize(
    ("kind", "payload", "path"),
    [
        ("alert", {"id": 7, "kind": "anomaly"}, "/anomalies/7"),
        ("alert", {"id": 7, "kind": "idle"}, "/savings"),
        ("proposal", {"id": 3}, "/approvals/3"),
        ("remediation_progress", {"id": 3, "run": True}, "/approvals/3"),
        ("remediation_progress", {"line": "Remediation 3 is approved."}, None),
        ("budget", {"budget": "a budget/ü"}, "/budgets/a%20budget%2F%C3%BC"),
        ("answer", {"asked": None, "question": "spend & why?"}, "/ask?q=spend%20%26%20why%3F"),
        ("answer", {"asked": "Priya asked: spend?", "question": "spend?"}, "/ask?q=spend%3F"),
        ("answer", {"asked": "SQL edited by Priya"}, None),
        ("load", {}, "/admin?tab=bills"),
        ("note", {"text": "hello"}, None),
    ],
)
def test_each_kind_has_its_place(kind: str, payload: dict[str, Any], path: str | None) -> None:
    """What people wrote is a value of the address, never a part of its path."""
    message: Any = {"type": kind, **payload}
    assert place_of(message) == path


def test_the_button_stands_beside_the_others() -> None:
    """Drawn as it is stored; without a page, or without a place, the card is as it was."""
    message = stored("alert", {"id": 7, "kind": "anomaly", "title": "EC2 is up", "severity": "high", "status": "open"})
    assert message is not None
    assert message["type"] == "alert"
    drawn = message_types.draw(message, date(2026, 11, 28))
    assert with_open(drawn, message, None) == drawn
    opened = with_open(drawn, message, PAGE)
    rows = [block["elements"] for block in opened["blocks"] if block["type"] == "actions"]
    assert rows[-1][-1]["url"] == "https://finops.example.com/anomalies/7"
    assert (rows[-1][-1]["action_id"], len(opened["blocks"])) == (ACTION, len(drawn["blocks"]))


def test_a_card_without_buttons_gets_a_row_where_there_is_room() -> None:
    """Fifty blocks are all that Slack takes."""
    message: Any = {"type": "digest"}
    card = {"text": "x", "blocks": [blocks.section("x")]}
    assert [block["type"] for block in with_open(card, message, PAGE)["blocks"]] == ["section", "actions"]
    full = {"text": "x", "blocks": [blocks.section("x")] * blocks.BLOCKS}
    assert with_open(full, message, PAGE) == full


def test_an_address_that_is_too_long_for_a_button_is_left_out() -> None:
    """The card is posted all the same."""
    message: Any = {"type": "digest"}
    card = {"text": "x", "blocks": [blocks.section("x")]}
    assert with_open(card, message, "https://x.example/" + "a" * 3_000) == card
