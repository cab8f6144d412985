"""Who somebody is and what they may do: the one place where roles are decided, for Slack, the API and the command line."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Roles a person can hold; a higher one does not imply a lower one except where `PERMISSIONS` says so."""

    VIEWER = "viewer"
    MEMBER = "member"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"


class Action(StrEnum):
    """Everything a person can be allowed or denied."""

    ASK = "ask"
    READ = "read"
    SUBSCRIBE = "subscribe"
    TRIAGE_INSIGHT = "triage_insight"
    EDIT_BUDGET = "edit_budget"
    REQUEST_FLOW = "request_flow"
    RUN_FLOW = "run_flow"
    REQUEST_REMEDIATION = "request_remediation"
    APPROVE_REMEDIATION = "approve_remediation"
    STOP_ALL = "stop_all"
    PROMOTE_QUESTION = "promote_question"
    READ_AUDIT = "read_audit"
    MANAGE_TOKENS = "manage_tokens"


_VIEWER = {Action.ASK, Action.READ}
_MEMBER = _VIEWER | {Action.SUBSCRIBE, Action.TRIAGE_INSIGHT, Action.REQUEST_FLOW, Action.REQUEST_REMEDIATION}

PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset(_VIEWER),
    Role.MEMBER: frozenset(_MEMBER),
    Role.OPERATOR: frozenset(_MEMBER | {Action.EDIT_BUDGET, Action.RUN_FLOW, Action.STOP_ALL}),
    Role.APPROVER: frozenset(_MEMBER | {Action.APPROVE_REMEDIATION, Action.STOP_ALL}),
    Role.ADMIN: frozenset(set(Action) - {Action.APPROVE_REMEDIATION}),
}


@dataclass(frozen=True)
class Actor:
    """Somebody who asks, clicks or calls; `teams` bounds what they see unless `sees_all`."""

    id: str
    name: str = ""
    roles: frozenset[Role] = frozenset({Role.VIEWER})
    teams: frozenset[str] = frozenset()
    sees_all: bool = False
    approves_teams: frozenset[str] = field(default=frozenset())
    approves_playbooks: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class Allowed:
    """The actor may."""


@dataclass(frozen=True)
class Denied:
    """The actor may not; `reason` is a sentence for them."""

    reason: str


SYSTEM = Actor(id="system", name="finops-bot", roles=frozenset({Role.OPERATOR}), sees_all=True)


def roles_with(action: Action) -> tuple[Role, ...]:
    """The roles that carry a permission, in the order of `Role`."""
    return tuple(role for role in Role if action in PERMISSIONS[role])


def check(actor: Actor, action: Action) -> Allowed | Denied:
    """Whether one of the actor's roles carries the permission; no role means no."""
    if any(action in PERMISSIONS[role] for role in actor.roles):
        return Allowed()
    needed = " or ".join(roles_with(action))
    return Denied(f"That needs the role {needed}; you have {', '.join(sorted(actor.roles)) or 'none'}.")


def approves(actor: Actor, team: str | None, playbook: str) -> Allowed | Denied:
    """Whether the actor may approve what a playbook does to a team: with the role, and for this team (`*`: any) or this playbook.

    Where no teams are named for approval, the actor's own count.
    """
    allowed = check(actor, Action.APPROVE_REMEDIATION)
    if isinstance(allowed, Denied):
        return allowed
    teams = actor.approves_teams or actor.teams
    if "*" in teams or team in teams or playbook in actor.approves_playbooks:
        return Allowed()
    return Denied(f"You approve for {', '.join(sorted(teams)) or 'no team'}; this belongs to {team or 'no team'}.")


def may_see_team(actor: Actor, team: str | None) -> bool:
    """Whether rows of a team (None: unallocated) may be shown to the actor."""
    return actor.sees_all or (team is not None and team in actor.teams)
