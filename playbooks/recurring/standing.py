"""Standing approvals: an approver's yes to the next runs of one recurring playbook, until a date.

Each is bound to the playbook's digest, and with it to scope and caps, and to the audit entry that was made with it. Who
gave it is held against finops.yaml again at every run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import access
from config.access import Actor, Allowed, Denied, Permission, same_person
from config.organisation import Organisation
from db import audit
from db.tables import StandingApproval
from playbooks.approval.kill_switch import STOPPED, is_stopped
from playbooks.approval.rules import ApprovalRule, lacks_role
from playbooks.approval.stored import rule_of
from playbooks.approval.witnesses import STANDING_GIVEN, STANDING_WITHDRAWN, standing_contradiction
from playbooks.recurring.switch import state
from playbooks.schema import Playbook

MOST_DAYS = 90


@dataclass(frozen=True)
class ApprovalRequest:
    """An approver's request: the last day (included), the typed confirmation, and the digest that they were shown."""

    until: date
    confirmation: str | None = None
    shown_digest: str | None = None


def give(
    session: Session,
    playbook: Playbook,
    actor: Actor,
    organisation: Organisation,
    request: ApprovalRequest,
    now: datetime,
) -> StandingApproval | Denied:
    """Approve the next runs; an earlier one of the same person is replaced; a refusal is audited. Commits nothing."""
    objection = _objection(session, playbook, actor, organisation, request, now)
    approver = organisation.actor(_id_in_file(actor, organisation))
    if objection is not None:
        audit.append(session, actor.id, "playbook.denied", playbook.name, {"reason": objection})
        return Denied(objection)
    for earlier in _not_withdrawn(session, playbook.name):
        if same_person(actor, earlier.approver):
            _end(session, earlier, actor, now)
    row = StandingApproval(
        playbook=playbook.name,
        playbook_digest=playbook.digest(),
        approver=approver.id,
        approver_name=approver.name or approver.id,
        given_at=now,
        expires_at=_end_of(playbook, request.until),
    )
    session.add(row)
    session.flush()
    assert playbook.recurring is not None  # `_objection` refuses what does not recur
    details = {
        "standing": row.id,
        "digest": row.playbook_digest,
        "expires_at": row.expires_at.isoformat(),
        "scope": playbook.recurring.scope.model_dump(),
        "a_run": playbook.recurring.maximum_resources_a_run,
        "a_month": playbook.recurring.maximum_resources_a_month,
    }
    audit.append(session, approver.id, STANDING_GIVEN, playbook.name, details)
    return row


def withdraw(session: Session, playbook: Playbook, actor: Actor, now: datetime) -> int | Denied:
    """End every standing approval of a playbook: whoever gave one, may approve its runs, or may stop all. Returns how
    many ended. What it approved and has not started is void. The caller commits.
    """
    rows = _not_withdrawn(session, playbook.name)
    rule = rule_of(playbook)
    may = (
        any(same_person(actor, row.approver) for row in rows)
        or isinstance(access.check(actor, Permission.STOP_ALL), Allowed)
        or (rule is not None and _lacks(rule, actor, playbook) is None)
    )
    if not may:
        denied = Denied("Whoever gave it, an approver of its runs or an operator can withdraw a standing approval.")
        audit.append(session, actor.id, "playbook.denied", playbook.name, {"reason": denied.reason})
        return denied
    for row in rows:
        _end(session, row, actor, now)
    return len(rows)


def in_force(
    session: Session, playbook: Playbook, organisation: Organisation, team: str | None, now: datetime
) -> list[StandingApproval]:
    """Those that count for a run over a team's resources now, one a person, the oldest first."""
    rule = rule_of(playbook)
    if rule is None:
        return []
    return [
        row
        for row in _not_withdrawn(session, playbook.name)
        if void(session, playbook, organisation, row, now) is None
        and lacks_role(rule, organisation.actor(row.approver), team, playbook.name) is None
    ]


def unexpired(session: Session, playbook: str, now: datetime) -> list[StandingApproval]:
    """Those of a playbook that nobody withdrew and whose date is not over, void or not."""
    return [row for row in _not_withdrawn(session, playbook) if row.expires_at > now]


