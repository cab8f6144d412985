"""The life of a remediation, in the database: proposed, approved, running, and how
it ended. Every change is one transaction with its audit entry and its message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config.access import Actor, Allowed, Denied
from config.sections.tickets import TicketRule
from db import audit
from db.tables import Remediation, RemediationStep, Ticket
from playbooks.approval import rules
from playbooks.approval.kill_switch import STOPPED, is_stopped
from playbooks.approval.start import request_run
from playbooks.approval.stored import locked, may_decide, may_withdraw, proposal_of, refused, rule_of, still_good
from playbooks.approval.witnesses import contradiction
from playbooks.notifications import notify
from playbooks.proposals.plan import Plan, digest, frozen
from playbooks.schema import Playbook

CLOCK_SKEW = rules.CLOCK_SKEW


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
    ticket: TicketRule | None = None,
) -> Remediation:
    """Store a frozen plan with its steps and leave its card in the channel;
    `approvers` (id, name) are asked there. With a `ticket` nothing is ever run: one is opened for it. Commits nothing.
    """
    content = plan.to_json()
    remediation = Remediation(
        playbook=plan.playbook,
        playbook_digest=plan.playbook_digest,
        plan=content,
        plan_digest=digest(content),
        state="proposed" if ticket is None else "ticket",
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
    if ticket is not None:
        rule = ticket.model_dump(mode="json")
        session.add(Ticket(remediation_id=remediation.id, rule=rule, state="wanted", wanted_at=now))
    notify(session, remediation, playbook)
    return remediation


def approve(
    session: Session,
    remediation_id: int,
    actor: Actor,
    now: datetime,
    playbooks: Mapping[str, Playbook],
    confirmation: str | None = None,
) -> Approved | Denied:
    """Count an approval under the row's lock, and ask for the run when it is
    complete; refusals are audited too. The caller commits.
    """
    remediation = locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    playbook = playbooks.get(remediation.playbook)
    decision = rules.check(proposal_of(remediation, playbook), rule_of(playbook), actor, now, confirmation)
    if isinstance(decision, Allowed) and is_stopped(session):
        decision = Denied(STOPPED)
    if isinstance(decision, Allowed) and (otherwise := contradiction(session, remediation)):
        decision = Denied(f"It cannot be approved: {otherwise}. An admin has to look at it.")
    if isinstance(decision, Denied):
        return refused(session, actor, remediation_id, decision)
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
    if missing <= 0:
        request_run(session, remediation_id, actor.id)
    notify(session, remediation, playbook)
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
    remediation = locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    if denied := may_decide(remediation, actor, now, playbooks):
        return refused(session, actor, remediation_id, denied)
    return _close(session, remediation, actor, now, "rejected", {"reason": reason[:500]}, playbooks)


def withdraw(
    session: Session, remediation_id: int, actor: Actor, now: datetime, reason: str, playbooks: Mapping[str, Playbook]
) -> Allowed | Denied:
    """Take an approval back before its run has begun; whoever may approve it may, and so may who asked for it."""
    remediation = locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    if denied := may_withdraw(remediation, actor, now, playbooks):
        return refused(session, actor, remediation_id, denied)
    return _close(session, remediation, actor, now, "withdrawn", {"reason": reason[:500]}, playbooks)


def snooze(
    session: Session,
    remediation_id: int,
    actor: Actor,
    now: datetime,
    days: int,
    reason: str,
    playbooks: Mapping[str, Playbook],
) -> datetime | Denied:
    """Close a proposal and keep its resources out of new ones for some days; returns until when."""
    remediation = locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    if denied := may_decide(remediation, actor, now, playbooks):
        return refused(session, actor, remediation_id, denied)
    remediation.snoozed_until = until = now + timedelta(days=days)
    details = {"until": until.isoformat(), "reason": reason[:500]}
    _close(session, remediation, actor, now, "snoozed", details, playbooks, f", until {until.day} {until:%b}")
    return until


def _close(
    session: Session,
    remediation: Remediation,
    actor: Actor,
    now: datetime,
    how: str,
    details: Mapping[str, str],
    playbooks: Mapping[str, Playbook],
    beside: str = "",
) -> Allowed:
    remediation.state, remediation.finished_at = "rejected", now
    remediation.reason = f"{actor.name or actor.id}{beside}: {details['reason']}"
    audit.append(session, actor.id, f"remediation.{how}", str(remediation.id), dict(details))
    notify(session, remediation, playbooks.get(remediation.playbook))
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
    remediation = locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    playbook = playbooks.get(remediation.playbook)
    denied = may_decide(remediation, actor, now, playbooks) or still_good(remediation, playbook, actor, now)
    if denied:
        return refused(session, actor, remediation_id, denied)
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
    notify(session, remediation, playbook)
    return smaller
