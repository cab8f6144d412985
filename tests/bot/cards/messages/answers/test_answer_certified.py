"""What the card of a certified answer says, and its modal."""

from datetime import date
from typing import Any

from bot.cards.messages.answers import answer
from standins.slack.block_kit.blocks import message_faults, view_faults

TODAY = date(2026, 11, 23)
PARAMETERS = ["period", "team", "commitment_type"]
RESULT: dict[str, Any] = {
    "outcome": "answer",
    "text": "$7.2k: checkout in prod, last week",
    "sql": "SELECT 1",
    "columns": ["service", "cost"],
    "rows": [["EC2", 7204.11]],
    "currency": "USD",
    "as_of": "2026-11-22",
    "translator": "offline",
}
CERTIFIED = {
    "says": "Certified by Ada *<!channel>* on 1 Nov 2026 (7F3K-9QWD)",
    "holds": True,
    "parameters": PARAMETERS,
}


def test_a_certified_answer_says_so_in_one_line_and_offers_its_parameters() -> None:
    """Above what the answer rests on, in the notification too; a name in it formats and mentions nothing."""
    card = answer.card({**RESULT, "certified": CERTIFIED}, "7F3K", TODAY)
    line = next(one for one in card["blocks"] if one["type"] == "context")["elements"][0]["text"]
    assert line == ":white_check_mark: Certified by Ada ∗&lt;!channel&gt;∗ on 1 Nov 2026 (7F3K-9QWD)"
    assert "Certified by Ada" in card["text"]
    assert "answer_parameters" in str(card["blocks"])
    assert message_faults(card["blocks"]) == []
    built = answer.card({**RESULT, "certified": {**CERTIFIED, "holds": False, "parameters": []}}, "7F3K", TODAY)
    assert ":white_check_mark:" not in str(built["blocks"])
    assert "answer_parameters" not in str(built["blocks"])


def test_its_parameters_are_asked_for_in_words() -> None:
    """What is left as it is is not asked; a dimension without names to choose from has no menu."""
    names = {"team": ["payments", "web"], "service": ["EC2"]}
    view = answer.parameters_modal("{}", PARAMETERS, names)
    assert view_faults(view) == []
    assert [one.get("block_id") for one in view["blocks"]] == ["period", "team", None]
    assert answer.changed_parameters({"period": "last quarter", "team": "web"}) == "for team web, last quarter"
    assert answer.changed_parameters({"period": "last quarter", "team": "-"}) == "last quarter"
    assert answer.changed_parameters({"period": "-", "team": None}) == ""
