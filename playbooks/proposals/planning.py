"""From recommendations to proposals: candidates from the database, a look at
each live resource, one frozen plan per account.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from aws.clients import Cloud, cloud_of
from config.errors import UserError
from config.organisation import Organisation
from config.organisation import RemediationSettings as Limits
from config.settings import Settings
from db.database import Database
from db.tables import Recommendation, Remediation, RemediationStep, Resource
from playbooks.actions import ACTIONS, permissions
from playbooks.actions.action import ResourceRef
from playbooks.notifications import IN_HAND
from playbooks.proposals.plan import LeftOut, Plan, PlannedStep, Target, objection, over_limits
from playbooks.run.steps import cloud_errors, sentence
from playbooks.schema import Playbook, mistakes, read_playbooks

AUTO = "auto"
"""The approver of what a playbook in mode auto has earned."""


@dataclass(frozen=True)
class NothingToDo:
    """No plan; `left_out` says why for each candidate."""

    reason: str
    left_out: tuple[LeftOut, ...]


def candidates(session: Session, playbook: Playbook, now: datetime) -> list[Target]:
    """Open recommendations that the playbook's trigger accepts, without those in an open or snoozed
    proposal, sorted by saving, largest first; after them what matches and is protected, to be named.
    """
    rows = session.execute(
        sa.select(Recommendation, Resource)
        .outerjoin(Resource, Resource.resource_id == Recommendation.resource_id)
        .where(
            Recommendation.kind == playbook.trigger.kind,
            Recommendation.status.in_(("open", "protected")),
            Recommendation.resource_id.not_in(busy(now)),
        )
        .order_by(Recommendation.monthly_savings.desc().nulls_last(), Recommendation.resource_id)
    )
    ranked = (
        (recommendation, resource) for recommendation, resource in rows if accepted(playbook, resource, recommendation)
    )
    population = _population(session)
    return [_target(recommendation, resource, population) for recommendation, resource in ranked]


def busy(now: datetime) -> sa.Select[tuple[str]]:
    """The resources in an open or snoozed proposal, or for which a ticket is open."""
    steps = sa.select(RemediationStep.resource_id).join(Remediation, Remediation.id == RemediationStep.remediation_id)
    return steps.where(sa.or_(Remediation.state.in_(IN_HAND), Remediation.snoozed_until > now))


def accepted(playbook: Playbook, resource: Resource | None, recommendation: Recommendation | None = None) -> bool:
    """Whether the trigger's filters hold; `tag:KEY` is a tag of the resource."""
    for field, values in playbook.trigger.filters.items():
        if field.startswith("tag:"):
            value = (resource.tags if resource else {}).get(field.removeprefix("tag:"))
        else:
            value = getattr(resource, field, None) or getattr(recommendation, field, None)
        if value not in values:
            return False
    return True


def _population(session: Session) -> dict[tuple[str | None, str | None], int]:
    counted = sa.select(Resource.account_id, Resource.resource_type, sa.func.count()).group_by(
        Resource.account_id, Resource.resource_type
    )
    return {(account, kind): number for account, kind, number in session.execute(counted)}


def _target(
    recommendation: Recommendation, resource: Resource | None, population: Mapping[tuple[str | None, str | None], int]
) -> Target:
    evidence: Mapping[str, Any] = recommendation.evidence
    return Target(
        resource_id=recommendation.resource_id,
        name=(resource.resource_name if resource else None) or recommendation.resource_id,
        account_id=(resource.account_id if resource else None) or "",
        account=recommendation.account or "",
        region=(resource.region if resource else None) or "us-east-1",
        team=recommendation.team,
        environment=resource.environment if resource else None,
        monthly_savings=None if recommendation.monthly_savings is None else float(recommendation.monthly_savings),
        currency=recommendation.currency,
        evidence=str(evidence.get("summary", recommendation.current_state)),
        proposed=dict(evidence.get("proposed", {})),
        arithmetic=dict(evidence.get("arithmetic", {})),
        protected=str(evidence.get("summary", "protected")) if recommendation.status == "protected" else None,
        of_this_type=population.get((resource.account_id, resource.resource_type)) if resource else None,
    )


def make_plans(
    playbook: Playbook, targets: Sequence[Target], cloud: Cloud, limits: Limits, now: datetime
) -> list[Plan] | NothingToDo:
    """Look at every target and freeze one plan for each account, team and
    environment; what must not be touched is named with its reason.
    """
    groups: dict[tuple[str, str | None, str | None], list[Target]] = {}
    for target in targets:
        groups.setdefault((target.account_id, target.team, target.environment), []).append(target)
    plans = [_plan(playbook, group, cloud, limits, now) for group in groups.values()]
    if any(plan.steps for plan in plans):
        return [plan for plan in plans if plan.steps]
    left_out = tuple(item for plan in plans for item in plan.left_out)
    return NothingToDo("no candidate may be touched" if left_out else "nothing matches this playbook", left_out)


