"""What needs a worker, and what has had its time: the sweep's view of all remediations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from db.tables import Remediation, RemediationStep
from playbooks.approval.kill_switch import is_stopped
from playbooks.approval.stored import start_by
from playbooks.notifications import notify
from playbooks.proposals.plan import closed
from playbooks.schema import Playbook

HANGS_AFTER = timedelta(minutes=30)
SETTLED_AFTER = timedelta(minutes=5)  # without a word from a run, its worker is looked for
STARTED_AFTER = timedelta(minutes=1)  # the click's own start has this long before the sweep starts it too


@dataclass(frozen=True)
class SweepResult:
    """What the sweep found: approved and not started, running without a word, running suspiciously long."""

    waiting: tuple[int, ...]
    silent: tuple[int, ...]
    hanging: tuple[int, ...]


def sweep(session: Session, now: datetime, playbooks: Mapping[str, Playbook]) -> SweepResult:
    """Expire what is old; name what needs a worker. What waits for its change
    window, or for the kill switch, needs none yet.
    """
    old = (
        sa.select(Remediation)
        .where(Remediation.state == "proposed", Remediation.expires_at <= now)
        .order_by(Remediation.id)
    )
    for remediation in session.scalars(old.with_for_update(skip_locked=True)):
        remediation.state, remediation.finished_at = "expired", now
        audit.append(session, "system", "remediation.expired", str(remediation.id), {})
        notify(session, remediation, playbooks.get(remediation.playbook))
    approved = session.scalars(
        sa.select(Remediation)
        .where(Remediation.state == "approved", Remediation.approved_at <= now - STARTED_AFTER)
        .order_by(Remediation.approved_at, Remediation.id)
    ).all()
    waiting = (
        ()
        if is_stopped(session)
        else tuple(one.id for one in approved if _needs_start(one, playbooks.get(one.playbook), now))
    )
    newest = sa.func.max(sa.func.greatest(RemediationStep.started_at, RemediationStep.finished_at))
    heard = sa.func.greatest(Remediation.started_at, newest)
    running = session.execute(
        sa.select(Remediation.id, Remediation.started_at, heard)
        .outerjoin(RemediationStep, RemediationStep.remediation_id == Remediation.id)
        .where(Remediation.state == "running")
        .group_by(Remediation.id)
        .order_by(Remediation.id)
    ).all()
    silent = tuple(number for number, _, last in running if last <= now - SETTLED_AFTER)
    hanging = tuple(number for number, started, _ in running if started <= now - HANGS_AFTER)
    return SweepResult(waiting, silent, hanging)


def _needs_start(remediation: Remediation, playbook: Playbook | None, now: datetime) -> bool:
    late = now >= start_by(remediation, playbook)  # its run is what voids it
    return late or remediation.undo_of is not None or playbook is None or closed(playbook.guards, now) is None
