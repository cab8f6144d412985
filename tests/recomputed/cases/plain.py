"""What has no figure of the bills: drawn once, to see that none has crept in."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.cards.messages import alert, notices
from bot.cards.messages.answers import answer, canvas, clarify
from bot.cards.messages.remediation import request
from db.outgoing.messages import CanvasLink, RequestCard, RequestWaiting

DRAWN: Mapping[Callable[..., Any], Any] = {
    notices.note: notices.note("Noted."),
    notices.help_card: notices.help_card(),
    notices.card: notices.card({"outcome": "blocked", "text": ""}, "REFERENCE"),
    canvas.link: canvas.link(CanvasLink(type="canvas", title="Cost by team", url="https://slack.example/canvas")),
    clarify.card: clarify.card({"text": "Which one?", "choices": ["shop", "test"]}, "REFERENCE"),
    answer.offer_example: answer.offer_example("REFERENCE"),
    request.card: request.card(
        RequestCard(
            type="request",
            id=1,
            state="requested",
            what="Fetch new bills",
            requested_by="Maya",
            approved_by=None,
            approvers=["U0TOMAS001"],
            asked=["#ops"],
            reason=None,
        )
    ),
    request.waiting: request.waiting(RequestWaiting(type="request_waiting", what="Fetch new bills")),
    alert.assign_modal: alert.assign_modal("{}"),
}
