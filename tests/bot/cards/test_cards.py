"""Every card and modal passes the checks that Slack makes, with plain and with hostile values."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.cards import message_types
from bot.cards.messages import alert, budget, home, subscribe
from bot.cards.messages.remediation import proposal, proposal_modals, standing
from db.outgoing.messages import TYPES, stored
from standins.slack.block_kit.blocks import message_faults, view_faults
from tests.bot.cards.builders import messages, remediation_of

HOSTILE = "<!channel> *x* @here `" + "y" * 400


NAMES = ["orders-db", HOSTILE]


def marked(node: Any) -> list[str]:
    """Every text that Slack parses as mrkdwn."""
    if isinstance(node, list):
        return [text for child in node for text in marked(child)]
    if not isinstance(node, dict):
        return []
    own = [str(node["text"])] if node.get("type") == "mrkdwn" else []
    return own + [text for child in node.values() for text in marked(child)]


KNOWN_BUDGET = {
    "name": HOSTILE,
    "scope": HOSTILE,
    "amount": "90000",
    "currency": "USD",
    "period": "quarterly",
    "start": None,
    "end": None,
    "thresholds": [0.8, 1.0],
}


SCOPES = {"team": [HOSTILE, "b"], "service": [f"service {n}" for n in range(150)], "account": ["x" * 200], "region": []}


@pytest.mark.parametrize("name", NAMES, ids=["plain", "hostile"])
def test_every_card_passes_slacks_checks_and_mentions_nobody_by_accident(name: str) -> None:
    """Each kind of message has a text that stands alone, valid blocks, and no broadcast."""
    for kind, payload in messages(name):
        message: Any = stored(kind, payload)
        card = message_types.draw(message, date(2026, 11, 23))
        shown = [{**b, "slack_file": {"id": "F1"}} if b.get("block_id") == "picture" else b for b in card["blocks"]]
        assert message_faults(shown, ["F1"]) == [], kind
        assert card["text"].strip(), kind
        assert "<!channel>" not in str([card["text"], *marked(card["blocks"])]), kind
        assert "@here" not in str([card["text"], *marked(card["blocks"])]), kind


def test_every_kind_is_drawn_by_a_test() -> None:
    """A card that nobody draws here is not known to be valid."""
    assert {kind for kind, _ in messages("x")} | {"answer", "file"} == TYPES
    assert stored("nobody", {}) is None


def test_a_large_plan_shows_its_rest_and_its_whole_saving() -> None:
    """500 resources fit: twenty rows, then what the others save together."""
    card = proposal.card(remediation_of("x", count=500))
    assert card is not None
    rows = next(block for block in card["blocks"] if block["type"] == "table")["rows"]
    assert [cell["text"] for cell in rows[-1]] == ["480 more", "$73.4k", "see the plan", "–"]


def test_modals_pass_slacks_checks() -> None:
    """So do all modals, for 500 resources too."""
    big = remediation_of(HOSTILE, count=500)
    for view in (
        alert.reason_modal("insight_expected", "{}", "Expected", "Why", days=True),
        alert.assign_modal("{}"),
        budget.modal(
            "{}", {**KNOWN_BUDGET, "rollover": True, "owner": "U0MAYA0001", "start": "2026-01-01"}, {}, ["USD"]
        ),
        budget.modal("{}", KNOWN_BUDGET, {}, ["USD"]),
        budget.modal("{}", None, SCOPES, ["USD", "EUR"]),
        budget.modal("{}", None, {}, ["USD"]),
        proposal_modals.plan_modal(big),
        proposal_modals.choose_modal(big, "{}", approves=True),
        proposal_modals.confirm_modal(big, "{}"),
        subscribe.modal("{}", SCOPES, "C1", "Europe/Berlin"),
        subscribe.modal("{}", {}, None, "Pacific/Chatham"),
    ):
        assert view_faults(view) == [], view["title"]


def test_the_home_tab_passes_slacks_checks() -> None:
    """With everything on it, and with nothing."""
    team = {
        "team": HOSTILE,
        "month": 58_200,
        "currency": "USD",
        "change": "up",
        "budget": 90_000,
        "forecast": 96_000,
        "days": [1.0, 2.0, 3.0],
    }
    full = {
        "as_of": "2026-11-22",
        "teams": [team] * 20,
        "insights": [{"id": 1, "title": HOSTILE, "impact": 3.0, "severity": "high"}] * 20,
        "may_budget": True,
        "kpis": [{"says": HOSTILE, "value": 12.5, "target": 10.0, "unit": "%", "higher_is_better": True}] * 7,
        "approvals": [{"id": 1, "title": HOSTILE}] * 20,
        "subscriptions": [{"id": 1, "title": HOSTILE}] * 20,
        "examples": [HOSTILE] * 6,
    }
    assert view_faults(home.view(full)) == []
    assert view_faults(home.view({})) == []
    assert home.sparkline([1, 2, 8]) == "▁▂█"
    assert home.bar(2.0) == "█" * 20


def test_a_time_is_shown_in_the_readers_zone() -> None:
    """Slack's own date markup carries it, with UTC for clients that cannot."""
    shown = standing.when(datetime(2026, 11, 23, 10, 4, tzinfo=UTC).isoformat())
    assert shown.startswith("<!date^1795428240^")
    assert shown.endswith("|23 Nov 10:04 UTC>")
