"""The undo of a remediation: another remediation, of what its steps noted, approved from the start."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config.access import Actor, Denied
from db import audit
from db.tables import Remediation, RemediationStep
from playbooks.approval import rules
from playbooks.approval.kill_switch import STOPPED, is_stopped
from playbooks.approval.start import request_run
from playbooks.approval.stored import locked, proposal_of, refused, rule_for_undo
from playbooks.notifications import notify, undoable
from playbooks.schema import Playbook

_UNDO_GOOD_FOR = timedelta(hours=1)


def request_undo(
    session: Session, remediation_id: int, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook]
) -> Remediation | Denied:
    """A remediation that undoes another: approved by the person who could have approved the first, ready to run."""
    remediation = locked(session, remediation_id)
    if remediation is None:
        return Denied(f"There is no remediation {remediation_id}.")
    playbook = playbooks.get(remediation.playbook)
    proposal = proposal_of(remediation, playbook)
    rule = rule_for_undo(playbook)
    if denied := rules.may_do("Undoing", proposal, rule, actor) or rules.unchanged_plan(
        proposal, rule, actor, now, None
    ):
        return refused(session, actor, remediation_id, denied)
    if is_stopped(session):
        return refused(session, actor, remediation_id, Denied(STOPPED))
    steps = undoable(session, remediation)
    if not steps:
        return refused(
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
    request_run(session, undo.id, actor.id)
    notify(session, undo, playbook)
    return undo
