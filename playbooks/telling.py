"""What people are told about a remediation: the card in its present state, and a line in its thread."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import outbox
from db.tables import Remediation, RemediationStep
from playbooks.actions import ACTIONS
from playbooks.schema import Playbook

OPEN = ("proposed", "approved", "running")
DONE = ("succeeded", "partial", "failed", "unknown")


def tell(session: Session, remediation: Remediation, playbook: Playbook | None) -> None:
    """Leave the card in its present state: the first time as a message, later as its update, with a line in the thread where it matters."""
    if remediation.channel is None:
        return
    session.flush()
    key = f"remediation:{remediation.undo_of or remediation.id}"
    shown = session.get_one(Remediation, remediation.undo_of) if remediation.undo_of else remediation
    summary = summarise(session, shown, playbook)
    if outbox.leave(session, remediation.channel, "proposal", summary, key):
        return
    number = session.scalar(sa.text("SELECT nextval(pg_get_serial_sequence('finops.outbox', 'id'))"))
    outbox.leave(session, remediation.channel, "proposal", summary, f"{key}:update:{number}", update_key=key)
    outbox.leave(
        session,
        remediation.channel,
        "remediation_progress",
        {**summary, "line": _line(session, remediation)},
        f"{key}:line:{number}",
        thread_key=key,
    )


def summarise(session: Session, remediation: Remediation, playbook: Playbook | None) -> dict[str, Any]:
    """What the card draws: plan, evidence, who decided, how far it is."""
    steps = session.scalars(
        sa.select(RemediationStep).where(RemediationStep.remediation_id == remediation.id).order_by(RemediationStep.position)
    ).all()
    planned = remediation.plan["steps"]
    return {
        "id": remediation.id,
        "state": remediation.state,
        "reason": remediation.reason,
        "title": playbook.title if playbook else remediation.playbook,
        "playbook": remediation.playbook,
        "account": remediation.account,
        "team": remediation.team,
        "environment": remediation.environment,
        "monthly_savings": None if remediation.expected_monthly_savings is None else float(remediation.expected_monthly_savings),
        "currency": remediation.currency,
        "steps": [
            {
                "name": step.resource_name,
                "resource_id": step.resource_id,
                "says": planned[index]["says"] if index < len(planned) else step.action,
                "evidence": planned[index]["evidence"] if index < len(planned) else "",
                "monthly_savings": None if step.expected_monthly_savings is None else float(step.expected_monthly_savings),
                "state": step.state,
                "error": step.error,
            }
            for index, step in enumerate(steps)
        ],
        "left_out": remediation.plan["left_out"],
        "undo": remediation.plan["undo"],
        "digest": remediation.plan_digest,
        "frozen_at": remediation.plan["made_at"],
        "requested_by": remediation.requested_by,
        "approvals": remediation.approvals,
        "approvals_needed": playbook.approval.count if playbook else 1,
        "approver_roles": [str(role) for role in playbook.approval.roles] if playbook else [],
        "not_requester": playbook.approval.not_requester if playbook else True,
        "typed_confirmation": playbook.typed_confirmation() if playbook else False,
        "expires_at": remediation.expires_at.isoformat(timespec="seconds"),
        "flow_run_id": remediation.flow_run_id,
        "seconds": (remediation.finished_at - remediation.started_at).total_seconds()
        if remediation.finished_at and remediation.started_at
        else None,
        "can_undo": bool(undoable(session, remediation)),
    }


def _line(session: Session, remediation: Remediation) -> str:
    """One plain sentence for the thread."""
    steps = session.scalars(sa.select(RemediationStep).where(RemediationStep.remediation_id == remediation.id)).all()
    done = sum(step.state in {"done", "verified", "undone"} for step in steps)
    what = "Undo" if remediation.undo_of else "Remediation"
    who = ", ".join(str(item["name"] or item["actor"]) for item in remediation.approvals)
    ended = f": {remediation.reason}" if remediation.reason else ""
    return {
        "proposed": f"{what} {remediation.id}: approved by {who}, waiting for one more.",
        "approved": f"{what} {remediation.id} approved by {who}; starting.",
        "running": f"{what} {remediation.id}: {done} of {len(steps)} done.",
    }.get(remediation.state, f"{what} {remediation.id} {remediation.state}, {done} of {len(steps)} done{ended}.")


def undoable(session: Session, remediation: Remediation) -> list[RemediationStep]:
    """The steps that were done, can be undone and were not, in order; none while an undo is under way."""
    if remediation.state not in DONE or remediation.undo_of is not None:
        return []
    under_way = session.scalar(sa.select(Remediation.id).where(Remediation.undo_of == remediation.id, Remediation.state.in_(OPEN)))
    if under_way is not None:
        return []
    steps = session.scalars(
        sa.select(RemediationStep).where(RemediationStep.remediation_id == remediation.id).order_by(RemediationStep.position)
    )
    planned = remediation.plan["steps"]
    done = [step for step in steps if step.state in {"done", "verified"}]
    return [step for step in done if ACTIONS[step.action].reversible and planned[step.position].get("undo", True)]
