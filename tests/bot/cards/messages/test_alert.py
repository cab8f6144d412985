"""A saving on its card."""

from typing import Any

from bot.cards.messages import alert
from bot.cards.messages.answers import why


def _saving(**more: Any) -> Any:
    """A saving's insight with everything that may stand on its card."""
    return {
        "id": 7,
        "kind": "recommendation",
        "title": "Stop 4 idle instances in sandbox: saves $780 a month",
        "severity": "medium",
        "status": "open",
        "currency": "USD",
        "impact_amount": "780",
        "team": "web",
        "evidence": {
            "confidence": "high",
            "cause": {"what": "web-batch-1: CPU at most 2.4 %", "why": "AWS Compute Optimizer, idle EC2 instances"},
            "missing": ["memory"],
        },
        **more,
    }


def test_a_saving_is_read_in_three_lines() -> None:
    """What it saves, what was seen, why that is believed; and no label takes the place of a word."""
    blocks_of = alert.card(_saving())["blocks"]
    assert blocks_of[0]["text"]["text"].splitlines() == [
        "*Stop 4 idle instances in sandbox: saves $780 a month*",
        "web-batch-1: CPU at most 2.4 %",
    ]
    assert blocks_of[1]["elements"][0]["text"].splitlines() == [
        "AWS Compute Optimizer, idle EC2 instances · not known: memory",
        "high confidence · team web",
    ]


def test_a_closer_look_at_a_saving_names_its_parts() -> None:
    """The card has said the rest; Investigate lists what it consists of, the largest first, and adds up the tail."""
    many = [{"name": f"disk-{n}", "saves": 20.0 - n, "now": "gp2", "then": "gp3"} for n in range(13)]
    evidence = {"cause": {"what": "x"}, "members": [*many, {"name": "y", "saves": None, "now": "gp2", "then": "gp3"}]}
    table = next(block for block in why.card(_saving(evidence=evidence))["blocks"] if block["type"] == "table")
    rows = [[cell["text"] for cell in row] for row in table["rows"]]
    assert rows[:2] == [["Resource", "A month, USD", "Now", "Then"], ["disk-0", "20.00", "gp2", "gp3"]]
    assert rows[-1][:2] == ["2 more", "8.00 and 1 not known"]
    unknown = [{"name": "z", "saves": None, "now": "", "then": ""}] * 14
    drawn = why.card(_saving(evidence={"cause": {"what": "x"}, "members": unknown}))["blocks"]
    assert next(block for block in drawn if block["type"] == "table")["rows"][-1][1]["text"] == "not known"


def test_parts_that_did_not_move_are_left_out() -> None:
    """A row of +0.00 says nothing."""
    parts = [{"name": "a", "amount": 333.5}, {"name": "b", "amount": 120.0}, {"name": "c", "amount": 0.0}]
    assert why.contributions({"cause": {"contributions": parts}}) == [("a", 333.5), ("b", 120.0)]


def test_a_fix_of_a_part_is_no_fix_of_the_whole() -> None:
    """The first line counts, and the rest can still be proposed; nothing is while a fix is being decided."""

    def drawn(*fixes: dict[str, Any]) -> tuple[str, bool]:
        evidence = {"resources": ["i-1", "i-2", "i-3", "i-4"], "fixes": [{"id": 1, "says": "", **fix} for fix in fixes]}
        card = alert.card(_saving(playbook="ec2-stop-idle", evidence=evidence))
        return card["blocks"][0]["text"]["text"].partition(" · ")[0], "insight_propose" in str(card["blocks"])

    done = {"state": "succeeded", "part": ["i-1", "i-3"]}
    assert drawn(done) == ("Fixed for 2 of 4", True)
    assert drawn(done, {"state": "succeeded", "part": ["i-2", "i-4"]}) == ("Fixed", False)
    assert drawn({"state": "succeeded"}) == ("Fixed", False)
    assert drawn(done, {"state": "proposed", "part": ["i-2"]}) == ("Fix proposed for 1 of 4", False)


def test_what_somebody_has_answered_is_no_warning() -> None:
    """The state stands first, without the sign."""
    for status, begins in (("open", ":warning: *"), ("expected", "Expected · *"), ("snoozed", "Snoozed · *")):
        card = alert.card(_saving(kind="anomaly", severity="high", status=status))
        assert card["blocks"][0]["text"]["text"].startswith(begins)
