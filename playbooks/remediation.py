"""The life of a remediation, in the database: proposed, approved, running, and how it ended. Every change is one transaction with its audit entry and its message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

import access
from access import Action, Actor, Allowed, Denied
from db import audit, outbox
from db.engines import Database
from db.tables import Remediation, RemediationStep, Switch
from playbooks import approval
from playbooks.actions import ACTIONS
from playbooks.plan import Plan, digest, from_json
from playbooks.schema import Playbook, read_playbooks
from settings import UserError

OPEN = ("proposed", "approved", "running")
DONE = ("succeeded", "partial", "failed", "unknown")
HANGS_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Approved:
    """The click counted; `complete` when no further approval is needed."""

    remediation_id: int
    complete: bool
    missing: int


def propose(
    session: Session, plan: Plan, playbook: Playbook, requester: str, now: datetime, *, channel: str | None, insight_id: int | None = None
) -> Remediation:
    """Store a frozen plan with its steps and leave its card in the channel; the caller commits."""
    content = plan.to_json()
    remediation = Remediation(
        playbook=plan.playbook,
        playbook_digest=plan.playbook_digest,
        plan=content,
        plan_digest=digest(content),
        state="proposed",
        account_id=plan.account_id,
        account=plan.account,
        team=plan.team,
        environment=plan.environment,
        expected_monthly_savings=plan.monthly_savings(),
        currency=plan.currency,
        insight_id=insight_id,
        requested_by=requester,
        requested_at=now,
        approvals=[],
        expires_at=now + timedelta(hours=playbook.approval.expires_hours),
        channel=channel,
    )
    session.add(remediation)
    session.flush()
    for position, step in enumerate(plan.steps):
        session.add(
            RemediationStep(
                remediation_id=remediation.id,
                position=position,
                resource_id=step.resource_id,
                resource_name=step.name,
                action=step.action,
                parameters=step.parameters,
                state="planned",
                expected_monthly_savings=step.monthly_savings,
            )
        )
    session.flush()
    audit.append(
        session, requester, "remediation.proposed", str(remediation.id), {"plan_digest": remediation.plan_digest, "playbook": plan.playbook}
    )
    tell(session, remediation, playbook)
    return remediation


def approve(
    session: Session, remediation_id: int, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook], confirmation: str | None = None
) -> Approved | Denied:
    """Count an approval under the row's lock; refusals are audited too. The caller commits, then starts the flow when complete."""
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    playbook = playbooks.get(remediation.playbook)
    decision = approval.check(_proposal(session, remediation, playbook), _rule(playbook), actor, now, confirmation)
    if isinstance(decision, Allowed) and is_stopped(session):
        decision = Denied("All remediation is stopped (/finops stop-all); nothing can be approved until it is switched on again.")
    if isinstance(decision, Denied):
        audit.append(session, actor.id, "remediation.denied", str(remediation_id), {"reason": decision.reason})
        return decision
    assert playbook is not None  # the rules deny without one
    remediation.approvals = [*remediation.approvals, {"actor": actor.id, "name": actor.name, "at": now.isoformat(timespec="seconds")}]
    missing = playbook.approval.count - len(remediation.approvals)
    if missing <= 0:
        remediation.state, remediation.approved_at = "approved", now
    audit.append(
        session, actor.id, "remediation.approved", str(remediation_id), {"plan_digest": remediation.plan_digest, "missing": max(0, missing)}
    )
    tell(session, remediation, playbook)
    return Approved(remediation_id, missing <= 0, max(0, missing))


def reject(
    session: Session, remediation_id: int, actor: Actor, now: datetime, reason: str, playbooks: Mapping[str, Playbook]
) -> Allowed | Denied:
    """Close a proposal; whoever may approve it may reject it, and so may who asked for it."""
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    if denied := _may_decide(session, remediation, actor, now, playbooks):
        audit.append(session, actor.id, "remediation.denied", str(remediation_id), {"reason": denied.reason})
        return denied
    remediation.state, remediation.reason, remediation.finished_at = "rejected", f"{actor.name or actor.id}: {reason[:500]}", now
    audit.append(session, actor.id, "remediation.rejected", str(remediation_id), {"reason": reason[:500]})
    tell(session, remediation, playbooks.get(remediation.playbook))
    return Allowed()


