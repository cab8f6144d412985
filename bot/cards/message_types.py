"""Which card draws which kind of message of the outbox."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Card
from bot.cards.messages import alert, answer, budget, clarify, digest, forecast, load, notices, proposal, request, why


def result_card(payload: dict[str, Any], today: date) -> Card:
    """A question's stored result, whatever became of it: `payload` has result,
    reference, and asked where the question is not above.
    """
    result, reference = payload["result"], str(payload.get("reference") or "")
    outcome = result.get("outcome")
    if outcome == "answer":
        return answer.card(result, reference, today, payload.get("asked"))
    drawn = clarify.card(result, reference) if outcome == "clarify" else notices.card(result, reference)
    if payload.get("asked"):
        return blocks.card(drawn["text"], [blocks.context(mrkdwn.escape(payload["asked"], 300)), *drawn["blocks"]])
    return drawn


def _note(payload: dict[str, Any]) -> Card:
    return notices.note(str(payload["text"]))


CARDS: dict[str, Callable[[dict[str, Any]], Card]] = {
    "note": _note,
    "help": lambda payload: notices.help_card(),
    "alert": alert.card,
    "assignment": alert.assignment,
    "why": why.card,
    "budget": budget.card,
    "digest": digest.card,
    "digest_details": digest.details,
    "forecast": forecast.card,
    "load": load.card,
    "request": request.card,
    "request_waiting": request.waiting,
    "proposal": proposal.card,
    "remediation_progress": proposal.progress,
}


def draw(kind: str, payload: dict[str, Any], today: date) -> Card | None:
    """The card of a message; None for a kind that nobody draws. Raises KeyError,
    TypeError or ValueError when the payload lacks what the card needs.
    """
    if kind == "answer":
        return result_card(payload, today)
    builder = CARDS.get(kind)
    return builder(payload) if builder else None
