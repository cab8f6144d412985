"""Some of a proposal's resources, chosen and approved in one go: what Slack's checkboxes and the page's do."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from config.access import Actor, Denied
from db.tables import Remediation
from playbooks.approval.lifecycle import Approved, approve, choose
from playbooks.approval.stored import locked
from playbooks.proposals.plan import shown_steps
from playbooks.schema import Playbook


def choose_and_approve(
    session: Session,
    remediation_id: int,
    actor: Actor,
    now: datetime,
    chosen: Sequence[str],
    playbooks: Mapping[str, Playbook],
    *,
    approves: bool,
) -> Remediation | Approved | Denied:
    """Replace the proposal by one for the chosen resources, and approve that too where `approves`; refused, it stays
    a proposal for somebody else. All of them, approved, are the proposal itself. The caller commits.
    """
    whole = locked(session, remediation_id)
    planned = shown_steps(whole.plan, whole.plan_digest) if whole is not None else []
    if approves and planned and {step["resource_id"] for step in planned} <= set(chosen):
        return approve(session, remediation_id, actor, now, playbooks)
    made = choose(session, remediation_id, actor, now, chosen, playbooks)
    if approves and not isinstance(made, Denied):
        approve(session, made.id, actor, now, playbooks)
    return made
