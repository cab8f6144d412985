"""A recurring clean-up's card, list and modal."""

from datetime import date
from typing import Any

import pytest

from bot.cards.messages.remediation import recurring
from standins.slack.block_kit.blocks import message_faults, view_faults
from tests.bot.cards.recurring import recurring_of

ARI = {"id": 1, "name": "Ari", "until": "2027-01-15", "void": None}
EDITED = {**ARI, "void": "the playbook's file, scope or caps were changed since"}


def buttons(card: dict[str, Any]) -> list[str]:
    rows = [block for block in card["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row["elements"]]


@pytest.mark.parametrize(
    ("more", "says", "shown"),
    [
        ({}, "Each run needs 1 approval.", ["Approve next runs…", "Switch off"]),
        ({"on": False}, "Off: each date only tells what it would propose.", ["Switch on"]),
        ({"on": False, "switched_by": "Omar"}, "Switched off by Omar", ["Switch on"]),
        ({"mode": "notify", "on": False}, "`mode: approve` in its file", []),
        (
            {"standing": [ARI]},
            "The next runs are approved by Ari (until 15 Jan): they start by themselves, within the caps.",
            ["Approve next runs…", "Switch off", "Withdraw approval"],
        ),
        (
            {"standing": [ARI], "approvals_needed": 2},
            "approved by Ari (until 15 Jan): each run needs 1 approval more.",
            ["Approve next runs…", "Switch off", "Withdraw approval"],
        ),
        (
            {"standing": [EDITED]},
            "The approval of Ari until 15 Jan no longer counts: the playbook's file, scope or caps were changed since.",
            ["Approve next runs…", "Switch off", "Withdraw approval"],
        ),
    ],
)
def test_the_card_says_where_it_stands_and_what_one_can_do(more: dict[str, Any], says: str, shown: list[str]) -> None:
    card = recurring.card(recurring_of("Stop idle EC2 instances", **more))
    assert says in str(card["blocks"])
    assert buttons(card) == shown


def test_the_first_line_is_what_and_whether_and_then_why_to_believe_it() -> None:
    card = recurring.card(recurring_of("Stop idle EC2 instances"))
    assert card["text"] == "Stop idle EC2 instances, every month: on"
    assert "It would have saved $1,234 in 8 weeks" in card["blocks"][1]["text"]["text"]
    assert "At most 10 resources a run and 20 a month (16 left this month)" in str(card["blocks"][2])


def test_what_deletes_is_typed_in_the_modal() -> None:
    """The most that one run may touch; the day is chosen."""
    for destroys, count in ((False, 2), (True, 3)):
        view = recurring.approve_modal(recurring_of("x", destroys=destroys), "{}", date(2026, 12, 24), 90)
        assert view_faults(view) == []
        assert len(view["blocks"]) == count
    assert "(10)" in str(view["blocks"][2])


def test_a_long_list_is_cut_and_says_so() -> None:
    card = recurring.listing([recurring_of(f"book {number}") for number in range(30)])
    assert message_faults(card["blocks"], []) == []
    assert "10 more" in str(card["blocks"])
