"""A saving on its card."""

from typing import Any

from bot.cards.messages import alert


def _saving(**more: Any) -> dict[str, Any]:
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
