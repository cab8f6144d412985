"""How many resources may still be touched: of all playbooks a day, of a recurring playbook a calendar month."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import locks
from db.locks import Lock
from db.tables import Remediation, RemediationStep
from playbooks.notifications import OPEN
from playbooks.proposals.plan import Plan
from playbooks.recurring.timetable import month_began
from playbooks.schema import Playbook


def over_the_caps(session: Session, plan: Plan, playbook: Playbook, most_a_day: int, now: datetime) -> str | None:
    """Why the caps forbid a plan to start, or None; a run under way counts in full. One start is counted at a time."""
    locks.take(session, Lock.DAILY_CAP)
    planned = len(plan.resources())
    today = touched(session, now.replace(hour=0, minute=0, second=0, microsecond=0), ("running",))
    if today + planned > most_a_day:
        return f"{today} resources were changed today and this would add {planned}; the limit is {most_a_day} a day"
    if playbook.recurring is None:
        return None
    month = touched(session, month_began(playbook.recurring, now), ("running",), playbook.name)
    if month + planned > (most := playbook.recurring.maximum_resources_a_month):
        return (
            f"{playbook.name} changed {month} resources this month and this would add {planned}; "
            f"the limit is {most} a month"
        )
    return None


def left_this_month(session: Session, playbook: Playbook, now: datetime) -> int:
    """How many more resources may be proposed: what waits for its approval or its run counts as done."""
    assert playbook.recurring is not None  # only what recurs has a cap a month
    month = touched(session, month_began(playbook.recurring, now), OPEN, playbook.name)
    return max(0, playbook.recurring.maximum_resources_a_month - month)


def touched(session: Session, since: datetime, besides: tuple[str, ...], playbook: str | None = None) -> int:
    """Resources on which a step began since then, with all those of remediations in the states `besides`."""
    statement = (
        sa.select(sa.func.count(sa.distinct(RemediationStep.resource_id)))
        .join(Remediation, Remediation.id == RemediationStep.remediation_id)
        .where(
            sa.or_(RemediationStep.started_at >= since, Remediation.state.in_(besides)), Remediation.undo_of.is_(None)
        )
    )
    if playbook is not None:
        statement = statement.where(Remediation.playbook == playbook)
    return session.scalar(statement) or 0
