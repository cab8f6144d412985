"""The rules of approval, asked about a stored remediation."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Denied, Role, same_person
from db import audit
from db.tables import Remediation
from playbooks.approval import rules
from playbooks.proposals.plan import frozen
from playbooks.schema import Playbook


def rule_of(playbook: Playbook | None) -> rules.ApprovalRule | None:
    """What the playbook asks for; None where nobody may approve: no playbook, no roles, or one that only tells."""
    if playbook is None or not playbook.approval.roles or playbook.mode == "notify":
        return None
    rule = playbook.approval
    return rules.ApprovalRule(rule.count, rule.roles, rule.not_requester, playbook.typed_confirmation())


def rule_for_undo(playbook: Playbook | None) -> rules.ApprovalRule:
    """Undoing, and looking at what nobody knows, outlive the playbook: then an approver of the team is enough."""
    return rule_of(playbook) or rules.ApprovalRule(1, (Role.APPROVER,), not_requester=False, typed_confirmation=False)


def proposal_of(remediation: Remediation, playbook: Playbook | None) -> rules.Proposal:
    """The remediation as the rules see it; a plan that cannot be read has another digest."""
    plan = frozen(remediation.plan, remediation.plan_digest)
    decided = ", ".join(
        f"{item['name'] or item['actor']} approved it at {item['at'][11:16]} UTC" for item in remediation.approvals
    )
    if remediation.state != "proposed" and remediation.reason:
        decided = f"it is {remediation.state} ({remediation.reason})"
    return rules.Proposal(
        state=remediation.state,
        playbook=remediation.playbook,
        team=remediation.team,
        requested_by=remediation.requested_by,
        requested_at=remediation.requested_at,
        approved_by=tuple(item["actor"] for item in remediation.approvals),
        decided=decided,
        expires_at=remediation.expires_at,
        stored_digest=remediation.plan_digest,
        actual_digest=remediation.plan_digest if plan else "",
        planned_playbook_digest=remediation.playbook_digest,
        current_playbook_digest=playbook.digest() if playbook else None,
        resources=len(plan.resources()) if plan else 0,
        approvers=tuple(str(item["name"] or item["id"]) for item in remediation.approvers or ()),
    )


def still_good(remediation: Remediation, playbook: Playbook | None, actor: Actor, now: datetime) -> Denied | None:
    """A part of a plan is frozen anew, so the whole must be untouched, and not expired."""
    proposal, rule = proposal_of(remediation, playbook), rule_of(playbook)
    if rule is None:
        return Denied("No rule says who may decide this, so nobody may.")
    return rules.not_expired(proposal, rule, actor, now, None) or rules.unchanged(proposal, rule, actor, now, None)


def may_decide(
    remediation: Remediation, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook]
) -> Denied | None:
    """Why the actor may not reject, snooze or narrow it: whoever may approve may, and so may who asked for it."""
    playbook = playbooks.get(remediation.playbook)
    proposal, rule = proposal_of(remediation, playbook), rule_of(playbook)
    if rule is None:
        return Denied("No rule says who may decide this, so nobody may.")
    if denied := rules.still_open(proposal, rule, actor, now, None):
        return denied
    if same_person(actor, remediation.requested_by):
        return None
    return rules.may_do("Deciding", proposal, rule, actor)


def may_withdraw(
    remediation: Remediation, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook]
) -> Denied | None:
    """Why the actor may not take the approval back: it has begun, is over, or was never given."""
    playbook = playbooks.get(remediation.playbook)
    if remediation.state != "approved" or remediation.started_at is not None:
        return Denied(f"There is no approval to take back: it is {remediation.state}.")
    if (rule := rule_of(playbook)) is None:
        return Denied("No rule says who may decide this, so nobody may.")
    if same_person(actor, remediation.requested_by):
        return None
    return rules.may_do("Withdrawing", proposal_of(remediation, playbook), rule, actor)


def start_by(remediation: Remediation, playbook: Playbook | None) -> datetime:
    """Until when an approved remediation may start: an approval is good as long as a proposal was."""
    if remediation.undo_of is not None or remediation.approved_at is None or playbook is None:
        return remediation.expires_at
    return remediation.approved_at + timedelta(hours=playbook.approval.expires_hours)


def locked(session: Session, remediation_id: int) -> Remediation | None:
    """The row under its lock, as it is now: what the session has read of it before is read anew."""
    row = sa.select(Remediation).where(Remediation.id == remediation_id).with_for_update()
    return session.scalar(row, execution_options={"populate_existing": True})


def refused(session: Session, actor: Actor, remediation_id: int, denied: Denied) -> Denied:
    """A refusal, kept in the audit log."""
    audit.append(session, actor.id, "remediation.denied", str(remediation_id), {"reason": denied.reason})
    return denied
