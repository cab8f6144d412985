"""Recurring playbooks: a proposal when one is due, within its scope and caps, once for each date."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.wording.formatting import money
from aws.clients import Cloud
from config.access import SYSTEM
from config.organisation import Organisation
from db import audit, locks
from db.locks import Lock
from db.outgoing import outbox
from db.outgoing.message_keys import recurring_key
from db.outgoing.remediation_messages import RecurringCard
from db.tables import RecurringRun, RemediationStep, StandingApproval
from playbooks.approval import kill_switch
from playbooks.proposals.plan import Plan, Target
from playbooks.proposals.planning import NothingToDo, candidates, make_plans
from playbooks.proposals.proposing import propose_plans
from playbooks.recurring import switch
from playbooks.recurring.overview import done, overview
from playbooks.recurring.standing import in_force
from playbooks.recurring.timetable import SAYS, latest_due, within
from playbooks.run.caps import left_this_month
from playbooks.schema import Playbook

_LATE = timedelta(days=1)  # a date that was missed for longer waits for the next one


def propose_due(
    session: Session,
    playbooks: Mapping[str, Playbook],
    cloud: Callable[[], Cloud],
    organisation: Organisation,
    now: datetime,
) -> list[int]:
    """Leave the proposals of what is due; commits after each playbook. None while remediation is stopped: a date is
    made up for within a day. What a playbook raises ends its date, keeps no other from its own, and is raised at last.
    """
    left: list[int] = []
    failures: list[Exception] = []
    for playbook in playbooks.values():
        if playbook.recurring is None:
            continue
        due = latest_due(playbook.recurring, now)
        stopped = kill_switch.is_stopped(session) or not organisation.remediation.enabled
        try:
            if not stopped and now - due < _LATE and _is_ours(session, playbook, due, now):
                left += _run(session, playbook, cloud, organisation, due, now)
            session.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other playbooks are still due; raised below
            session.rollback()
            if _is_ours(session, playbook, due, now):
                _ended(session, playbook, due, f"failed: {type(error).__name__}", [])
            session.commit()
            failures.append(error)
    if failures:
        raise failures[0]
    return left


def in_scope(playbook: Playbook, targets: Sequence[Target]) -> list[Target]:
    """The targets that a recurring run looks at; what is not known of a target is in no list."""
    assert playbook.recurring is not None  # its caller asks for what recurs only
    scope = playbook.recurring.scope
    return [
        target
        for target in targets
        if within(scope, target.team, (target.account, target.account_id), target.environment)
    ]


def _is_ours(session: Session, playbook: Playbook, due: datetime, now: datetime) -> bool:
    """Whether this date is still to be done: none of its period was. It is taken in the transaction of its proposals,
    by one process.
    """
    assert playbook.recurring is not None  # `propose_due` passes over the others
    locks.take(session, Lock.RECURRING, playbook.name)
    if done(session, playbook.name, playbook.recurring, due):
        return False
    session.add(
        RecurringRun(
            playbook=playbook.name,
            due_at=due,
            playbook_digest=playbook.digest(),
            made_at=now,
            outcome="",
            remediations=[],
        )
    )
    session.flush()
    return True


def _run(
    session: Session,
    playbook: Playbook,
    cloud: Callable[[], Cloud],
    organisation: Organisation,
    due: datetime,
    now: datetime,
) -> list[int]:
    assert playbook.recurring is not None  # `propose_due` passes over the others
    targets, numbers = in_scope(playbook, candidates(session, playbook, now)), []
    most = min(playbook.recurring.maximum_resources_a_run, left_this_month(session, playbook, now))
    switched = switch.state(session, playbook)
    if not switched.on and switched.by is not None:
        outcome = f"nothing proposed: {switched.name} switched it off"
    elif not switched.on:
        outcome = _tell(session, playbook, organisation, targets, most, due, now)
    else:
        plans = make_plans(playbook, targets, cloud(), organisation.remediation, now)
        if isinstance(plans, NothingToDo):
            outcome = plans.reason
        else:
            capped = _capped(plans, most, f"the recurring run may propose {most} now")
            numbers = _propose(session, playbook, capped, organisation, now)
            outcome = _proposed(session, plans, numbers)
    _ended(session, playbook, due, outcome, numbers)
    return numbers


def _ended(session: Session, playbook: Playbook, due: datetime, outcome: str, numbers: list[int]) -> None:
    """What became of a date, for people and in the audit log."""
    run = session.get_one(RecurringRun, (playbook.name, due))
    run.outcome, run.remediations = outcome, numbers
    details = {"due": due, "digest": playbook.digest(), "remediations": numbers, "outcome": outcome}
    audit.append(session, SYSTEM.id, "playbook.recurred", playbook.name, details)


def _capped(plans: Sequence[Plan], most: int, reason: str) -> list[Plan]:
    """The plans with no more than so many resources in all, those of the largest savings in each; what is left for a
    later run is named. A plan of which nothing is left is none.
    """
    capped: list[Plan] = []
    for plan in plans:
        mine = plan.resources()[:most]
        most -= len(mine)
        if mine:
            capped.append(plan if len(mine) == len(plan.resources()) else plan.only(mine, reason))
    return capped


def _proposed(session: Session, plans: Sequence[Plan], numbers: Sequence[int]) -> str:
    """How many resources the proposals hold, of those in the plans."""
    of_them = sa.select(sa.func.count(sa.distinct(RemediationStep.resource_id)))
    proposed = session.scalar(of_them.where(RemediationStep.remediation_id.in_(numbers))) or 0
    whole = sum(len(plan.resources()) for plan in plans)
    rest = f", {whole - proposed} left for later by the caps or another proposal" if proposed < whole else ""
    return f"{proposed} proposed{rest}"


def _propose(
    session: Session, playbook: Playbook, plans: Sequence[Plan], organisation: Organisation, now: datetime
) -> list[int]:
    """In the playbook's own name; what an approver has said yes to for the next runs starts by itself."""
    assert playbook.recurring is not None  # only what recurs has runs
    who = f"the playbook itself, {SAYS[playbook.recurring.every]}"

    def standing(team: str | None) -> Sequence[StandingApproval]:
        return in_force(session, playbook, organisation, team, now)

    return propose_plans(session, playbook, plans, organisation, SYSTEM.id, now, requester_name=who, standing=standing)


def _tell(
    session: Session,
    playbook: Playbook,
    organisation: Organisation,
    targets: Sequence[Target],
    most: int,
    due: datetime,
    now: datetime,
) -> str:
    """Post the card of a playbook that is not switched on to the admins, with what would be proposed now."""
    would = [target for target in targets if not target.protected][:most]
    if would:
        worth: dict[str, float] = {}
        for target in would:
            worth[target.currency] = worth.get(target.currency, 0.0) + (target.monthly_savings or 0.0)
        saves = " and ".join(money(amount, currency) for currency, amount in sorted(worth.items()))
        sentence = f"{len(would)} would be proposed now, worth {saves} a month."
        card = RecurringCard(type="recurring", **overview(session, playbook, organisation, now), told=sentence)
        for channel in organisation.admin_channels():
            outbox.enqueue(session, channel, card, recurring_key(playbook.name, due, channel))
    why = "mode notify only tells" if playbook.mode == "notify" else "it is not switched on"
    return f"{len(would)} would be proposed; {why}"
