"""A request for a flow that an operator has to approve, and how far a flow is."""

from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Card
from db.outgoing.messages import RequestCard, RequestWaiting

_SAYS = {
    "approved": ":hourglass_flowing_sand: {what}: approved, starting.",
    "triggered": ":hourglass_flowing_sand: {what}: started.",
    "finished": "{what}: done.",
    "failed": ":warning: {what}: failed. {reason}",
    "rejected": "{what}: rejected. {reason}",
}


def card(payload: RequestCard) -> Card:
    """Approvers are mentioned only while they are asked."""
    what = mrkdwn.escape(payload.get("what") or "A flow", 200)
    state = str(payload["state"])
    asker = mrkdwn.escape(payload.get("requested_by") or "somebody", 80)
    if state == "requested":
        return _asking(payload, what, asker)
    reason = mrkdwn.escape(payload.get("reason") or "", 500)
    text = _SAYS[state].format(what=what, reason=reason).strip()
    by = f"asked for by {asker}"
    if payload.get("approved_by") and payload["approved_by"] != payload.get("requested_by"):
        by += f" · {'rejected' if state == 'rejected' else 'approved'} by {mrkdwn.escape(payload['approved_by'], 80)}"
    return blocks.card(f"{text} ({by})", [blocks.section(text), blocks.context(by)])


def _asking(payload: RequestCard, what: str, asker: str) -> Card:
    """What somebody asks for, or, with a reason, what was held back until an operator says so."""
    approvers, asked, number = payload.get("approvers") or (), payload.get("asked") or (), str(payload["id"])
    who = " or ".join(mrkdwn.mention(person) for person in approvers[:5]) or "an operator (finops.yaml names none yet)"
    reason = mrkdwn.escape(payload.get("reason") or "", 500)
    asks = f"{what} as they are? {reason}" if reason else f"{what}: {asker} asks for it;"
    text = f"{asks} {who} can approve."
    row = [  # but for where nobody would be allowed to press them
        blocks.button("Approve", "request_approve", number, style="primary"),
        blocks.button("Reject", "request_reject", number),
    ]
    places = ", ".join(mrkdwn.mention(place) if place[:1] in "UW" else mrkdwn.escape(place, 80) for place in asked)
    put = blocks.context(f"Put to {places}." if places else "")
    return blocks.card(
        text, [blocks.section(text), None if asked and payload.get("private") else blocks.actions(row), put]
    )


def waiting(payload: RequestWaiting) -> Card:
    """What is said once while Prefect is down."""
    what = mrkdwn.escape(payload.get("what") or "The flow", 200)
    text = f"{what}: Prefect cannot be reached. The request is kept and starts by itself, once, when Prefect is back."
    return blocks.card(text, [blocks.section(text)])
