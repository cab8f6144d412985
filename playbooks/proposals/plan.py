"""A plan: which resources, which steps, what is left out and why; frozen by its digest. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from config.organisation import RemediationSettings
from config.sections.tickets import TicketRule, rule_for
from playbooks.guards import DAYS, ChangeWindow, Guards
from playbooks.schema import Condition, Playbook

_ABSENT = "absent"
_AHEAD = 60  # days in which an opening is looked for


@dataclass(frozen=True)
class Target:
    """A resource that a playbook may act on, as bill and inventory know it."""

    resource_id: str
    name: str
    account_id: str
    account: str
    region: str
    team: str | None
    environment: str | None
    monthly_savings: float | None
    currency: str = "USD"
    evidence: str = ""
    proposed: Mapping[str, Any] = field(default_factory=dict)
    arithmetic: Mapping[str, Any] = field(default_factory=dict)
    protected: str | None = None
    """Why it was left out when it was found, so that it is named among what a plan leaves alone."""
    of_this_type: int | None = None
    """How many resources of its type the account has; None when the inventory does not know."""


@dataclass(frozen=True)
class LeftOut:
    """A resource that the plan does not touch."""

    resource_id: str
    name: str
    reason: str


@dataclass(frozen=True)
class PlannedStep:
    """One action on one resource, with what was seen of it when the plan was made."""

    resource_id: str
    name: str
    account_id: str
    region: str
    action: str
    parameters: dict[str, Any]
    grace_seconds: float
    seen: dict[str, Any]
    says: str
    evidence: str
    monthly_savings: float | None
    undo: bool = True
    """Whether Undo and roll back take it back; False where the playbook says so."""
    arithmetic: dict[str, Any] = field(default_factory=dict)
    """The figures that `monthly_savings` is made of."""


@dataclass(frozen=True)
class Plan:
    """Exactly what would happen."""

    playbook: str
    playbook_digest: str
    account_id: str
    account: str
    team: str | None
    environment: str | None
    currency: str
    steps: tuple[PlannedStep, ...]
    left_out: tuple[LeftOut, ...]
    undo: str
    made_at: str

    def resources(self) -> tuple[str, ...]:
        """The resources touched, once each, in order."""
        return tuple(dict.fromkeys(step.resource_id for step in self.steps))

    def monthly_savings(self) -> float | None:
        """Sum over resources whose saving is known; None when none is."""
        savings = {step.resource_id: step.monthly_savings for step in self.steps if step.monthly_savings is not None}
        return round(sum(savings.values()), 2) if savings else None

    def to_json(self) -> dict[str, Any]:
        """As it is stored, hashed and shown."""
        content: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return content

    def only(self, resource_ids: Sequence[str], reason: str = "not chosen") -> "Plan":
        """The same plan for some of its resources; the others are left out for the reason."""
        dropped = {step.resource_id: step.name for step in self.steps if step.resource_id not in resource_ids}
        left_out = tuple(LeftOut(resource_id, name, reason) for resource_id, name in dropped.items())
        return replace(
            self,
            steps=tuple(step for step in self.steps if step.resource_id in resource_ids),
            left_out=self.left_out + left_out,
        )


def ticket_rule(plan: Plan, limits: RemediationSettings) -> TicketRule | None:
    """The rule by which nothing is changed where a plan acts, and a ticket is opened instead; None where acting is
    allowed.
    """
    account = (plan.account, plan.account_id)
    return rule_for(limits.tickets, plan.playbook, plan.team, account, plan.environment)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a stored plan."""
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
    ).hexdigest()


@cache
def _reader() -> TypeAdapter[Plan]:
    return TypeAdapter(Plan)


def from_json(content: Any) -> Plan:
    """The plan that `to_json` wrote; ValueError where a key is missing or a value has another type."""
    return _reader().validate_json(json.dumps(content), strict=True)


def frozen(content: Any, stored_digest: str) -> Plan | None:
    """The stored plan, where it is the one that was frozen; None where it was touched since or cannot be read."""
    if digest(content) != stored_digest:
        return None
    try:
        return from_json(content)
    except ValueError:
        return None


def shown_steps(content: Any, stored_digest: str) -> list[dict[str, Any]]:
    """The stored plan's steps as they are shown; none of a plan that was touched."""
    return list(content["steps"]) if frozen(content, stored_digest) else []


def objection(
    target: Target, observed: Mapping[str, Any], playbook: Playbook, limits: RemediationSettings
) -> str | None:
    """Why a resource must be left alone, judged on what is seen of it now; None when it may be touched."""
    if not observed:
        return "it no longer exists"
    if reason := protected(observed, playbook, limits):
        return reason
    if playbook.guards.environments and target.environment not in playbook.guards.environments:
        return f"environment {target.environment or 'unknown'} is not one of {', '.join(playbook.guards.environments)}"
    return next((broken for condition in playbook.preconditions if (broken := unmet(condition, observed))), None)


