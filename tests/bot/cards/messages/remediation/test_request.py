"""The card of a request: who is asked, what was held and why."""

from typing import Any

from bot.cards.messages.remediation import request
from db.outgoing.messages import RequestCard


def _card(**changes: Any) -> str:
    payload: RequestCard = {
        "type": "request",
        "id": 7,
        "state": "requested",
        "what": "Load the bills of aws <prod>",
        "requested_by": "the bill",
        "approved_by": None,
        "approvers": ["U777"],
        "asked": ["#finops-admin"],
        "reason": "Held back: 2026-09 stands with 3.75 USD and would stand with 1.25 USD. Nothing was changed.",
        **changes,  # type: ignore[typeddict-item]  # the test changes any of them
    }
    return str(request.card(payload)["text"])


def test_a_held_load_is_a_question_with_its_reason() -> None:
    assert _card() == (
        "Load the bills of aws &lt;prod&gt; as they are? Held back: 2026-09 stands with 3.75 USD and would stand with "
        "1.25 USD. Nothing was changed. <@U777> can approve."
    )


def test_a_request_without_a_reason_names_who_asks() -> None:
    assert _card(reason=None, requested_by="Maya") == (
        "Load the bills of aws &lt;prod&gt;: Maya asks for it; <@U777> can approve."
    )


def test_nobody_to_ask_is_said() -> None:
    assert "an operator (finops.yaml names none yet) can approve." in _card(approvers=[])


def test_who_asks_in_private_has_nothing_to_press_that_would_be_refused() -> None:
    """They read where it was put; who decides has the buttons there, and in a thread that both read."""
    payload = RequestCard(
        type="request",
        id=7,
        state="requested",
        what="Refresh bills",
        requested_by="Maya",
        approved_by=None,
        approvers=["U777"],
        asked=["#finops"],
        reason=None,
        private=True,
    )
    assert "request_approve" not in str(request.card(payload))
    assert "Put to #finops." in str(request.card(payload))
    assert "request_approve" in str(request.card({**payload, "asked": []}))
    assert "request_approve" in str(request.card({**payload, "private": False}))
