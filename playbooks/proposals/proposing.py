"""Proposals in the right channel: from a click on an insight, or from the flow that looks for savings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import Organisation
from db import audit, locks
from db.locks import Lock
from db.tables import Remediation, RemediationStep, StandingApproval
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.approval.rules import lacks_role
from playbooks.approval.start import request_run
from playbooks.approval.stored import rule_of
from playbooks.approval.witnesses import BY_STANDING
from playbooks.notifications import notify
from playbooks.proposals.plan import Plan, Target, ticket_rule
from playbooks.proposals.planning import AUTO, NothingToDo, busy, candidates, make_plans, successes
from playbooks.recurring.timetable import last_day
from playbooks.schema import Playbook


def matching(playbooks: Mapping[str, Playbook], kind: str) -> list[Playbook]:
    """The playbooks that change something about a kind of recommendation or insight, in the order of their names."""
    return [
        playbook
        for _, playbook in sorted(playbooks.items())
        if playbook.trigger.kind == kind and playbook.mode != "notify"
    ]


def approvers(organisation: Organisation, playbook: Playbook, team: str | None, requester: str) -> list[dict[str, str]]:
    """The people of finops.yaml who may approve a team's remediation by this
    playbook, without its requester where that is not enough.
    """
    rule = rule_of(playbook)
    if rule is None:
        return []
    own = organisation.person(requester)
    people = [person for person in organisation.people if not (rule.not_requester and person is own)]
    able = [person for person in people if lacks_role(rule, organisation.actor(person.id), team, playbook.name) is None]
    return [{"id": person.id, "name": person.name} for person in able]


def propose_all(
    session: Session,
    playbook: Playbook,
    cloud: Cloud,
    organisation: Organisation,
    requester: str,
    now: datetime,
    *,
    resource_ids: frozenset[str] | None = None,
    insight_id: int | None = None,
) -> list[int] | NothingToDo:
    """One proposal per account, team and environment, for all open candidates or only some
    resources; the caller commits. `auto` playbooks that have earned it are approved at once.
    """
    targets = [
        target
        for target in candidates(session, playbook, now)
        if resource_ids is None or target.resource_id in resource_ids
    ]
    return propose_targets(session, playbook, targets, cloud, organisation, requester, now, insight_id=insight_id)


def propose_targets(
    session: Session,
    playbook: Playbook,
    targets: Sequence[Target],
    cloud: Cloud,
    organisation: Organisation,
    requester: str,
    now: datetime,
    *,
    insight_id: int | None = None,
) -> list[int] | NothingToDo:
    """`propose_all` for targets that are known already."""
    if playbook.mode == "notify":
        return NothingToDo(f"{playbook.name} only notifies; mode approve would let people approve it", ())
    plans = make_plans(playbook, targets, cloud, organisation.remediation, now)
    if isinstance(plans, NothingToDo):
        return plans
    made = propose_plans(session, playbook, plans, organisation, requester, now, insight_id=insight_id)
    return made or NothingToDo("another proposal has its resources in hand, or nothing may be changed there", ())


def propose_plans(
    session: Session,
    playbook: Playbook,
    plans: Sequence[Plan],
    organisation: Organisation,
    requester: str,
    now: datetime,
    *,
    insight_id: int | None = None,
    requester_name: str | None = None,
    standing: Callable[[str | None], Sequence[StandingApproval]] = lambda _team: (),
) -> list[int]:
    """`propose_targets` for plans that are made already; their numbers. Resources that somebody else has proposed since
    the plans were made are left out: of two who look at the same moment, one has them. `standing` gives the approvals
    that stand for a team's plan.
    """
    locks.take(session, Lock.PROPOSING)
    plans = _without_taken(session, plans, now)
    stopped = kill_switch.is_stopped(session) or not organisation.remediation.enabled
    earned = (
        not stopped
        and playbook.mode == "auto"
        and successes(session, playbook) >= organisation.remediation.auto_after_successes
    )
    numbers = []
    for plan in plans:
        channel = organisation.channel_for(plan.team)
        ticket = ticket_rule(plan, organisation.remediation)
        if ticket is not None and not playbook.savings.tracked:
            continue  # a schedule's: no bill could ever close the ticket
        given = () if stopped or ticket is not None else standing(plan.team)
        asked = approvers(organisation, playbook, plan.team, requester)
        named = replace(plan, left_out=tuple(dict.fromkeys(plan.left_out)))
        remediation = life.propose(
            session,
            named,
            playbook,
            requester,
            now,
            channel=channel,
            insight_id=insight_id,
            requester_name=requester_name or organisation.actor(requester).name or None,
            approvers=() if ticket is not None or len(given) >= playbook.approval.count else asked,
            ticket=ticket,
        )
        if given:
            _approve_by_standing(session, remediation, playbook, given, now)
        if earned and ticket is None:
            remediation.state, remediation.approved_at = "approved", now
            remediation.approvals = [
                {
                    "actor": AUTO,
                    "name": f"auto after {organisation.remediation.auto_after_successes} successes",
                    "at": now.isoformat(),
                }
            ]
            audit.append(session, "system", "remediation.auto_approved", str(remediation.id), {})
            request_run(session, remediation.id, AUTO)
            notify(session, remediation, playbook)
        numbers.append(remediation.id)
    return numbers


def _approve_by_standing(
    session: Session, remediation: Remediation, playbook: Playbook, given: Sequence[StandingApproval], now: datetime
) -> None:
    """Count the standing approvals; where they are enough, request the run."""
    recurring = playbook.recurring
    assert recurring is not None  # only to runs of what recurs somebody says yes beforehand
    counted = given[: playbook.approval.count]
    remediation.approvals = [
        {
            "actor": one.approver,
            "name": f"{one.approver_name} (for all runs until {last_day(recurring, one.expires_at):%d %b})",
            "at": now.isoformat(timespec="seconds"),
            "standing": one.id,
        }
        for one in counted
    ]
    for one in counted:
        details = {"plan_digest": remediation.plan_digest, "standing": one.id, "approver": one.approver}
        audit.append(session, "system", BY_STANDING, str(remediation.id), details)
    if len(counted) == playbook.approval.count:
        remediation.state, remediation.approved_at = "approved", now
        request_run(session, remediation.id, counted[-1].approver)
    notify(session, remediation, playbook)


def _without_taken(session: Session, plans: Sequence[Plan], now: datetime) -> list[Plan]:
    """The plans without the resources of open or snoozed proposals; plans left empty are dropped."""
    resource_ids = {resource_id for plan in plans for resource_id in plan.resources()}
    taken = set(session.scalars(busy(now).where(RemediationStep.resource_id.in_(resource_ids))))
    free = [[one for one in plan.resources() if one not in taken] for plan in plans]
    return [
        plan if len(mine) == len(plan.resources()) else plan.only(mine, "another proposal has it in hand")
        for plan, mine in zip(plans, free, strict=True)
        if mine
    ]