def protected(observed: Mapping[str, Any], playbook: Playbook, limits: RemediationSettings) -> str | None:
    """Which tag, or which missing tag, protects a resource. A key's case does
    not matter: `Do-Not-Stop` is meant as `do-not-stop`.
    """
    tags = {str(key): str(value) for key, value in (observed.get("tags") or {}).items()}
    for protection in (limits.protected_tags, playbook.guards.protected_tags):
        for key, values in protection.items():
            accepted = {value.lower() for value in values}
            for name, value in tags.items():
                if name.lower() == key.lower() and ("*" in accepted or value.lower() in accepted):
                    return f"protected by tag {name}={value}"
    missing = [key for key in playbook.guards.require_tags if not tags.get(key)]
    return f"no tag {', '.join(missing)}: untagged counts as protected" if missing else None


def unmet(condition: Condition, observed: Mapping[str, Any]) -> str | None:
    """What of a condition does not hold on the live resource; what is not known does not hold."""
    if condition.field not in observed:
        return f"nothing is known of its {condition.field}"
    value = observed[condition.field]
    if condition.absent:
        return f"{condition.field} is {value}, not empty" if value else None
    accepted = condition.one_of or (condition.equals,)
    return None if value in accepted else f"{condition.field} is {value}, not {' or '.join(map(str, accepted))}"


def over_limits(guards: Guards, steps: Sequence[PlannedStep], of_this_type: int | None) -> str | None:
    """Why a plan is too large."""
    resources = {step.resource_id: step.monthly_savings or 0.0 for step in steps}
    if len(resources) > guards.maximum_resources:
        return f"{len(resources)} resources; the playbook allows {guards.maximum_resources} at once"
    if guards.maximum_percent < 100 and not of_this_type:
        return f"the inventory does not know how many the account has; the playbook allows {guards.maximum_percent:g} %"
    if of_this_type and 100 * len(resources) / of_this_type > guards.maximum_percent:
        return (
            f"{len(resources)} of {of_this_type} resources of this type; the playbook allows "
            f"{guards.maximum_percent:g} %"
        )
    amount = sum(resources.values())
    if amount > guards.maximum_monthly_amount:
        return f"{amount:,.0f} a month; the playbook allows {guards.maximum_monthly_amount:,.0f}"
    return None


def closed(guards: Guards, now: datetime) -> str | None:
    """Why nothing may change at this moment: a freeze, or no change window is open. Times and days in its zone."""
    today = local(guards, now).date()
    for freeze in guards.freezes:
        if freeze.start <= today <= freeze.end:
            return f"changes are frozen through {freeze.end:%d %b}: {freeze.reason}"
    if not guards.windows:
        return None
    if any(_is_open(window, now) for window in guards.windows):
        return None
    return f"outside the change window ({hours(guards)})"


def hours(guards: Guards) -> str:
    """The change windows in words: `mon, tue 06:00-16:00 UTC`; empty where changes may be made at any hour."""
    return "; ".join(
        f"{', '.join(window.days)} {window.start:%H:%M}-{window.end:%H:%M} {window.timezone}"
        for window in guards.windows
    )


def opens(guards: Guards, now: datetime) -> datetime | None:
    """When changes are next allowed, from a moment at which they are not; None where not in the next two months."""
    starts = [
        datetime.combine(now.astimezone(ZoneInfo(window.timezone)) + timedelta(days=offset), window.start).replace(
            tzinfo=ZoneInfo(window.timezone)
        )
        for window in guards.windows
        for offset in range(_AHEAD)
    ]
    if not guards.windows:  # frozen days alone
        starts = [
            datetime.combine(now.astimezone(UTC) + timedelta(days=offset), time(0), UTC) for offset in range(_AHEAD)
        ]
    return next((start for start in sorted(starts) if start > now and closed(guards, start) is None), None)


def local(guards: Guards, now: datetime) -> datetime:
    """The moment in the time zone of the change window that is open, else of the first; UTC where there is none."""
    windows = sorted(guards.windows, key=lambda window: not _is_open(window, now))
    return now.astimezone(ZoneInfo(windows[0].timezone) if windows else UTC)


def _is_open(window: ChangeWindow, now: datetime) -> bool:
    at = now.astimezone(ZoneInfo(window.timezone))
    return DAYS[at.weekday()] in window.days and window.start <= at.time() < window.end


def changed(planned: Mapping[str, Any], observed: Mapping[str, Any]) -> str | None:
    """What is different about a live resource since the plan was frozen; None when nothing that was recorded is."""
    if not observed:
        return "it no longer exists"
    for key, before in planned.items():
        if (now := observed.get(key)) == before:
            continue
        if not (isinstance(before, Mapping) and isinstance(now, Mapping)):
            return f"{key} was {before} and is {now}"
        inside = next(
            name for name in [*before, *now] if (name in before, before.get(name)) != (name in now, now.get(name))
        )
        return (
            f"{'tag' if key == 'tags' else key} {inside} was {before.get(inside, _ABSENT)} and is "
            f"{now.get(inside, _ABSENT)}"
        )
    return None