def snooze(
    session: Session, remediation_id: int, actor: Actor, now: datetime, until: datetime, reason: str, playbooks: Mapping[str, Playbook]
) -> Allowed | Denied:
    """Close a proposal and keep its resources out of new ones until then."""
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    if denied := _may_decide(session, remediation, actor, now, playbooks):
        audit.append(session, actor.id, "remediation.denied", str(remediation_id), {"reason": denied.reason})
        return denied
    remediation.state, remediation.snoozed_until, remediation.finished_at = "rejected", until, now
    remediation.reason = f"{actor.name or actor.id}: snoozed until {until:%d %b}: {reason[:500]}"
    audit.append(session, actor.id, "remediation.snoozed", str(remediation_id), {"until": until.isoformat(), "reason": reason[:500]})
    tell(session, remediation, playbooks.get(remediation.playbook))
    return Allowed()


def choose(
    session: Session, remediation_id: int, actor: Actor, now: datetime, resource_ids: Sequence[str], playbooks: Mapping[str, Playbook]
) -> Remediation | Denied:
    """Replace a proposal by one for some of its resources: a new frozen plan, with the same requester, to be approved on its own."""
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    if denied := _may_decide(session, remediation, actor, now, playbooks):
        return denied
    playbook = playbooks.get(remediation.playbook)
    if playbook is None:
        return Denied(f"The playbook {remediation.playbook} no longer exists; ask for a new plan.")
    plan = from_json(remediation.plan)
    chosen = [resource_id for resource_id in plan.resources() if resource_id in resource_ids]
    if not chosen or len(chosen) == len(plan.resources()):
        return Denied("Choose some of the resources, not all and not none.")
    smaller = propose(
        session, plan.only(chosen), playbook, remediation.requested_by, now, channel=remediation.channel, insight_id=remediation.insight_id
    )
    remediation.state, remediation.reason, remediation.finished_at = (
        "void",
        f"replaced by {smaller.id} for {len(chosen)} of {len(plan.resources())}",
        now,
    )
    audit.append(session, actor.id, "remediation.narrowed", str(remediation_id), {"to": smaller.id, "resources": chosen})
    tell(session, remediation, playbook)
    return smaller


def request_undo(
    session: Session, remediation_id: int, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook]
) -> Remediation | Denied:
    """A remediation that undoes another: approved by the person who could have approved the first, ready to run."""
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    steps = undoable(session, remediation)
    denied = access.check(actor, Action.APPROVE_REMEDIATION)
    if isinstance(denied, Denied):
        return denied
    if not steps:
        return Denied("There is nothing left to undo.")
    undo = Remediation(
        playbook=remediation.playbook,
        playbook_digest=remediation.playbook_digest,
        plan=remediation.plan,
        plan_digest=remediation.plan_digest,
        state="approved",
        account_id=remediation.account_id,
        account=remediation.account,
        team=remediation.team,
        environment=remediation.environment,
        currency=remediation.currency,
        requested_by=actor.id,
        requested_at=now,
        approvals=[{"actor": actor.id, "name": actor.name, "at": now.isoformat(timespec="seconds")}],
        approved_at=now,
        expires_at=now + timedelta(hours=1),
        channel=remediation.channel,
        undo_of=remediation.id,
    )
    session.add(undo)
    session.flush()
    for position, step in enumerate(reversed(steps)):
        session.add(
            RemediationStep(
                remediation_id=undo.id,
                position=position,
                resource_id=step.resource_id,
                resource_name=step.resource_name,
                action=step.action,
                parameters={**step.parameters, "undo_of_step": step.id},
                state="planned",
                undo=step.undo,
            )
        )
    session.flush()
    audit.append(session, actor.id, "remediation.undo_requested", str(remediation_id), {"undo": undo.id})
    return undo


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
    return [step for step in steps if step.state in {"done", "verified"} and ACTIONS[step.action].reversible]


def set_stop_all(session: Session, actor: Actor, now: datetime, on: bool) -> Allowed | Denied:
    """The kill switch: checked before every step of every run."""
    decision = access.check(actor, Action.STOP_ALL)
    if isinstance(decision, Allowed):
        session.merge(Switch(name="stop_all", on=on, set_by=actor.id, set_at=now))
        audit.append(session, actor.id, "remediation.stop_all" if on else "remediation.resume_all", "all", {})
    return decision


def is_stopped(session: Session) -> bool:
    """Whether the kill switch is on."""
    return bool(session.scalar(sa.select(Switch.on).where(Switch.name == "stop_all")))