def void(
    session: Session, playbook: Playbook, organisation: Organisation, row: StandingApproval, now: datetime
) -> str | None:
    """Why a standing approval no longer counts, as the end of a sentence; None where it does."""
    rule, actor = rule_of(playbook), organisation.actor(row.approver)
    if row.withdrawn_at is not None:
        return "it was withdrawn"
    if row.expires_at <= now:
        return "its date is over"
    if row.playbook_digest != playbook.digest():
        return "the playbook's file, scope or caps were changed since"
    if rule is None or (_lacks(rule, actor, playbook) is not None):
        return "finops.yaml no longer names who gave it as an approver"
    if _switched_it_on(session, playbook, actor, rule):
        return "who gave it switched the playbook on, so somebody else has to approve"
    return standing_contradiction(session, row.id, row.playbook, row.approver, row.playbook_digest, row.expires_at)


def _objection(
    session: Session,
    playbook: Playbook,
    actor: Actor,
    organisation: Organisation,
    request: ApprovalRequest,
    now: datetime,
) -> str | None:
    recurring, rule = playbook.recurring, rule_of(playbook)
    if recurring is None or rule is None:
        return f"{playbook.name} does not recur in mode approve, so there are no next runs to approve."
    if request.shown_digest not in (None, playbook.digest()):
        return "The playbook was edited since this was shown; look at it again."
    if lacking := _lacks(rule, actor, playbook):
        return lacking
    if _lacks(rule, organisation.actor(_id_in_file(actor, organisation)), playbook) is not None:
        return (
            "A standing approval is held against finops.yaml at every run, and the file does not name you as an "
            "approver of it; an admin can, or each run is approved on its own."
        )
    if _switched_it_on(session, playbook, actor, rule):
        return "You switched this playbook on, so somebody else has to approve its runs."
    today = now.astimezone(ZoneInfo(recurring.timezone)).date()
    if not today <= request.until <= today + timedelta(days=MOST_DAYS):
        return f"A standing approval ends within {MOST_DAYS} days: on a day from {today} to {_last(today)}."
    if rule.typed_confirmation and (request.confirmation or "").strip() != str(recurring.maximum_resources_a_run):
        return (
            f"This deletes things: type how many resources a run may touch ({recurring.maximum_resources_a_run}) to "
            "confirm."
        )
    return STOPPED if is_stopped(session) else None


def _last(today: date) -> date:
    return today + timedelta(days=MOST_DAYS)


def _lacks(rule: ApprovalRule, actor: Actor, playbook: Playbook) -> str | None:
    """Why somebody is no approver of everything that its runs may touch."""
    for team in teams(playbook) or (None,):
        if lacking := lacks_role(rule, actor, team, playbook.name):
            return lacking if team else f"Its runs look at every team's resources. {lacking}"
    return None


def teams(playbook: Playbook) -> Sequence[str]:
    """The teams whose resources its runs may touch; none: every team's."""
    scoped = playbook.recurring.scope.teams if playbook.recurring else ()
    return scoped or playbook.trigger.filters.get("team", ())


def _id_in_file(actor: Actor, organisation: Organisation) -> str:
    """The id under which finops.yaml knows somebody, who may have come under another; theirs where it does not."""
    people = (organisation.person(name) for name in (actor.id, *sorted(actor.known_as)))
    return next((person.id for person in people if person is not None), actor.id)


def _switched_it_on(session: Session, playbook: Playbook, actor: Actor, rule: ApprovalRule) -> bool:
    """Whether the same person, or for all that is known the same, asked for the runs by switching them on."""
    switched = state(session, playbook)
    return (
        rule.not_requester and switched.on and switched.by is not None and same_person(actor, switched.by) is not False
    )


def _end_of(playbook: Playbook, until: date) -> datetime:
    assert playbook.recurring is not None  # `_objection` refuses what does not recur
    return datetime.combine(until + timedelta(days=1), time(0), ZoneInfo(playbook.recurring.timezone))


def _not_withdrawn(session: Session, playbook: str) -> Sequence[StandingApproval]:
    of_it = StandingApproval.playbook == playbook, StandingApproval.withdrawn_at.is_(None)
    return session.scalars(sa.select(StandingApproval).where(*of_it).order_by(StandingApproval.id)).all()


def _end(session: Session, row: StandingApproval, actor: Actor, now: datetime) -> None:
    row.withdrawn_at, row.withdrawn_by = now, actor.id
    details = {"standing": row.id, "approver": row.approver}
    audit.append(session, actor.id, STANDING_WITHDRAWN, row.playbook, details)
