"""What playbooks do of themselves while their window is open: start and stop by
the clock what is tagged for it, and mode auto.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.orm import Session

from aws.clients import Cloud, cloud_of
from config.access import SYSTEM
from config.organisation import Organisation
from db.tables import Remediation, RemediationStep, Resource
from flows import failure
from playbooks.proposals.plan import Target, closed, local
from playbooks.proposals.planning import accepted, busy, candidates
from playbooks.proposals.proposing import propose_targets
from playbooks.schema import Playbook, read_playbooks

_ONE_NIGHT = timedelta(hours=12)  # an evening goes on past midnight where two windows meet there
STOPS, STARTS = "schedule_stop", "schedule_start"
_AUTO_AGAIN = timedelta(
    days=7
)  # a resource that mode auto has touched, or that somebody refused it, is left alone for so long


@flow(name="apply_schedules", flow_run_name="schedules")
def apply_schedules() -> list[int]:
    """Every quarter of an hour; returns the remediations it left: approved ones
    where the playbook has earned it, else proposals.
    """
    with failure.running("apply_schedules") as (settings, organisation, database), Session(database.app) as session:
        cloud = cloud_of(settings, organisation.remediation)
        return apply(session, read_playbooks(), cloud, organisation, datetime.now(UTC))


def apply(
    session: Session, playbooks: Mapping[str, Playbook], cloud: Cloud, organisation: Organisation, now: datetime
) -> list[int]:
    """Leave what each schedule wants now, and what a playbook in mode auto answers by itself; commits after each.

    An audit entry holds a lock until its commit, and the next playbook's resources are observed at the provider.
    """
    left: list[int] = []
    for playbook in playbooks.values():
        scheduled = playbook.trigger.kind in {STOPS, STARTS}
        if (scheduled or playbook.mode == "auto") and closed(playbook.guards, now) is None:
            targets = due(session, playbook, playbooks, now) if scheduled else unattended(session, playbook, now)
            numbers = propose_targets(session, playbook, targets, cloud, organisation, SYSTEM.id, now)
            session.commit()
            left += numbers if isinstance(numbers, list) else []
    return left


def unattended(session: Session, playbook: Playbook, now: datetime) -> list[Target]:
    """The open recommendations that a playbook in mode auto answers, without
    what it proposed or did within the last week.
    """
    recent = sa.select(RemediationStep.resource_id).join(Remediation, Remediation.id == RemediationStep.remediation_id)
    recent = recent.where(Remediation.playbook == playbook.name, Remediation.requested_at > now - _AUTO_AGAIN)
    lately = set(session.scalars(recent))
    return [target for target in candidates(session, playbook, now) if target.resource_id not in lately]


def due(session: Session, playbook: Playbook, playbooks: Mapping[str, Playbook], now: datetime) -> list[Target]:
    """The tagged resources, once per day of the window's zone each, so that a person who decides
    otherwise is not overruled; starting is only for what the schedule stopped.
    """
    midnight = local(playbook.guards, now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = min(midnight, now - _ONE_NIGHT)
    of_today = sa.select(RemediationStep.resource_id).join(
        Remediation, Remediation.id == RemediationStep.remediation_id
    )
    of_today = of_today.where(Remediation.playbook == playbook.name, Remediation.requested_at >= today)
    statement = sa.select(Resource).where(Resource.resource_id.not_in(busy(now)), Resource.resource_id.not_in(of_today))
    due_playbooks = [
        resource
        for resource in session.scalars(statement.order_by(Resource.resource_id))
        if accepted(playbook, resource)
    ]
    if playbook.trigger.kind == STARTS:
        ours = _stopped_by_schedule(session, playbooks)
        due_playbooks = [resource for resource in due_playbooks if resource.resource_id in ours]
    return [_target(resource, playbook) for resource in due_playbooks]


def _stopped_by_schedule(session: Session, playbooks: Mapping[str, Playbook]) -> set[str]:
    """Resources whose last change by a schedule was a stop that stands."""
    kinds = {
        name: playbook.trigger.kind for name, playbook in playbooks.items() if playbook.trigger.kind in {STOPS, STARTS}
    }
    rows = session.execute(
        sa.select(RemediationStep.resource_id, Remediation.playbook)
        .join(Remediation, Remediation.id == RemediationStep.remediation_id)
        .where(Remediation.playbook.in_(kinds), Remediation.undo_of.is_(None), RemediationStep.state == "verified")
        .order_by(RemediationStep.finished_at, RemediationStep.id)
    )
    last = {resource_id: kinds[playbook] for resource_id, playbook in rows}
    return {resource_id for resource_id, kind in last.items() if kind == STOPS}


def _target(resource: Resource, playbook: Playbook) -> Target:
    tags = ", ".join(
        f"{key.removeprefix('tag:')}={resource.tags.get(key.removeprefix('tag:'))}"
        for key in playbook.trigger.filters
        if key.startswith("tag:")
    )
    return Target(
        resource_id=resource.resource_id,
        name=resource.resource_name or resource.resource_id,
        account_id=resource.account_id or "",
        account=resource.account or "",
        region=resource.region or "",
        team=resource.team,
        environment=resource.environment,
        monthly_savings=None,
        currency=resource.currency or "USD",
        evidence=f"tagged {tags}",
    )
