"""Who somebody is and what they may do: where roles are decided, for Slack, the API and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Roles a person can hold; a higher one does not imply a lower one except where `PERMISSIONS` says so."""

    VIEWER = "viewer"
    MEMBER = "member"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"


class Permission(StrEnum):
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
    TEACH = "teach"
    PROMOTE_QUESTION = "promote_question"
    READ_AUDIT = "read_audit"
    MANAGE_TOKENS = "manage_tokens"


_VIEWER = {Permission.ASK, Permission.READ}
_MEMBER = _VIEWER | {
    Permission.SUBSCRIBE,
    Permission.TRIAGE_INSIGHT,
    Permission.REQUEST_FLOW,
    Permission.TEACH,
    Permission.REQUEST_REMEDIATION,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset(_VIEWER),
    Role.MEMBER: frozenset(_MEMBER),
    Role.OPERATOR: frozenset(_MEMBER | {Permission.EDIT_BUDGET, Permission.RUN_FLOW, Permission.STOP_ALL}),
    Role.APPROVER: frozenset(_MEMBER | {Permission.APPROVE_REMEDIATION, Permission.STOP_ALL}),
    Role.ADMIN: frozenset(set(Permission) - {Permission.APPROVE_REMEDIATION}),
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
    known_as: frozenset[str] = field(default=frozenset())
    """The other ids and e-mail addresses of this person."""
    directory: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Everybody of finops.yaml: id or e-mail (as `folded` has it) to the person's id there."""
    holders: Mapping[Role, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Who has a role by finops.yaml, by name."""


@dataclass(frozen=True)
class Allowed:
    """The actor may."""


@dataclass(frozen=True)
class Denied:
    """The actor may not; `reason` is a sentence for them."""

    reason: str


_NAMED = 3  # people who have a role

SYSTEM = Actor(id="system", name="finops-bot", roles=frozenset({Role.OPERATOR}), sees_all=True)
MACHINES = frozenset({SYSTEM.id, "auto"})
"""Ids under which the product itself asks or approves; nobody is called so."""


def folded(identity: str) -> str:
    """An id as it is, an e-mail address without its case."""
    return identity.strip().casefold() if "@" in identity else identity.strip()


def is_slack_id(identity: str) -> bool:
    """Whether an id is one that Slack gives to a user: capitals, beginning with U or W."""
    return identity[:1] in ("U", "W") and identity == identity.upper() and "@" not in identity


def same_person(actor: Actor, identity: str) -> bool | None:
    """Whether a stored id or e-mail is the actor's; None where nothing tells the two apart or brings them together.

    Two are different people where finops.yaml names both, or where both are
    known by a Slack id, or both by an e-mail address.
    """
    person = actor.directory.get(folded(identity), folded(identity))
    theirs = {folded(identity), person} | {alias for alias, owner in actor.directory.items() if owner == person}
    ours = {folded(one) for one in (actor.id, *actor.known_as)}
    if ours & theirs:
        return True
    if actor.id in MACHINES or identity in MACHINES:
        return False
    kinds = (actor.directory.__contains__, is_slack_id, lambda one: "@" in one)
    return False if any(any(map(kind, ours)) and any(map(kind, theirs)) for kind in kinds) else None


def roles_with(action: Permission) -> tuple[Role, ...]:
    """The roles that carry a permission, in the order of `Role`."""
    return tuple(role for role in Role if action in PERMISSIONS[role])


def check(actor: Actor, action: Permission) -> Allowed | Denied:
    """Whether one of the actor's roles carries the permission; no role means no."""
    if any(action in PERMISSIONS[role] for role in actor.roles):
        return Allowed()
    needed = roles_with(action)
    names = list(dict.fromkeys(name for role in needed for name in actor.holders.get(role, ())))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    held = f", as {', '.join(names[:_NAMED])}{more} {'has' if len(names) == 1 else 'have'}" if names else ""
    mine = ", ".join(sorted(actor.roles)) or "none"
    return Denied(f"That needs the role {' or '.join(needed)}{held}; you have {mine}.")


def approves(actor: Actor, team: str | None, playbook: str) -> Allowed | Denied:
    """Whether the actor may approve what a playbook does to a team: with the
    role, and for this team (`*`: any) or this playbook.

    Where no teams are named for approval, the actor's own count.
    """
    allowed = check(actor, Permission.APPROVE_REMEDIATION)
    if isinstance(allowed, Denied):
        return allowed
    teams = actor.approves_teams or actor.teams
    if "*" in teams or team in teams or playbook in actor.approves_playbooks:
        return Allowed()
    return Denied(f"You approve for {', '.join(sorted(teams)) or 'no team'}; this belongs to {team or 'no team'}.")


def may_see_team(actor: Actor, team: str | None) -> bool:
    """Whether rows of a team (None: unallocated) may be shown to the actor."""
    return actor.sees_all or (team is not None and team in actor.teams)


def may_see_change(actor: Actor, team: str | None, playbook: str) -> bool:
    """Whether a remediation may be shown: to who sees the team's costs, and to who decides about it."""
    return may_see_team(actor, team) or isinstance(approves(actor, team, playbook), Allowed)


def may_see_scope(actor: Actor, scope: Mapping[str, str]) -> bool:
    """Whether all costs of a scope may be shown to the actor: everybody's, or those of one of their teams."""
    return actor.sees_all or scope.get("team") in actor.teams


@dataclass(frozen=True)
class Entrances:
    """What an action is and where it is done: in Slack, through the API, on the command line; None where it is not."""

    says: str
    slack: str | None = None
    api: str | None = None
    cli: str | None = None


ENTRANCES: dict[Permission, Entrances] = {
    Permission.ASK: Entrances(
        "Ask a cost question",
        "a mention, a direct message, `/cost`",
        "`POST /ai/query`, `/costs/query`, `/mcp`",
        "`finops ask`, `query run`, `mcp`",
    ),
    Permission.READ: Entrances(
        "See insights, lists and KPIs",
        "`/finops insights`, Home, Investigate",
        "every `GET` but the audit log and `/admin`",
        "`finops insights`, `kpis`, `digest`, `detection replay`, `remediations list`, `show`, `playbooks show`, "
        "`recurring`",
    ),
    Permission.SUBSCRIBE: Entrances(
        "Subscribe a channel to a digest or a question, send it an answer",
        "`/finops subscribe`",
        "`POST /subscriptions`, `/subscriptions/send`, `DELETE /subscriptions/{id}`",
    ),
    Permission.TRIAGE_INSIGHT: Entrances(
        "Acknowledge, expect, snooze or assign an insight", "the buttons of an alert", "`PATCH /insights/{id}`"
    ),
    Permission.EDIT_BUDGET: Entrances(
        "Make or change a budget",
        "Change budget",
        "`POST /budgets`, `PUT` and `DELETE /budgets/{name}`, `DELETE /budgets/{name}/override`",
    ),
    Permission.REQUEST_FLOW: Entrances(
        "Ask for new bills or a new forecast; without `run_flow` an operator has to agree",
        "`/finops refresh`, Refresh bills",
    ),
    Permission.RUN_FLOW: Entrances(
        "Start a flow at once, agree to what others ask for, switch recurring clean-ups on and off",
        "Approve of a request, Switch on, Switch off",
        "`GET /admin/loads`, `/standing`, `/tags`, `/health`, `POST /admin/quarantine/{id}`",
        "`finops ingest`, `loads`, `tags`, `quarantine`, `playbooks on`, `off`",
    ),
    Permission.REQUEST_REMEDIATION: Entrances(
        "Have a fix planned and proposed",
        "Propose fix",
        None,
        "`finops playbooks plan`, `kubernetes requests --ticket`",
    ),
    Permission.APPROVE_REMEDIATION: Entrances(
        "Approve or reject a proposal, or the next runs of a recurring clean-up, for one's teams or playbooks",
        "Approve, Choose, Reject, Snooze, Withdraw, Undo, Approve next runs",
        "`POST /remediations/{id}/decision`",
        "`finops remediations approve`, `reject`, `playbooks approve`, `withdraw`",
    ),
    Permission.STOP_ALL: Entrances(
        "Halt all remediation, or another's answer", "`/finops stop-all`, `resume-all`, stop"
    ),
    Permission.TEACH: Entrances("Teach a note for an admin to approve, and take one's own back", "`/finops teach`"),
    Permission.PROMOTE_QUESTION: Entrances(
        "Certify an answer, an example for later ones, decide about a note, and take either back",
        "Make it an example, Approve and Reject of a note",
        None,
        "`finops questions --promote`, `--withdraw`, `finops notes --approve`, `--reject`, `--withdraw`",
    ),
    Permission.READ_AUDIT: Entrances(
        "Read and verify the audit log", None, "`GET /audit`, `/admin/people`", "`finops audit verify`"
    ),
    Permission.MANAGE_TOKENS: Entrances("Make and end bearer tokens", None, None, "`finops tokens issue`, `revoke`"),
}


def matrix() -> str:
    """Who may do what, and where, as Markdown; this is `docs/roles.md`."""
    roles = list(Role)
    lines = [
        "# Roles",
        "",
        (
            "Made by `finops config roles` from what the code checks; a test calls every entrance as every role. "
            "People get roles in `finops.yaml` (`people:`), and"
        ),
        (
            "those of their Slack user groups (`groups:`) besides. Somebody who is not named is a viewer in Slack, and "
            "nobody to the API. What is not allowed here"
        ),
        (
            "is denied. A role does not contain another: an admin does not approve, so that nobody makes themselves an "
            "approver of their own proposals unseen."
        ),
        "",
        f"| | {' | '.join(role.value for role in roles)} |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for action in Permission:
        cells = ("yes" if action in PERMISSIONS[role] else "" for role in roles)
        lines.append(f"| {ENTRANCES[action].says} (`{action.value}`) | {' | '.join(cells)} |")
    lines += [
        "",
        (
            "An approver approves for the teams of `approves_teams` (`*`: any; their own teams where none are named) "
            "and the playbooks of `approves_playbooks`, with"
        ),
        (
            "the role that the playbook's own rule names, and not what they asked for themselves where it says so. Who "
            "asked for a change may take it back."
        ),
        "",
        (
            "With `visibility: own_teams` everybody but an admin sees the costs, resources, insights and proposals of "
            "their own teams only, through every entrance; with"
        ),
        "`all`, the default, everybody sees everything.",
        "",
        "## Where",
        "",
        "| | Slack | API (`/api/v1`) | command line |",
        "|---|---|---|---|",
    ]
    for action in Permission:
        where = ENTRANCES[action]
        lines.append(f"| `{action.value}` | {where.slack or ''} | {where.api or ''} | {where.cli or ''} |")
    lines += [
        "",
        "A bearer token has scopes besides: `read`, `ask`, `write`; both the scope and the role have to allow a call.",
        "On the command line `--as` names who acts; without it everything but production is allowed everything, and in",
        "production it is the machine's own operator, who does not approve.",
    ]
    return "\n".join(lines)
