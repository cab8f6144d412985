"""The life of a remediation, in the database: proposed, approved, running, and how
it ended. Every change is one transaction with its audit entry and its message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import access
from config.access import Action, Actor, Allowed, Denied
from db import audit
from db.tables import Remediation, RemediationStep, Switch
from playbooks.approval import rules
from playbooks.approval.stored import may_decide, proposal_of, rule_for_undo, rule_of, still_good
from playbooks.notifications import tell, undoable
from playbooks.plan import Plan, digest, frozen
from playbooks.schema import Playbook

CLOCK_SKEW = rules.CLOCK_SKEW
_UNDO_GOOD_FOR = timedelta(hours=1)
_STOPPED = "All remediation is stopped (/finops stop-all); nothing is started until it is switched on again."


@dataclass(frozen=True)
class Approved:
    """The click counted; `complete` when no further approval is needed."""

    remediation_id: int
    complete: bool
    missing: int


def propose(
    session: Session,
    plan: Plan,
    playbook: Playbook,
    requester: str,
    now: datetime,
    *,
    channel: str | None,
    insight_id: int | None = None,
    expires_at: datetime | None = None,
    requester_name: str | None = None,
    approvers: Sequence[Mapping[str, str]] = (),
) -> Remediation:
    """Store a frozen plan with its steps and leave its card in the channel;
    `approvers` (id, name) are asked there. The caller commits.
    """
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
        requester_name=requester_name,
        requested_at=now,
        approvers=[dict(one) for one in approvers],
        approvals=[],
        expires_at=expires_at or now + timedelta(hours=playbook.approval.expires_hours),
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
        session,
        requester,
        "remediation.proposed",
        str(remediation.id),
        {"plan_digest": remediation.plan_digest, "playbook": plan.playbook},
    )
    tell(session, remediation, playbook)
    return remediation


def approve(
    session: Session,
    remediation_id: int,
    actor: Actor,
    now: datetime,
    playbooks: Mapping[str, Playbook],
    confirmation: str | None = None,
) -> Approved | Denied:
    """Count an approval under the row's lock; refusals are audited too. The
    caller commits, then starts the flow when complete.
    """
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    playbook = playbooks.get(remediation.playbook)
    decision = rules.check(proposal_of(remediation, playbook), rule_of(playbook), actor, now, confirmation)
    if isinstance(decision, Allowed) and is_stopped(session):
        decision = Denied(_STOPPED)
    if isinstance(decision, Denied):
        return _refused(session, actor, remediation_id, decision)
    assert playbook is not None  # the rules deny without one
    remediation.approvals = [
        *remediation.approvals,
        {"actor": actor.id, "name": actor.name, "at": now.isoformat(timespec="seconds")},
    ]
    missing = playbook.approval.count - len(remediation.approvals)
    if missing <= 0:
        remediation.state, remediation.approved_at = "approved", now
    audit.append(
        session,
        actor.id,
        "remediation.approved",
        str(remediation_id),
        {"plan_digest": remediation.plan_digest, "missing": max(0, missing)},
    )
    tell(session, remediation, playbook)
    return Approved(remediation_id, missing <= 0, max(0, missing))


def may_approve(
    session: Session, remediation_id: int, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook]
) -> bool:
    """Whether a click of the actor would count now, but for what has to be typed; decides nothing."""
    remediation = session.get(Remediation, remediation_id)
    if remediation is None:
        return False
    playbook = playbooks.get(remediation.playbook)
    proposal = proposal_of(remediation, playbook)
    return isinstance(rules.check(proposal, rule_of(playbook), actor, now, str(proposal.resources)), Allowed)


def reject(
    session: Session, remediation_id: int, actor: Actor, now: datetime, reason: str, playbooks: Mapping[str, Playbook]
) -> Allowed | Denied:
    """Close a proposal; whoever may approve it may reject it, and so may who asked for it."""
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    if denied := may_decide(remediation, actor, now, playbooks):
        return _refused(session, actor, remediation_id, denied)
    remediation.state, remediation.reason, remediation.finished_at = (
        "rejected",
        f"{actor.name or actor.id}: {reason[:500]}",
        now,
    )
    audit.append(session, actor.id, "remediation.rejected", str(remediation_id), {"reason": reason[:500]})
    tell(session, remediation, playbooks.get(remediation.playbook))
    return Allowed()


def snooze(
    session: Session,
    remediation_id: int,
    actor: Actor,
    now: datetime,
    until: datetime,
    reason: str,
    playbooks: Mapping[str, Playbook],
) -> Allowed | Denied:
    """Close a proposal and keep its resources out of new ones until then."""
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    if denied := may_decide(remediation, actor, now, playbooks):
        return _refused(session, actor, remediation_id, denied)
    remediation.state, remediation.snoozed_until, remediation.finished_at = "rejected", until, now
    remediation.reason = f"{actor.name or actor.id}: snoozed until {until:%d %b}: {reason[:500]}"
    audit.append(
        session,
        actor.id,
        "remediation.snoozed",
        str(remediation_id),
        {"until": until.isoformat(), "reason": reason[:500]},
    )
    tell(session, remediation, playbooks.get(remediation.playbook))
    return Allowed()


def choose(
    session: Session,
    remediation_id: int,
    actor: Actor,
    now: datetime,
    resource_ids: Sequence[str],
    playbooks: Mapping[str, Playbook],
) -> Remediation | Denied:
    """Replace a proposal by one for some of its resources: a new frozen plan,
    with the same requester, to be approved on its own.
    """
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    playbook = playbooks.get(remediation.playbook)
    denied = may_decide(remediation, actor, now, playbooks) or still_good(remediation, playbook, actor, now)
    if denied:
        return _refused(session, actor, remediation_id, denied)
    plan = frozen(remediation.plan, remediation.plan_digest)
    assert playbook is not None  # `still_good` refuses without one
    assert plan is not None  # and without the plan that was frozen
    chosen = [resource_id for resource_id in plan.resources() if resource_id in resource_ids]
    if not chosen or len(chosen) == len(plan.resources()):
        return Denied("Choose some of the resources, not all and not none.")
    smaller = propose(
        session,
        plan.only(chosen),
        playbook,
        remediation.requested_by,
        now,
        channel=remediation.channel,
        insight_id=remediation.insight_id,
        expires_at=remediation.expires_at,  # the plan is as old as it was
        requester_name=remediation.requester_name,
        approvers=remediation.approvers,
    )
    remediation.state, remediation.reason, remediation.finished_at = (
        "void",
        f"replaced by remediation {smaller.id} for {len(chosen)} of {len(plan.resources())}",
        now,
    )
    audit.append(
        session, actor.id, "remediation.narrowed", str(remediation_id), {"to": smaller.id, "resources": chosen}
    )
    tell(session, remediation, playbook)
    return smaller


def request_undo(
    session: Session, remediation_id: int, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook]
) -> Remediation | Denied:
    """A remediation that undoes another: approved by the person who could have approved the first, ready to run."""
    remediation = _locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    playbook = playbooks.get(remediation.playbook)
    proposal = proposal_of(remediation, playbook)
    rule = rule_for_undo(playbook)
    if denied := rules.has_role(proposal, rule, actor, now, None) or rules.unchanged_plan(
        proposal, rule, actor, now, None
    ):
        return _refused(session, actor, remediation_id, denied)
    if is_stopped(session):
        return _refused(session, actor, remediation_id, Denied(_STOPPED))
    steps = undoable(session, remediation)
    if not steps:
        return _refused(
            session, actor, remediation_id, Denied("There is nothing left to undo, or it is being undone already.")
        )
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
        requester_name=actor.name,
        requested_at=now,
        approvers=remediation.approvers,
        approvals=[{"actor": actor.id, "name": actor.name, "at": now.isoformat(timespec="seconds")}],
        approved_at=now,
        expires_at=now + _UNDO_GOOD_FOR,
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
    tell(session, undo, playbook)
    return undo


def start_by(remediation: Remediation, playbook: Playbook | None) -> datetime:
    """Until when an approved remediation may start: an approval is good as long as a proposal was."""
    if remediation.undo_of is not None or remediation.approved_at is None or playbook is None:
        return remediation.expires_at
    return remediation.approved_at + timedelta(hours=playbook.approval.expires_hours)


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


# ------------------------------------------------------------------ parts


def _locked(session: Session, remediation_id: int) -> Remediation | None:
    return session.scalar(sa.select(Remediation).where(Remediation.id == remediation_id).with_for_update())


def _refused(session: Session, actor: Actor, remediation_id: int, denied: Denied) -> Denied:
    """A refusal, kept in the audit log."""
    audit.append(session, actor.id, "remediation.denied", str(remediation_id), {"reason": denied.reason})
    return denied
