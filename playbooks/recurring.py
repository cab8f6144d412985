"""Recurring playbooks: a proposal when one is due, within its scope and caps, once for each date."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analysis.formatting import money
from aws.clients import Cloud
from config.access import SYSTEM
from config.organisation import Organisation
from db import audit
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import RecurringRun
from playbooks.approval import kill_switch
from playbooks.history import sentence, would_have_saved
from playbooks.plan import Plan, Target
from playbooks.planning import NothingToDo, candidates, make_plans
from playbooks.proposing import propose_plans
from playbooks.run.caps import left_this_month
from playbooks.schema import Playbook
from playbooks.timetable import SAYS, latest_due, next_due, within

_LATE = timedelta(days=1)  # a date that was missed for longer waits for the next one


@dataclass(frozen=True)
class Timetable:
    """A recurring playbook as people see it: `last` is what became of its newest run."""

    playbook: str
    mode: str
    every: str
    next_due: datetime
    a_run: int
    a_month: int
    left_this_month: int
    last: str | None


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


def timetables(session: Session, playbooks: Mapping[str, Playbook], now: datetime) -> list[Timetable]:
    """The recurring playbooks, the next one first."""
    rows = []
    for playbook in playbooks.values():
        if (recurring := playbook.recurring) is None:
            continue
        newest = sa.select(RecurringRun).where(RecurringRun.playbook == playbook.name)
        last = session.scalar(newest.order_by(RecurringRun.due_at.desc()).limit(1))
        rows.append(
            Timetable(
                playbook.name,
                playbook.mode,
                SAYS[recurring.every],
                next_due(recurring, now),
                recurring.maximum_resources_a_run,
                recurring.maximum_resources_a_month,
                left_this_month(session, playbook, now),
                f"{last.due_at:%Y-%m-%d}: {last.outcome}" if last else None,
            )
        )
    return sorted(rows, key=lambda row: row.next_due)


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
    """Whether this date is still to be done; it is taken in the transaction of its proposals, by one process."""
    row = insert(RecurringRun).values(
        playbook=playbook.name, due_at=due, playbook_digest=playbook.digest(), made_at=now, outcome="", remediations=[]
    )
    taken = row.on_conflict_do_nothing(index_elements=["playbook", "due_at"]).returning(RecurringRun.playbook)
    return session.scalar(taken) is not None


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
    if playbook.mode == "notify":
        outcome = _tell(session, playbook, organisation, targets, most, due, now)
    else:
        plans = make_plans(playbook, targets, cloud(), organisation.remediation, now)
        if isinstance(plans, NothingToDo):
            outcome = plans.reason
        else:
            capped = _capped(plans, most, f"the recurring run may propose {most} now")
            who = f"the playbook itself, {SAYS[playbook.recurring.every]}"
            numbers = propose_plans(session, playbook, capped, organisation, SYSTEM.id, now, requester_name=who)
            outcome = _proposed(plans, capped)
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
    kept: list[Plan] = []
    for plan in plans:
        mine = plan.resources()[:most]
        most -= len(mine)
        if mine:
            kept.append(plan if len(mine) == len(plan.resources()) else plan.only(mine, reason))
    return kept


def _proposed(plans: Sequence[Plan], capped: Sequence[Plan]) -> str:
    whole, kept = (sum(len(plan.resources()) for plan in some) for some in (plans, capped))
    rest = f", {whole - kept} left for later by the caps" if kept < whole else ""
    return f"{kept} proposed{rest}"


def _tell(
    session: Session,
    playbook: Playbook,
    organisation: Organisation,
    targets: Sequence[Target],
    most: int,
    due: datetime,
    now: datetime,
) -> str:
    """Mode notify: a line for the admins of what would be proposed, and would have saved; nothing is proposed."""
    would = [target for target in targets if not target.protected][:most]
    outcome = f"{len(would)} would be proposed; mode notify only tells"
    if would:
        worth: dict[str, float] = {}
        for target in would:
            worth[target.currency] = worth.get(target.currency, 0.0) + (target.monthly_savings or 0.0)
        saves = " and ".join(money(amount, currency) for currency, amount in sorted(worth.items()))
        history = sentence(would_have_saved(session, playbook, organisation.remediation, now))
        text = (
            f"{playbook.title}: {len(would)} would be proposed now, worth {saves} a month. {history} "
            f"The playbook only tells; `mode: approve` in its file lets people approve each run."
        )
        for channel in organisation.admin_channels():
            outbox.enqueue(session, channel, note(text), f"recurring:{playbook.name}:{due.isoformat()}:{channel}")
    return outcome
