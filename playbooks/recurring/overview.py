"""Recurring playbooks as people see them: on or off, what they would have saved, their caps, dates and approvals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation
from db.outgoing import outbox
from db.outgoing.remediation_messages import RecurringCard, RecurringFields
from db.tables import OutboxMessage, RecurringRun
from playbooks.actions import ACTIONS
from playbooks.recurring import standing, switch
from playbooks.recurring.history import sentence, would_have_saved
from playbooks.recurring.timetable import SAYS, Recurring, last_day, next_due, period
from playbooks.run.caps import left_this_month
from playbooks.schema import Playbook

_DATES = 3


@dataclass(frozen=True)
class Timetable:
    """A recurring playbook as people see it: `last` is what became of its newest run, `standing` who approved the next
    ones, with the day until which that counts.
    """

    playbook: str
    mode: str
    on: bool
    every: str
    next_due: datetime
    a_run: int
    a_month: int
    left_this_month: int
    standing: tuple[str, ...]
    last: str | None


def timetables(
    session: Session, playbooks: Mapping[str, Playbook], organisation: Organisation, now: datetime
) -> list[Timetable]:
    """The recurring playbooks, the next one first."""
    rows = []
    for playbook in playbooks.values():
        if (recurring := playbook.recurring) is None:
            continue
        rows.append(
            Timetable(
                playbook.name,
                playbook.mode,
                switch.state(session, playbook).on,
                SAYS[recurring.every],
                dates(session, playbook.name, recurring, now, 1)[0],
                recurring.maximum_resources_a_run,
                recurring.maximum_resources_a_month,
                left_this_month(session, playbook, now),
                tuple(
                    f"{row.approver_name} until {last_day(recurring, row.expires_at)}"
                    for row in standing.unexpired(session, playbook.name, now)
                    if standing.void(session, playbook, organisation, row, now) is None
                ),
                _last(session, playbook),
            )
        )
    return sorted(rows, key=lambda row: row.next_due)


def overview(
    session: Session,
    playbook: Playbook,
    organisation: Organisation,
    now: datetime,
    *,
    visible: Callable[[str | None], bool] = lambda _team: True,
) -> RecurringFields:
    """What the card draws of a recurring playbook; `visible` narrows what it would have saved to teams."""
    recurring = playbook.recurring
    assert recurring is not None  # its callers ask for what recurs only
    switched = switch.state(session, playbook)
    return {
        "playbook": playbook.name,
        "title": playbook.title,
        "description": playbook.description,
        "every": SAYS[recurring.every],
        "mode": playbook.mode,
        "on": switched.on,
        "switched_by": switched.name or None,
        "switched_at": switched.at.isoformat(timespec="seconds") if switched.at else None,
        "history": sentence(would_have_saved(session, playbook, organisation.remediation, now, visible=visible)),
        "scope": _scope(playbook, recurring),
        "a_run": recurring.maximum_resources_a_run,
        "a_month": recurring.maximum_resources_a_month,
        "left_this_month": left_this_month(session, playbook, now),
        "snapshot": recurring.snapshot,
        "destroys": any(ACTIONS[step.action].destroys for step in playbook.steps),
        "approvals_needed": playbook.approval.count,
        "next": [due.isoformat(timespec="minutes") for due in dates(session, playbook.name, recurring, now, _DATES)],
        "last": _last(session, playbook),
        "standing": [
            {
                "id": row.id,
                "name": row.approver_name,
                "until": f"{last_day(recurring, row.expires_at)}",
                "void": standing.void(session, playbook, organisation, row, now),
            }
            for row in standing.unexpired(session, playbook.name, now)
        ],
    }


def done(session: Session, playbook: str, recurring: Recurring, due: datetime) -> bool:
    """Whether a run was done already in the week, month … of a date."""
    start, end = period(recurring, due)
    of_it = RecurringRun.playbook == playbook, RecurringRun.due_at >= start, RecurringRun.due_at < end
    return bool(session.scalar(sa.select(sa.exists().where(*of_it))))


def dates(session: Session, playbook: str, recurring: Recurring, now: datetime, count: int) -> list[datetime]:
    """The next `count` dates on which the playbook will run: one in each period that has had no run."""
    upcoming: list[datetime] = []
    due = now
    while len(upcoming) < count:
        due = next_due(recurring, due)
        if not done(session, playbook, recurring, due):
            upcoming.append(due)
    return upcoming


def redraw(session: Session, playbook: Playbook, organisation: Organisation, now: datetime) -> None:
    """Bring the newest card of each admin channel up to date. The caller commits."""
    fields = overview(session, playbook, organisation, now)
    for channel in organisation.admin_channels():
        of_it = (
            OutboxMessage.kind == "recurring",
            OutboxMessage.channel == channel,
            OutboxMessage.update_key.is_(None),
            OutboxMessage.failed_at.is_(None),
            OutboxMessage.payload["playbook"].astext == playbook.name,
        )
        newest = session.scalar(sa.select(OutboxMessage).where(*of_it).order_by(OutboxMessage.id.desc()).limit(1))
        if newest is not None:
            card = RecurringCard(type="recurring", **fields)
            key = f"{newest.key}:update:{now.isoformat()}"
            outbox.enqueue(session, channel, card, key, update_key=newest.key)


def _last(session: Session, playbook: Playbook) -> str | None:
    newest = sa.select(RecurringRun).where(RecurringRun.playbook == playbook.name)
    last = session.scalar(newest.order_by(RecurringRun.due_at.desc()).limit(1))
    return f"{last.due_at:%Y-%m-%d}: {last.outcome}" if last else None


def _scope(playbook: Playbook, recurring: Recurring) -> list[str]:
    """`teams web, shop`; none: everything that the playbook answers."""
    environments = recurring.scope.environments or playbook.guards.environments
    named = (
        ("teams", standing.teams(playbook)),
        ("accounts", recurring.scope.accounts),
        ("environments", environments),
    )
    return [f"{what} {', '.join(values)}" for what, values in named if values]
