"""Propose fix: a look at the live resources, and a frozen plan as a proposal, or why there is none."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import cloud_of
from bot.listeners import clicks
from bot.listeners.alerts import find
from bot.listeners.clicks import Click, Listeners
from bot.process.runtime import Runtime
from config.access import Actor, Permission
from db.tables import Remediation, RemediationStep
from domain.fixes import open_fix
from playbooks.notifications import IN_HAND
from playbooks.proposals.planning import NothingToDo, busy, candidates
from playbooks.proposals.proposing import propose_all
from playbooks.proposals.remedies import remedy
from playbooks.schema import read_playbooks

if TYPE_CHECKING:
    from playbooks.proposals.plan import Target


def register(listeners: Listeners) -> None:
    """Attach the listener of this file."""
    listeners.click("insight_propose", propose_fix)


def propose_fix(runtime: Runtime, click: Click) -> None:
    """Read the live resources and store a frozen plan as a proposal; the person who clicks is its requester."""
    with runtime.session() as session:
        outcome = find(session, runtime, click.where, click.value, Permission.REQUEST_REMEDIATION)
        if isinstance(outcome, str):
            notice: str | None = outcome
        else:
            insight, actor = outcome
            waiting = open_fix(session, insight.id)
            notice = _already(waiting) if waiting else None
            number, name, scope = (
                insight.id,
                insight.playbook or "",
                _InsightScope(insight.resource_id, insight.team, insight.account),
            )
    if notice is None:
        notice = _propose(runtime, actor, number, name, scope)
    clicks.post_ephemeral(runtime, click.where, notice)


def _already(fix: Remediation) -> str:
    where = f" in {fix.channel}" if fix.channel else ""
    if fix.state == "ticket":
        return f"A ticket asks for it already: remediation {fix.id}{where}."
    return f"A fix is {fix.state} already: remediation {fix.id}{where}."


@dataclass(frozen=True)
class _InsightScope:
    """The resource, or the team and account, whose recommendations belong to an insight."""

    resource_id: str | None
    team: str | None
    account: str | None

    def fits(self, target: "Target") -> bool:
        """The very resource, else everything of the team and the account."""
        if self.resource_id:
            return target.resource_id == self.resource_id
        return self.team in (None, target.team) and self.account in (None, target.account)


def _propose(runtime: Runtime, actor: Actor, insight: int, name: str, scope: _InsightScope) -> str:
    """Propose the fix after the insight's lock is released, since this calls the cloud; returns the reply."""
    playbook, now = read_playbooks().get(name), runtime.clock()
    if playbook is None:
        return "No playbook fits this any more."
    cloud = cloud_of(runtime.settings, runtime.organisation.remediation)
    with runtime.session() as session:
        ids = frozenset(target.resource_id for target in candidates(session, playbook, now) if scope.fits(target))
        if not ids:
            return _none_open(session, name, scope, now)
        made = propose_all(
            session, playbook, cloud, runtime.organisation, actor.id, now, resource_ids=ids, insight_id=insight
        )
    if isinstance(made, NothingToDo):
        return _nothing(made)
    return f"Proposed {len(made)} change{'' if len(made) == 1 else 's'}; somebody else has to approve."


def _none_open(session: Session, playbook: str, scope: _InsightScope, now: datetime) -> str:
    """Why no recommendation is open: another proposal holds its resources, or it is gone."""
    theirs = (
        RemediationStep.resource_id == scope.resource_id
        if scope.resource_id
        else sa.and_(
            sa.true() if scope.team is None else Remediation.team == scope.team,
            sa.true() if scope.account is None else Remediation.account == scope.account,
        )
    )
    held = (
        sa.select(Remediation)
        .join(RemediationStep, RemediationStep.remediation_id == Remediation.id)
        .where(Remediation.playbook == playbook, RemediationStep.resource_id.in_(busy(now)), theirs)
        .where(sa.or_(Remediation.state.in_(IN_HAND), Remediation.snoozed_until > now))
        .order_by(Remediation.id.desc())
        .limit(1)
    )
    if (fix := session.scalar(held)) is None:
        return "Nothing to propose: no recommendation of this is open; the bills or the metrics no longer show it."
    if fix.snoozed_until is not None:
        return f"A fix was snoozed, and its resources are left alone: by {fix.reason}."
    return _already(fix)


_NAMED = 3  # resources whose guards are named


def _nothing(made: NothingToDo) -> str:
    """Which guard keeps which resource from being touched, and what would allow it."""
    if not made.left_out:
        return f"Nothing to propose: {made.reason}."
    lines = [f"Nothing to propose: {made.reason}."]
    for item in made.left_out[:_NAMED]:
        allowed = remedy(item.reason)
        lines.append(f"• {item.name}: {item.reason}.{f' What would allow it: {allowed}.' if allowed else ''}")
    if len(made.left_out) > _NAMED:
        lines.append(f"And {len(made.left_out) - _NAMED} more.")
    return "\n".join(lines)