def sweep(session: Session, now: datetime, playbooks: Mapping[str, Playbook]) -> tuple[list[int], list[int]]:
    """Expire what is old; return what was approved and never started, and what has been running suspiciously long."""
    for remediation in session.scalars(
        sa.select(Remediation).where(Remediation.state == "proposed", Remediation.expires_at <= now).with_for_update(skip_locked=True)
    ):
        remediation.state, remediation.finished_at = "expired", now
        audit.append(session, "system", "remediation.expired", str(remediation.id), {})
        tell(session, remediation, playbooks.get(remediation.playbook))
    waiting = session.scalars(sa.select(Remediation.id).where(Remediation.state == "approved").order_by(Remediation.id)).all()
    hanging = session.scalars(
        sa.select(Remediation.id).where(Remediation.state == "running", Remediation.started_at <= now - HANGS_AFTER)
    ).all()
    return list(waiting), list(hanging)


def listed(database: Database, limit: int = 50) -> list[dict[str, Any]]:
    """The newest remediations, a line each."""
    with Session(database.app) as session:
        rows = session.scalars(sa.select(Remediation).order_by(Remediation.id.desc()).limit(limit)).all()
    names = ("id", "state", "playbook", "account", "team", "expected_monthly_savings", "requested_by")
    return [{name: float(value) if isinstance(value := getattr(row, name), Decimal) else value for name in names} for row in rows]


def shown(database: Database, remediation_id: int) -> dict[str, Any]:
    """One remediation in full. Raises `UserError` when there is none."""
    with Session(database.app) as session:
        remediation = session.get(Remediation, remediation_id)
        if remediation is None:
            raise UserError(f"There is no remediation {remediation_id}; `finops remediations list` shows what there is.")
        return {**summarise(session, remediation, read_playbooks().get(remediation.playbook)), "plan": remediation.plan}


def decide(database: Database, remediation_id: int, actor: Actor, decision: Literal["approve", "reject"], text: str | None) -> str | Denied:
    """Approve or reject from the command line or the API, in a transaction of its own; the sentence says what follows."""
    now, playbooks = datetime.now(UTC), read_playbooks()
    with Session(database.app) as session, session.begin():
        if decision == "reject":
            rejected = reject(session, remediation_id, actor, now, text or "no reason given", playbooks)
            return rejected if isinstance(rejected, Denied) else f"Remediation {remediation_id} is rejected."
        approved = approve(session, remediation_id, actor, now, playbooks, text)
    if isinstance(approved, Denied):
        return approved
    return f"Remediation {remediation_id} is approved." if approved.complete else f"Counted; {approved.missing} more approval needed."


# ------------------------------------------------------------------ what people are told


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
        "typed_confirmation": playbook.approval.typed_confirmation if playbook else False,
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


# ------------------------------------------------------------------ parts


def _locked(session: Session, remediation_id: int) -> Remediation | None:
    return session.scalar(sa.select(Remediation).where(Remediation.id == remediation_id).with_for_update())


def _rule(playbook: Playbook | None) -> approval.Rule | None:
    if playbook is None or not playbook.approval.roles:
        return None
    destroys = any(ACTIONS[step.action].destroys for step in playbook.steps)
    rule = playbook.approval
    return approval.Rule(rule.count, rule.roles, rule.not_requester, rule.typed_confirmation or destroys)


def _proposal(session: Session, remediation: Remediation, playbook: Playbook | None) -> approval.Proposal:
    decided = ", ".join(f"{item['name'] or item['actor']} approved it at {item['at'][11:16]} UTC" for item in remediation.approvals)
    if remediation.state != "proposed" and remediation.reason:
        decided = f"it is {remediation.state} ({remediation.reason})"
    return approval.Proposal(
        state=remediation.state,
        playbook=remediation.playbook,
        team=remediation.team,
        requested_by=remediation.requested_by,
        approved_by=tuple(item["actor"] for item in remediation.approvals),
        decided=decided,
        expires_at=remediation.expires_at,
        stored_digest=remediation.plan_digest,
        actual_digest=digest(remediation.plan),
        planned_playbook_digest=remediation.playbook_digest,
        current_playbook_digest=playbook.digest() if playbook else None,
        resources=len(from_json(remediation.plan).resources()),
    )


def _may_decide(
    session: Session, remediation: Remediation, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook]
) -> Denied | None:
    playbook = playbooks.get(remediation.playbook)
    proposal, rule = _proposal(session, remediation, playbook), _rule(playbook)
    if rule is None:
        return Denied("No rule says who may decide this, so nobody may.")
    if denied := approval.still_open(proposal, rule, actor, now, None):
        return denied
    if actor.id == remediation.requested_by:
        return None
    return approval.has_role(proposal, rule, actor, now, None)
