"""Where a proposed change stands, in a sentence: who is asked, what it waits for, how it ended."""

from datetime import datetime
from typing import Any

from bot.cards.elements import mrkdwn
from db.outgoing.remediation_messages import RemediationFields

_ENDINGS = {"expired": "Expired: nobody decided in time", "void": "Not carried out"}


def standing(payload: RemediationFields) -> str:
    """Who is asked, or what became of it."""
    state, approvals = str(payload["state"]), payload.get("approvals") or []
    by = ", ".join(
        f"{mrkdwn.escape(item.get('name') or item['actor'], 80)} {when(item.get('at'))}" for item in approvals
    )
    if state == "proposed":
        return _asking(payload, by)
    if state in ("ticket", "closed"):
        return _ticket(payload, state)
    reason = f": {mrkdwn.escape(payload['reason'], 500)}" if payload.get("reason") else ""
    if state == "rejected":
        word = "Withdrawn" if payload.get("withdrawn") else "Snoozed" if payload.get("snoozed_until") else "Rejected"
        return f"{word}{reason.replace(': ', ' by ', 1)}"  # the reason begins with who it was
    if state in ("expired", "void"):
        return f"{_ENDINGS[state]}{reason}"
    savings = (
        f"\n{mrkdwn.sentence(str(payload['savings'])[:1].upper() + str(payload['savings'])[1:], 600)}."
        if payload.get("savings")
        else ""
    )
    return f"{'Approved by ' + by + ' → ' if by else ''}{_progress(payload, reason)}{savings}"


def _ticket(payload: RemediationFields, state: str) -> str:
    """Nothing is changed here: where the ticket is and what is waited for, or how it ended."""
    ticket = payload.get("ticket") or {}
    name = mrkdwn.link(str(ticket.get("url") or ""), str(ticket.get("name") or "a ticket"))
    savings = f" {mrkdwn.sentence(str(payload['savings']), 600)}." if payload.get("savings") else ""
    if state == "closed":
        ended = f": {mrkdwn.escape(payload['reason'], 500)}" if payload.get("reason") else ""
        return f"{name} is closed{ended}.{savings}"
    if not ticket.get("url"):
        return f"Nothing is changed here. A ticket is being opened in {mrkdwn.escape(ticket.get('name') or '', 200)}."
    applied = ticket.get("state") == "applied"
    waits = "what it asks for was done" if applied else "open until the bill has shown the saving, or people close it"
    return f"Nothing is changed here. {name}: {waits}.{savings}"


def _progress(payload: RemediationFields, reason: str) -> str:
    """How far it is or how it ended: `1 of 4 done`, `done in 41 s, 4 done and checked`."""
    steps, state = payload["steps"], str(payload["state"])
    done = sum(step.get("state") in ("done", "verified", "undone") for step in steps)
    seconds = payload.get("seconds")
    took = f" in {max(1, round(seconds))} s" if seconds else ""
    return {
        "approved": _starts(payload),
        "running": f"{done} of {len(steps)} done",
        "succeeded": f"done{took}, {done} done and checked",
        "partial": f"done in part{took}: {done} of {len(steps)}{reason}",
        "failed": f"failed{took}, {done} of {len(steps)} done{reason}",
        "unknown": f"not known how it ended, somebody has to look{reason}",
        "undone": f"undone{took}, {done} of {len(steps)} as before{reason}",
    }.get(state, f"{state}{reason}")


def _starts(payload: RemediationFields) -> str:
    """`starting`, or until when it waits."""
    if not payload.get("waits_until"):
        return "starting"
    return f"waits for its change window, which opens {when(payload['waits_until'])}"


def _asking(payload: RemediationFields, by: str) -> str:
    needed = int(payload.get("approvals_needed") or 1) - len(payload.get("approvals") or [])
    roles = " or ".join(mrkdwn.escape(role, 40) for role in payload.get("approver_roles") or []) or "nobody"
    team = f" for {mrkdwn.escape(payload['team'], 80)}" if payload.get("team") else ""
    people = " or ".join(mrkdwn.mention(str(person)) for person in (payload.get("approvers") or [])[:5])
    asker = ", not from the requester" if payload.get("not_requester") else ""
    given = f"Approved by {by}. " if by else ""
    count = len({step["resource_id"] for step in payload["steps"]})
    up_to = f" Up to {count}: one that has changed, vanished or got protected by then is skipped." if count > 1 else ""
    requester = (
        f"Asked for by {mrkdwn.escape(payload['requester_name'], 80)}. " if payload.get("requester_name") else ""
    )
    nobody = "" if people else ", and finops.yaml names nobody else who has it"
    hours = mrkdwn.escape(payload.get("window") or "", 300)
    window = f" It runs in its change window: {hours}." if hours else ""
    return (
        f"{requester}{given}{needed} approval{'' if needed == 1 else 's'} needed from "
        f"{people or f'the role {roles}{team}'}{asker}{nobody}; "
        f"open until {when(payload.get('expires_at'))}.{window}{up_to}"
    )


def when(value: Any) -> str:
    """A stored moment in the reader's zone; what is none as it is."""
    try:
        return mrkdwn.moment(datetime.fromisoformat(str(value)))
    except ValueError:
        return mrkdwn.escape(value, 40)
