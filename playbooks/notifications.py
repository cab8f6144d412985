"""Messages about a remediation: its card in the present state, its run step by step in the thread, and a line when
something is decided or ends.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.sections.tickets import TicketRule
from db.outgoing import outbox
from db.outgoing.message_keys import insight_key, remediation_key
from db.outgoing.remediation_messages import ProposalCard, RemediationFields, RemediationProgress
from db.tables import OutboxMessage, Remediation, RemediationStep, Ticket
from playbooks.actions import ACTIONS
from playbooks.approval.stored import start_by
from playbooks.proposals.plan import closed, frozen, hours, opens, shown_steps
from playbooks.run import ledger
from playbooks.schema import Playbook

OPEN = ("proposed", "approved", "running")
IN_HAND = (*OPEN, "ticket")
DONE = ("succeeded", "partial", "failed", "unknown")
_GOOD = ("done", "verified", "undone")
_UNKNOWN: dict[str, Any] = {"says": "The stored plan was changed since it was proposed", "evidence": ""}


def notify(session: Session, remediation: Remediation, playbook: Playbook | None) -> None:
    """Leave the card in its present state: the first time as a message, later
    as its update, with the run and a line in its thread.
    """
    if remediation.channel is None:
        return
    session.flush()
    if update_card(session, remediation, playbook):
        return
    key, number = _key(remediation), _number(session)
    ran = remediation.started_at is not None
    if ran:
        _tell_run(session, remediation, playbook, number)
    if not (ran and remediation.state == "running"):
        message = RemediationProgress(type="remediation_progress", line=_line(session, remediation, playbook))
        if remediation.state == "unknown":
            message["ask"] = [item["actor"] for item in remediation.approvals]
        outbox.enqueue(session, remediation.channel, message, f"{key}:line:{number}", thread_key=key)


def update_card(session: Session, remediation: Remediation, playbook: Playbook | None) -> bool:
    """Bring the card up to date and nothing else; True where it was not there yet."""
    if remediation.channel is None:
        return False
    key = _key(remediation)
    shown = session.get_one(Remediation, remediation.undo_of) if remediation.undo_of else remediation
    card = ProposalCard(type="proposal", **summarise(session, shown, playbook))
    if outbox.enqueue(session, remediation.channel, card, key, thread_key=_insight_card(session, shown)):
        return True
    outbox.enqueue(session, remediation.channel, card, f"{key}:update:{_number(session)}", update_key=key)
    return False


def _insight_card(session: Session, remediation: Remediation) -> str | None:
    """The key of its insight's card in the same channel, in whose thread it belongs; None where it starts alone: also
    while the card is held back by quiet hours, for what somebody asked for does not wait for them.
    """
    if remediation.insight_id is None:
        return None
    key = insight_key(remediation.insight_id, str(remediation.channel))
    there = sa.or_(OutboxMessage.delivered_at.is_not(None), OutboxMessage.not_before <= sa.func.now())
    posted = sa.select(OutboxMessage.key).where(OutboxMessage.key == key, OutboxMessage.failed_at.is_(None), there)
    return session.scalar(posted)


def _tell_run(session: Session, remediation: Remediation, playbook: Playbook | None, number: int) -> None:
    """One message per run, brought up to date with every step."""
    thread, key = _key(remediation), f"{_key(remediation)}:run:{remediation.id}"
    message = RemediationProgress(
        type="remediation_progress",
        run=True,
        line=_line(session, remediation, playbook),
        ask=[],
        **summarise(session, remediation, playbook),
    )
    channel = str(remediation.channel)
    if not outbox.enqueue(session, channel, message, key, thread_key=thread):
        outbox.enqueue(session, channel, message, f"{key}:update:{number}", update_key=key)


def _key(remediation: Remediation) -> str:
    return remediation_key(remediation.undo_of or remediation.id)


def _number(session: Session) -> int:
    return int(session.scalar(sa.text("SELECT nextval(pg_get_serial_sequence('finops.outbox', 'id'))")) or 0)


def summarise(session: Session, remediation: Remediation, playbook: Playbook | None) -> RemediationFields:
    """What the card draws: plan, evidence, who is asked and who decided, how
    far it is, what the ledger says. A plan that was touched is not shown.
    """
    steps = _steps(session, remediation)
    plan = frozen(remediation.plan, remediation.plan_digest)
    planned = shown_steps(remediation.plan, remediation.plan_digest)
    if remediation.undo_of:  # an undo goes through the plan backwards
        planned.reverse()
    by_resource = {step["resource_id"]: step for step in planned}
    figures = ledger.arithmetic(session, remediation)
    waits_until, approval_ends = _window(remediation, playbook)
    ticket = _ticket(session, remediation)
    return {
        "id": remediation.id,
        "state": remediation.state,
        "reason": remediation.reason,
        "title": playbook.title if playbook else remediation.playbook,
        "headline": playbook.headline if playbook else "",
        "undo_of": remediation.undo_of,
        "playbook": remediation.playbook,
        "account": remediation.account,
        "team": remediation.team,
        "environment": remediation.environment,
        "monthly_savings": None
        if remediation.expected_monthly_savings is None
        else float(remediation.expected_monthly_savings),
        "currency": remediation.currency,
        "steps": [
            {
                **_step(
                    step,
                    planned[step.position]
                    if len(steps) == len(planned)
                    else by_resource.get(step.resource_id, _UNKNOWN),
                    remediation.undo_of,
                ),
                "arithmetic": figures.get(step.resource_id)
                or _expected(by_resource.get(step.resource_id, _UNKNOWN), remediation.currency),
            }
            for step in steps
        ],
        "left_out": remediation.plan["left_out"] if plan else [],
        "undo": plan.undo if plan else "",
        "digest": remediation.plan_digest,
        "frozen_at": plan.made_at if plan else remediation.requested_at.isoformat(timespec="seconds"),
        "requested_by": remediation.requested_by,
        "requester_name": remediation.requester_name,
        "approvals": remediation.approvals,
        "approvals_needed": playbook.approval.count if playbook else 1,
        "approver_roles": [str(role) for role in playbook.approval.roles] if playbook else [],
        "approvers": [item["id"] for item in remediation.approvers or ()],
        "not_requester": playbook.approval.not_requester if playbook else True,
        "typed_confirmation": playbook.typed_confirmation() if playbook else False,
        "expires_at": remediation.expires_at.isoformat(timespec="seconds"),
        "flow_run_id": remediation.flow_run_id,
        "flow_run_url": remediation.flow_run_url,
        "seconds": (remediation.finished_at - remediation.started_at).total_seconds()
        if remediation.finished_at and remediation.started_at
        else None,
        "can_undo": bool(undoable(session, remediation)),
        "savings": ledger.outlook(session, remediation),
        "insight_id": remediation.insight_id,
        "snoozed_until": remediation.snoozed_until.isoformat() if remediation.snoozed_until else None,
        "withdrawn": remediation.state == "rejected" and remediation.approved_at is not None,
        "window": hours(playbook.guards) or None if playbook and not remediation.undo_of else None,
        "waits_until": _minute(waits_until),
        "approval_ends": _minute(approval_ends),
        "ticket": None if ticket is None else {"state": ticket.state, "name": _ticket_name(ticket), "url": ticket.url},
    }


def _window(remediation: Remediation, playbook: Playbook | None) -> tuple[datetime | None, datetime | None]:
    """Of an approval that came while the change window was shut: when the window opens, and when the approval ends
    where that is not later; both None for what need not wait.
    """
    approved = remediation.approved_at
    if remediation.state != "approved" or remediation.undo_of or approved is None or playbook is None:
        return None, None
    if closed(playbook.guards, approved) is None:
        return None, None
    at, until = opens(playbook.guards, approved), start_by(remediation, playbook)
    return at, until if at is None or at >= until else None


def _ticket(session: Session, remediation: Remediation) -> Ticket | None:
    if remediation.undo_of is not None:
        return None
    return session.scalar(sa.select(Ticket).where(Ticket.remediation_id == remediation.id))


def _ticket_name(ticket: Ticket) -> str:
    """`platform/infra#12`, `FIN-12`; the place alone while it is not open yet."""
    rule = TicketRule.model_validate(ticket.rule)
    if ticket.key is None:
        return rule.place()
    return f"{rule.repository}#{ticket.key}" if rule.to != "jira" else ticket.key


def _minute(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="minutes")


def _expected(planned: dict[str, Any], currency: str) -> str:
    return ledger.expected(planned.get("arithmetic") or {}, currency).strip()


def _step(step: RemediationStep, planned: dict[str, Any], undo_of: int | None) -> dict[str, Any]:
    return {
        "name": step.resource_name,
        "resource_id": step.resource_id,
        "says": ACTIONS[step.action].undo_says if undo_of else planned["says"],
        "evidence": planned["evidence"],
        "monthly_savings": None if step.expected_monthly_savings is None else float(step.expected_monthly_savings),
        "state": step.state,
        "error": step.error,
    }


def _steps(session: Session, remediation: Remediation) -> Sequence[RemediationStep]:
    statement = (
        sa.select(RemediationStep)
        .where(RemediationStep.remediation_id == remediation.id)
        .order_by(RemediationStep.position)
    )
    return session.scalars(statement).all()


def _starts(remediation: Remediation, playbook: Playbook | None) -> str:
    at, ends = _window(remediation, playbook)
    if ends is not None:
        return f"no change window opens before the approval ends, {_moment_label(ends)}, so nothing will run"
    return "starting" if at is None else f"it waits for its change window, which opens {_moment_label(at)}"


def _moment_label(at: datetime) -> str:
    return f"{at.astimezone(UTC):%a %d %b %H:%M} UTC"


def _closed_as(remediation: Remediation) -> str:
    return "withdrawn" if remediation.approved_at else "snoozed" if remediation.snoozed_until else "rejected"


def _line(session: Session, remediation: Remediation, playbook: Playbook | None) -> str:
    """One plain sentence for the thread."""
    steps = _steps(session, remediation)
    done = f"{sum(step.state in _GOOD for step in steps)} of {len(steps)}"
    what = "Undo" if remediation.undo_of else "Remediation"
    who = ", ".join(str(item["name"] or item["actor"]) for item in remediation.approvals)
    ended = f": {remediation.reason}" if remediation.reason else ""
    took = ""
    if remediation.finished_at and remediation.started_at:
        took = f" in {max(1, round((remediation.finished_at - remediation.started_at).total_seconds()))} s"
    return {
        "proposed": f"{what} {remediation.id}: approved by {who}, waiting for one more.",
        "approved": f"{what} {remediation.id} approved by {who}; {_starts(remediation, playbook)}.",
        "rejected": f"{what} {remediation.id} is {_closed_as(remediation)}{ended.replace(': ', ' by ', 1)}.",
        "running": f"{what} {remediation.id}: {done} done.",
        "succeeded": f"{what} {remediation.id}: all {len(steps)} done and checked{took}.",
        "partial": f"{what} {remediation.id} succeeded in part, {done} done{took}{ended}.",
        "failed": f"{what} {remediation.id} failed, {done} done{ended}.",
        "undone": f"{what} {remediation.id} was rolled back{ended}.",
        "ticket": _ticket_line(session, remediation),
        "closed": f"Its ticket is closed{ended}.",
        "unknown": f"{what} {remediation.id} needs somebody to look: it is not known whether a step happened. "
        f"{remediation.reason}. "
        "Look at the resource, then press Check again.",
    }.get(remediation.state, f"{what} {remediation.id} is {remediation.state}{ended}.")


def _ticket_line(session: Session, remediation: Remediation) -> str:
    ticket = _ticket(session, remediation)
    if ticket is None or ticket.key is None:
        return f"A ticket is opened for remediation {remediation.id}; nothing is changed here."
    if ticket.state == "applied":
        return f"What {_ticket_name(ticket)} asks for was done; the bill decides what it saved."
    return f"{_ticket_name(ticket)} is open for remediation {remediation.id}: {ticket.url}"


def undoable(session: Session, remediation: Remediation) -> list[RemediationStep]:
    """The steps that were done, can be undone and were not, in order; none while an undo is under way."""
    if remediation.state not in DONE or remediation.undo_of is not None:
        return []
    under_way = session.scalar(
        sa.select(Remediation.id).where(Remediation.undo_of == remediation.id, Remediation.state.in_(OPEN))
    )
    if under_way is not None:
        return []
    planned = shown_steps(remediation.plan, remediation.plan_digest)
    if not planned:
        return []
    done = [step for step in _steps(session, remediation) if step.state in {"done", "verified"}]
    return [step for step in done if ACTIONS[step.action].reversible and planned[step.position].get("undo", True)]
