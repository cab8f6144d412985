"""What binds a plan, held against the entries of the audit log that were made when it was bound.

The row of a remediation may be written by the application's role; the log's entries may not.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from db.tables import AuditEntry, Remediation
from playbooks.proposals.plan import Plan, frozen

_PROPOSED, _APPROVED, _AUTO, _UNDO = (
    "remediation.proposed",
    "remediation.approved",
    "remediation.auto_approved",
    "remediation.undo_requested",
)
BY_STANDING = "remediation.standing_approved"
STANDING_GIVEN, STANDING_WITHDRAWN = "playbook.standing_approved", "playbook.standing_withdrawn"


def contradiction(session: Session, remediation: Remediation) -> str | None:
    """What the audit log says otherwise than the row about digest, playbook, requester, approvers or what it undoes, as
    the end of a sentence; None where they agree. What is missing in the log, or broken there, is otherwise too.
    """
    if remediation.undo_of is not None:
        return _of_undo(session, remediation, remediation.undo_of)
    return _of_proposal(session, remediation) or _of_approvals(session, remediation)


def _of_proposal(session: Session, remediation: Remediation) -> str | None:
    entries = _entries(session, remediation.id, (_PROPOSED,))
    if not entries:
        return "the audit log knows no proposal of it"
    proposed = entries[0]
    if not audit.holds(session, proposed):
        return f"entry {proposed.id} of the audit log, its proposal, was changed"
    if proposed.details.get("plan_digest") != remediation.plan_digest:
        return "the audit log knows another plan under its number"
    if proposed.details.get("playbook") != remediation.playbook:
        return "the audit log knows it as a plan of another playbook"
    if proposed.actor != remediation.requested_by[: audit.ACTOR_CAP]:
        return "the audit log says that somebody else asked for it"
    plan = frozen(remediation.plan, remediation.plan_digest)
    return (
        "its row says another team, account or playbook than its plan" if plan and _moved(remediation, plan) else None
    )


def _moved(remediation: Remediation, plan: Plan) -> bool:
    stored = (remediation.team, remediation.account_id, remediation.playbook)
    return stored != (plan.team, plan.account_id, plan.playbook)


def _of_approvals(session: Session, remediation: Remediation) -> str | None:
    entries = _entries(session, remediation.id, (_APPROVED, _AUTO, BY_STANDING))
    if any(not audit.holds(session, entry) for entry in entries):
        return "an entry of the audit log, an approval of it, was changed"
    of_this_plan = [entry for entry in entries if entry.details.get("plan_digest") == remediation.plan_digest]
    approved = {entry.actor for entry in of_this_plan if entry.action == _APPROVED}
    by_itself = any(entry.action == _AUTO and entry.actor == "system" for entry in entries)
    standing = {
        str(entry.details.get("approver")): entry.details.get("standing")
        for entry in of_this_plan
        if entry.action == BY_STANDING and entry.actor == "system"
    }
    approved |= {approver[: audit.ACTOR_CAP] for approver in standing}
    stored = {str(item["actor"])[: audit.ACTOR_CAP] for item in remediation.approvals}
    if stored != approved and not (by_itself and stored == {"auto"}):
        return "the audit log knows other approvals than are stored with it"
    name, playbook_digest = remediation.playbook, remediation.playbook_digest
    numbers = standing.items()
    return next(
        (no for who, one in numbers if (no := standing_contradiction(session, one, name, who, playbook_digest))), None
    )


def standing_contradiction(
    session: Session, number: object, playbook: str, approver: str, playbook_digest: str, until: datetime | None = None
) -> str | None:
    """What the audit log says otherwise about a standing approval: that nobody gave it, gave it for
    another digest of the playbook or another day, or withdrew it.
    """
    given = [one for one in _of_subject(session, playbook, (STANDING_GIVEN,)) if one.details.get("standing") == number]
    if len(given) != 1 or given[0].actor != approver[: audit.ACTOR_CAP] or not audit.holds(session, given[0]):
        return "the audit log knows of nobody who gave its standing approval"
    if given[0].details.get("digest") != playbook_digest:
        return "the audit log knows its standing approval for another playbook"
    if until is not None and datetime.fromisoformat(str(given[0].details.get("expires_at"))) != until:
        return "the audit log knows another end of its standing approval"
    ended = [one.details.get("standing") for one in _of_subject(session, playbook, (STANDING_WITHDRAWN,))]
    return "its standing approval was withdrawn" if number in ended else None


def _of_undo(session: Session, remediation: Remediation, undone: int) -> str | None:
    asked = [entry for entry in _entries(session, undone, (_UNDO,)) if entry.details.get("undo") == remediation.id]
    if len(asked) != 1 or not audit.holds(session, asked[0]):
        return f"the audit log knows of nobody who asked for this undo of remediation {undone}"
    who = {remediation.requested_by, *(str(item["actor"]) for item in remediation.approvals)}
    if {one[: audit.ACTOR_CAP] for one in who} != {asked[0].actor}:
        return "the audit log says that somebody else asked for this undo"
    proposed = _entries(session, undone, (_PROPOSED,))[:1]  # an old one may have been removed by retention
    if any(
        not audit.holds(session, entry) or entry.details.get("plan_digest") != remediation.plan_digest
        for entry in proposed
    ):
        return f"the audit log knows another plan as remediation {undone}"
    return None


def _entries(session: Session, number: int, actions: Sequence[str]) -> list[AuditEntry]:
    """Of a remediation, the oldest first: what somebody adds later does not take the place of what was noted then."""
    return _of_subject(session, str(number), actions)


def _of_subject(session: Session, subject: str, actions: Sequence[str]) -> list[AuditEntry]:
    of_it = AuditEntry.action.in_(actions), AuditEntry.subject == subject
    return list(session.scalars(sa.select(AuditEntry).where(*of_it).order_by(AuditEntry.id)))