def _plan(playbook: Playbook, targets: Sequence[Target], cloud: Cloud, limits: Limits, now: datetime) -> Plan:
    steps: list[PlannedStep] = []
    left_out: list[LeftOut] = []
    most = min(
        playbook.guards.maximum_resources, max(1, limits.maximum_resources_a_day)
    )  # what could never start in a day is not offered
    guards = playbook.guards.model_copy(update={"maximum_resources": most})
    for target in targets:
        planned = _looked_at(playbook, target, cloud, limits)
        if isinstance(planned, LeftOut):
            left_out.append(planned)
        elif reason := over_limits(guards, [*steps, *planned], target.of_this_type):
            left_out.append(LeftOut(target.resource_id, target.name, reason))
        else:
            steps += planned
    first = targets[0]
    undo = "; ".join(dict.fromkeys(ACTIONS[step.action].undo_says for step in playbook.steps))
    return Plan(
        playbook=playbook.name,
        playbook_digest=playbook.digest(),
        account_id=first.account_id,
        account=first.account,
        team=first.team,
        environment=first.environment,
        currency=first.currency,
        steps=tuple(steps),
        left_out=tuple(left_out),
        undo=undo,
        made_at=now.isoformat(timespec="seconds"),
    )


def _looked_at(playbook: Playbook, target: Target, cloud: Cloud, limits: Limits) -> list[PlannedStep] | LeftOut:
    """What AWS does not let us look at is left out with AWS's reason; the others are planned all the same."""
    try:
        return _steps_for(playbook, target, cloud, limits)
    except cloud_errors() as error:
        return LeftOut(target.resource_id, target.name, sentence(error, ACTIONS[playbook.steps[0].action]))


def _steps_for(playbook: Playbook, target: Target, cloud: Cloud, limits: Limits) -> list[PlannedStep] | LeftOut:
    if target.protected:
        return LeftOut(target.resource_id, target.name, target.protected)
    if not target.account_id:
        return LeftOut(target.resource_id, target.name, "the inventory does not know its account")
    steps: list[PlannedStep] = []
    for step in playbook.steps:
        action, where = ACTIONS[step.action], ResourceRef(target.resource_id, target.account_id, target.region)
        observed = action.observe(cloud, where)
        parameters = {
            key: target.proposed.get(value[1:]) if str(value).startswith("$") else value
            for key, value in step.parameters.items()
        }
        reason = objection(target, observed, playbook, limits)
        if reason is None and None in parameters.values():
            reason = "the recommendation does not say what it should become"
        if reason is None and (refused := action.feasible(cloud, where, observed, parameters)):
            reason = refused.reason
        if reason:
            return LeftOut(target.resource_id, target.name, reason)
        says = action.says(observed, parameters)
        place = (target.resource_id, target.name, target.account_id, target.region)
        money = (target.monthly_savings, step.undo, dict(target.arithmetic))
        steps.append(
            PlannedStep(*place, step.action, parameters, step.grace_seconds, observed, says, target.evidence, *money)
        )
    return steps


def successes(session: Session, playbook: Playbook) -> int:
    """How many runs of this very playbook that a person approved ended well:
    `auto` waits for some, and an edited playbook earns it anew.
    """
    return (
        session.scalar(
            sa.select(sa.func.count()).where(
                Remediation.playbook == playbook.name,
                Remediation.playbook_digest == playbook.digest(),
                Remediation.state == "succeeded",
                Remediation.undo_of.is_(None),
                ~Remediation.approvals.cast(JSONB).contains([{"actor": AUTO}]),
            )
        )
        or 0
    )


def describe(plans: Iterable[Plan]) -> list[str]:
    """Plans as lines for the command line: exactly what would happen, the
    permissions it takes, what is left out and why.
    """
    lines: list[str] = []
    for plan in plans:
        savings = plan.monthly_savings()
        worth = f", saves {savings:,.2f} {plan.currency} a month" if savings is not None else ""
        lines.append(
            f"{plan.playbook} in {plan.account or plan.account_id} ({plan.environment or 'no environment'}, "
            f"{plan.team or 'no team'}){worth}"
        )
        lines += [
            f"  {number}. {step.name} {step.resource_id}: {step.says} ({step.evidence})"
            for number, step in enumerate(plan.steps, 1)
        ]
        lines += [f"  left out: {item.name} ({item.reason})" for item in plan.left_out]
        lines.append(f"  undo: {plan.undo}")
        lines.append(f"  permissions: {', '.join(permissions([step.action for step in plan.steps]))}")
    return lines


def plans_now(
    database: Database, settings: Settings, organisation: Organisation, name: str
) -> list[Plan] | NothingToDo:
    """What a playbook would do now, for the command line; changes nothing. Raises `UserError` for an unknown name."""
    playbooks = read_playbooks()
    if name not in playbooks:
        unused = "".join(f" Not used: {mistake}" for mistake in mistakes())
        raise UserError(f"There is no playbook {name!r}; there are: {', '.join(sorted(playbooks))}.{unused}")
    now = datetime.now(UTC)
    with Session(database.app) as session:
        targets = candidates(session, playbooks[name], now)
    return make_plans(
        playbooks[name], targets, cloud_of(settings, organisation.remediation), organisation.remediation, now
    )


def plan_text(plans: list[Plan] | NothingToDo) -> str:
    """Plans for people."""
    if isinstance(plans, NothingToDo):
        left_out = (f"  left out: {item.name} ({item.reason})" for item in plans.left_out)
        return "\n".join([f"Nothing would be done: {plans.reason}.", *left_out])
    return "\n".join(describe(plans))


def plan_json(plans: list[Plan] | NothingToDo) -> dict[str, Any]:
    """Plans for programs: as they would be frozen, with the permissions they take."""
    if isinstance(plans, NothingToDo):
        return {"plans": [], "reason": plans.reason, "left_out": [asdict(item) for item in plans.left_out]}
    return {
        "plans": [
            {**plan.to_json(), "permissions": permissions([step.action for step in plan.steps])} for plan in plans
        ]
    }
