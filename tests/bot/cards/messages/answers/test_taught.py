"""The card of a taught note."""

from typing import Any

import pytest

from bot.cards.messages.answers import taught
from db.outgoing.messages import TaughtCard


def drawn(**changes: Any) -> dict[str, Any]:
    payload: TaughtCard = {
        "type": "taught",
        "id": 7,
        "state": "waiting",
        "text": "phoenix = <@U1> *account* 12 until May",
        "means": "account 12",
        "teams": ["checkout"],
        "valid_through": "2027-05-31",
        "taught_by": "Maya",
        "decided_by": None,
        **changes,  # type: ignore[typeddict-item]  # the test changes any of them
    }
    return taught.card(payload)


def test_a_note_that_waits_says_what_it_would_do_and_can_be_decided() -> None:
    """Its words are harmless."""
    card = drawn()
    assert card["text"] == (
        "Maya teaches: “phoenix = &lt;@U1&gt; ∗account∗ 12 until May” In questions it stands for account 12, for the "
        "team checkout, through 31 May 2027."
    )
    buttons = [element["action_id"] for element in card["blocks"][1]["elements"]]
    assert buttons == ["note_approve", "note_reject"]


def test_a_sentence_is_for_the_model_and_perhaps_for_everybody() -> None:
    assert "It is told to the language model, for everybody, through" in drawn(means=None, teams=[])["text"]


@pytest.mark.parametrize("state", ["approved", "rejected", "withdrawn"])
def test_what_is_decided_has_no_buttons(state: str) -> None:
    card = drawn(state=state, decided_by="Tomás")
    assert f"is {state}:" in card["text"]
    assert [block["type"] for block in card["blocks"]] == ["section", "context"]
    assert "By Tomás." in str(card["blocks"])
