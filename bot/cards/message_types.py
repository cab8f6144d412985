"""Which card draws which kind of message of the outbox."""

from datetime import date

from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Card
from bot.cards.messages import alert, budget, digest, forecast, load, notices
from bot.cards.messages.answers import answer, canvas, clarify, taught, why
from bot.cards.messages.remediation import proposal, recurring, request
from db.outgoing.messages import Alert, AnswerCard, Assignment, BudgetAlert, Drawn, Why


def result_card(message: AnswerCard, today: date) -> Card:
    """A question's stored result, whatever became of it."""
    result, reference = message["result"], str(message.get("reference") or "")
    outcome, asked = result.get("outcome"), message.get("asked")
    if outcome == "answer":
        return answer.card(result, reference, today, asked)
    drawn = clarify.card(result, reference) if outcome == "clarify" else notices.card(result, reference)
    if asked:
        return blocks.card(drawn["text"], [blocks.context(mrkdwn.escape(asked, 300)), *drawn["blocks"]])
    return drawn


def draw(message: Drawn, today: date) -> Card:
    """The card of a message. Raises KeyError, TypeError or ValueError when the message lacks what the
    card needs.
    """
    match message["type"]:
        case "answer" | "canvas":
            return canvas.link(message) if message["type"] == "canvas" else result_card(message, today)
        case "note":
            return notices.note(str(message["text"]))
        case "help":
            return notices.help_card()
        case "alert" | "why" | "assignment" | "budget":
            return _insight_card(message)
        case "digest":
            return digest.card(message)
        case "digest_details":
            return digest.details(message)
        case "forecast":
            return forecast.card(message)
        case "load":
            return load.card(message)
        case "request":
            return request.card(message)
        case "taught":
            return taught.card(message)
        case "request_waiting":
            return request.waiting(message)
        case "proposal":
            return proposal.card(message)
        case "remediation_progress":
            return proposal.progress(message)
        case "recurring":
            return recurring.card(message)


def _insight_card(message: Alert | Why | Assignment | BudgetAlert) -> Card:
    match message["type"]:
        case "alert":
            return alert.card(message)
        case "why":
            return why.card(message)
        case "assignment":
            return alert.assignment(message)
        case "budget":
            return budget.card(message)
