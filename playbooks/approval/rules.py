"""Who may approve what, and when: pure rules, `now` is a parameter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from config import access
from config.access import Actor, Allowed, Denied, Permission, Role, same_person


@dataclass(frozen=True)
class Proposal:
    """A frozen plan as it is stored, and the playbook as it is now."""

    state: str
    playbook: str
    team: str | None
    requested_by: str
    requested_at: datetime
    approved_by: tuple[str, ...]
    decided: str
    expires_at: datetime
    stored_digest: str
    actual_digest: str
    planned_playbook_digest: str
    current_playbook_digest: str | None
    resources: int
    approvers: tuple[str, ...] = ()
    """Names of those who could approve it, to be told to those who cannot."""


@dataclass(frozen=True)
class ApprovalRule:
    """What the playbook asks for; `None` in place of a rule means nobody may approve."""

    count: int
    roles: tuple[Role, ...]
    not_requester: bool
    typed_confirmation: bool


CLOCK_SKEW = timedelta(minutes=5)
"""Two machines' clocks may differ by this much; more would stretch an expiry."""

_UNTOLD = (
    "It cannot be told whether it was you who {}, so this does not count. Approve it in Slack, or with `--as`; "
    "an admin can give you your Slack user id as “id” in finops.yaml."
)

Check = Callable[[Proposal, ApprovalRule, Actor, datetime, str | None], Denied | None]


def still_open(
    proposal: Proposal, rule: ApprovalRule, actor: Actor, now: datetime, confirmation: str | None
) -> Denied | None:
    """A decision is made once."""
    if proposal.state != "proposed":
        return Denied(f"Too late: {proposal.decided or f'it is {proposal.state}'}.")
    return None


def not_expired(
    proposal: Proposal, rule: ApprovalRule, actor: Actor, now: datetime, confirmation: str | None
) -> Denied | None:
    """A plan is only good for so long; a clock that is behind must not make it longer."""
    if now < proposal.requested_at - CLOCK_SKEW:
        return Denied(
            f"This machine's clock says {now:%d %b %H:%M} UTC, before the plan was made; it has to be set right first."
        )
    if now >= proposal.expires_at:
        return Denied(f"This plan expired {proposal.expires_at:%d %b %H:%M} UTC; ask for a new one.")
    return None


def unchanged_plan(
    proposal: Proposal, rule: ApprovalRule, actor: Actor, now: datetime, confirmation: str | None
) -> Denied | None:
    """Nobody touched the stored plan."""
    if proposal.actual_digest != proposal.stored_digest:
        return Denied(
            "The stored plan is not the one that was frozen when it was proposed; nothing was approved. Tell an admin."
        )
    return None


def unchanged(
    proposal: Proposal, rule: ApprovalRule, actor: Actor, now: datetime, confirmation: str | None
) -> Denied | None:
    """What is approved is what was shown: the plan's digest, and the playbook's, are those of the proposal."""
    if denied := unchanged_plan(proposal, rule, actor, now, confirmation):
        return denied
    if proposal.current_playbook_digest is None:
        return Denied(f"The playbook {proposal.playbook} no longer exists; ask for a new plan.")
    if proposal.current_playbook_digest != proposal.planned_playbook_digest:
        return Denied(f"The playbook {proposal.playbook} was edited since this plan was made; ask for a new one.")
    return None


def lacks_role(
    rule: ApprovalRule, actor: Actor, team: str | None, playbook: str, doing: str = "Approving"
) -> str | None:
    """Why somebody is no approver of a team's remediation by a playbook; None when they are. No rule means no.
    `doing` is what they want to do, where that is not approving.
    """
    allowed = access.check(actor, Permission.APPROVE_REMEDIATION)
    if isinstance(allowed, Denied) or not actor.roles & set(rule.roles):
        needed = " or ".join(rule.roles) or "that nobody has"
        return f"{doing} needs the role {needed}; you have {', '.join(sorted(actor.roles)) or 'none'}."
    decision = access.approves(actor, team, playbook)
    return decision.reason if isinstance(decision, Denied) else None


def has_role(
    proposal: Proposal, rule: ApprovalRule, actor: Actor, now: datetime, confirmation: str | None
) -> Denied | None:
    """The role is held, and for this team or this playbook; who does not hold it is told who does."""
    return may_do("Approving", proposal, rule, actor)


def may_do(doing: str, proposal: Proposal, rule: ApprovalRule, actor: Actor) -> Denied | None:
    """Why the actor, who is no approver of it, may not do something else that approvers may: `Undoing`."""
    lacking = lacks_role(rule, actor, proposal.team, proposal.playbook, doing)
    return None if lacking is None else Denied(lacking + _who(proposal, actor))


def _who(proposal: Proposal, actor: Actor) -> str:
    """` Priya or Jonas can.`; empty where nobody is known."""
    names = [name for name in proposal.approvers if name != actor.name][:3]
    return f" {' or '.join(names)} can." if names else ""


def not_the_requester(
    proposal: Proposal, rule: ApprovalRule, actor: Actor, now: datetime, confirmation: str | None
) -> Denied | None:
    """Two people, known to be two."""
    if not rule.not_requester:
        return None
    same = same_person(actor, proposal.requested_by)
    if same:
        return Denied(f"You asked for this change, so somebody else has to approve it.{_who(proposal, actor)}")
    return Denied(_UNTOLD.format("asked for this change")) if same is None else None


def not_twice(
    proposal: Proposal, rule: ApprovalRule, actor: Actor, now: datetime, confirmation: str | None
) -> Denied | None:
    """One person is one approval."""
    for earlier in proposal.approved_by:
        same = same_person(actor, earlier)
        if same:
            return Denied(f"You approved this already; {rule.count - len(proposal.approved_by)} more needed.")
        if same is None:
            return Denied(_UNTOLD.format("approved this before"))
    return None


def confirmed(
    proposal: Proposal, rule: ApprovalRule, actor: Actor, now: datetime, confirmation: str | None
) -> Denied | None:
    """What destroys is typed: the number of resources."""
    if rule.typed_confirmation and (confirmation or "").strip() != str(proposal.resources):
        return Denied(f"This deletes things: type the number of resources ({proposal.resources}) to confirm.")
    return None


OF_ANYBODY: tuple[Check, ...] = (still_open, not_expired, unchanged)
"""Objections that hold whoever approves."""
CHECKS: tuple[Check, ...] = (*OF_ANYBODY, has_role, not_the_requester, not_twice, confirmed)


def check(
    proposal: Proposal, rule: ApprovalRule | None, actor: Actor, now: datetime, confirmation: str | None = None
) -> Allowed | Denied:
    """Whether the actor may approve the proposal now; the first objection is the answer."""
    if rule is None:
        return Denied("No rule says who may approve this, so nobody may.")
    for objection in CHECKS:
        denied = objection(proposal, rule, actor, now, confirmation)
        if denied is not None:
            return denied
    return Allowed()
