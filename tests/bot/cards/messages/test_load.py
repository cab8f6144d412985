"""The card of a load: what stands now, and what stood before."""

from bot.cards.messages import load
from db.outgoing.messages import LoadCard


def test_each_period_says_what_stands_and_what_stood() -> None:
    """So that a total can be held against the invoice without leaving Slack."""
    card = load.card(
        LoadCard(
            type="load",
            loads=[
                {"path": "may.csv", "provider": "AWS", "billing_periods": ["2026-05"], "rows": 9, "status": "loaded"}
            ],
            rows=9,
            standing=[
                {
                    "period": "2026-05",
                    "currency": "USD",
                    "now": {"billed": "56042.1358", "tax": "144.91"},
                    "before": {"billed": "55900"},
                },
                {"period": "2026-06", "currency": "EUR", "now": {"billed": "10", "tax": "0"}, "before": None},
            ],
        )
    )
    assert "2026-05: 56,042.14 USD billed (55,900.00 USD before), 144.91 USD of it tax" in str(card["blocks"])
    assert "2026-06: 10.00 EUR billed" in str(card["blocks"])
