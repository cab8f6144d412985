"""`finops.yaml`: sources, allocation, people, channels, budgets, limits; read,
checked, and mistakes named with their line.
"""

from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from config.access import Actor, Role, folded
from config.currencies import rough_rate
from config.files.yaml_file import Location, Strict, Texts, read_model, time_zone
from config.sections.bills import Allocation, BillSource, Holding, SharedCost
from config.sections.people import Group, Person, named_once
from config.sections.tickets import TicketRule

Hour = Annotated[int, Field(ge=0, le=23)]
Zone = Annotated[str, AfterValidator(time_zone)]
Threshold = Annotated[float, Field(gt=0)]


class Channel(Strict):
    """A Slack channel and what it is told."""

    channel: str = Field(description="Channel name with # or id")
    team: str | None = Field(None, description="Team whose alerts and digests come here; none: everybody's")
    minimum_impact: float = Field(100, ge=0, description="Smallest daily impact that is posted, in `currency`")
    quiet_hours: tuple[Hour, Hour] | None = Field(
        None, description="Start and end hour, UTC, in which only critical alerts are posted"
    )
    digest: Literal["none", "daily", "weekly"] = Field("none", description="How often a digest is posted")
    digest_hour: Hour = Field(9, description="Hour of the digest, in `timezone`")
    timezone: Zone = Field("UTC", description="Time zone of the digest")
    admin: bool = Field(False, description="Failures of flows are told here")


class Scope(Strict):
    """What a budget, forecast or rule is about; empty means everything."""

    team: str | None = Field(None, description="Team")
    account: str | None = Field(None, description="Account name")
    service: str | None = Field(None, description="Service name as billed")
    environment: str | None = Field(None, description="Environment")
    application: str | None = Field(None, description="Application")
    provider: str | None = Field(None, description="Cloud provider")
    region: str | None = Field(None, description="Region id")

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The dimensions that are set, in a fixed order."""
        return tuple((key, value) for key, value in self.model_dump().items() if value is not None)

    def label(self) -> str:
        """How the scope is named in tables: `payments`, or `payments, prod`; `everything` when empty."""
        return ", ".join(value for _, value in self.pairs()) or "everything"

    def kind(self) -> str:
        """The scope's dimensions joined by x: `team`, `service x account`, or `total`."""
        return " x ".join(key for key, _ in self.pairs()) or "total"


class Budget(Strict):
    """An amount not to be passed in a period."""

    name: str = Field(min_length=1, max_length=100, description="Name of the budget")
    scope: Scope = Field(Scope(), description="What it is about; empty: everything")
    amount: Decimal = Field(gt=0, le=10**12, description="Amount not to be passed in a period")
    currency: str = Field("USD", description="Currency of the amount; only costs in it count")
    period: Literal["monthly", "quarterly", "yearly", "custom"] = Field("monthly", description="How long a period is")
    start: date | None = Field(
        None, validate_default=True, description="First day; a custom period needs it, another begins with it"
    )
    end: date | None = Field(None, validate_default=True, description="Day after the last; a custom period needs it")
    thresholds: tuple[Threshold, ...] = Field((0.8, 1.0), description="Shares of the amount at which it is told")
    rollover: bool = Field(False, description="What was left of the last period is added to this one")
    owner: str | None = Field(None, description="Slack user id that is mentioned")

    @field_validator("thresholds")
    @classmethod
    def _shares(cls, thresholds: tuple[float, ...]) -> tuple[float, ...]:
        if high := [threshold for threshold in thresholds if threshold > 10]:
            raise ValueError(f"{high[0]:g} is {high[0]:.0%} of the amount; write 0.8 for 80 %")
        return tuple(sorted(thresholds))

    @field_validator("start", "end")
    @classmethod
    def _dated(cls, day: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("start")
        if day is None and info.data.get("period") == "custom":
            raise ValueError(
                f"a custom budget needs {'the day it ends on' if info.field_name == 'end' else 'its first day'}"
            )
        if day is not None and info.field_name == "end" and first is not None and day <= first:
            raise ValueError("it must end after it starts")
        return day


Level = Literal["fewer", "usual", "more"]
LEVELS: dict[Level, float] = {"fewer": 0.7, "usual": 1.0, "more": 1.4}


class Sensitivity(Strict):
    """How easily a scope alerts: a level, or a number, above 1 alerts more, below 1 less."""

    scope: Scope = Field(Scope(), description="What it is about")
    sensitivity: Level | Annotated[float, Field(gt=0, le=5)] = Field(
        "usual", description="`fewer`, `usual` or `more` alerts; or a number: above 1 alerts more, below 1 less"
    )

    @property
    def factor(self) -> float:
        """The number that the detector divides its thresholds by."""
        return LEVELS[self.sensitivity] if isinstance(self.sensitivity, str) else self.sensitivity


class PlannedEvent(Strict):
    """A known step: a launch, a sale, a commitment's end. `amount_per_day` is
    added to forecasts; the step raises no alert.
    """

    name: str = Field(description="Name of the event")
    scope: Scope = Field(Scope(), description="What it touches")
    start: date = Field(description="First day")
    end: date | None = Field(None, description="Day after the last; none: it stays")
    amount_per_day: Decimal = Field(Decimal(0), description="Expected change of cost a day")


class Anomalies(Strict):
    """Settings of detection."""

    floor_per_day: float = Field(20, ge=0, description="Series under this daily spend, in `currency`, are not watched")
    sensitivity: tuple[Sensitivity, ...] = Field((), description="Scopes that alert more or less easily")


class RemediationSettings(Strict):
    """Limits of remediation over all runs of a day."""

    enabled: bool = Field(True, description="Whether anything is proposed at all")
    protected_tags: dict[str, tuple[str, ...]] = Field(
        {"finops:protected": ("true", "yes"), "do-not-stop": ("true", "yes")},
        description="Tag key: values that keep a resource from ever being touched",
    )
    maximum_resources_a_day: int = Field(50, ge=0, description="Most resources that all runs of a day may touch")
    auto_after_successes: int = Field(
        5,
        ge=1,
        description="Approved runs without a failure after which a playbook may run by itself, where it says `auto`",
    )
    actor_role_arn: str | None = Field(None, description="Role assumed for changes, {account} is replaced")
    observer_role_arn: str | None = Field(None, description="Role assumed for reading, {account} is replaced")
    regions: tuple[str, ...] = Field(("us-east-1",), description="AWS regions whose inventory and metrics are read")
    accounts: tuple[str, ...] = Field(
        (), description="AWS account ids whose inventory and metrics are read; none: the process's own"
    )
    tickets: tuple[TicketRule, ...] = Field(
        (), description="Where nothing is changed and a ticket is opened instead; the first that matches counts"
    )


class Retention(Strict):
    """How long rows are kept, in days; 0 keeps them for ever."""

    charges_days: int = Field(1_100, ge=0, description="Days that charges are kept")
    questions_days: int = Field(400, ge=0, description="Days that questions are kept")
    audit_days: int = Field(0, ge=0, description="Days that audit entries are kept")


class Organisation(Strict):
    """`finops.yaml`: sources, allocation, people, channels, budgets. Everything has a default."""

    name: str = Field("Your organisation", description="Name of the organisation")
    currency: str = Field("USD", description="Currency in which things are shown where a choice has to be made")
    timezone: Zone = Field("UTC", description="Time zone whose day `today` and `this month` mean in a question")
    fiscal_year_start: int = Field(1, ge=1, le=12, description="Month in which the fiscal year starts")
    visibility: Literal["all", "own_teams"] = Field(
        "all", description="own_teams narrows every answer to the asker's teams"
    )
    exchange_rates: dict[str, Annotated[Decimal, Field(gt=0)]] = Field(
        default_factory=dict, description="Units of a currency per unit of `currency`"
    )
    sources: tuple[BillSource, ...] = Field((), description="Where bills come from")
    holding: Holding = Field(Holding(), description="When a delivery of bills waits for an operator's word")
    allocation: Allocation = Field(Allocation(), description="Who owns a charge")
    shared_costs: tuple[SharedCost, ...] = Field((), description="Costs that are split over teams for showback")
    people: tuple[Person, ...] = Field((), description="Who is who, and what they may do")
    groups: tuple[Group, ...] = Field((), description="Slack user groups and what their members may do")
    channels: tuple[Channel, ...] = Field((), description="Which channel is told what")
    budgets: tuple[Budget, ...] = Field((), description="Amounts not to be passed")
    events: tuple[PlannedEvent, ...] = Field((), description="Known steps: launches, sales, ends of commitments")
    anomalies: Anomalies = Field(Anomalies(), description="How easily detection alerts")
    remediation: RemediationSettings = Field(RemediationSettings(), description="Limits of changes to resources")
    retention: Retention = Field(Retention(), description="How long rows are kept")
    synonyms: dict[str, Texts] = Field(
        default_factory=dict, description="Your own words for values: checkout: [co, kasse]"
    )

    _people_once = field_validator("people")(named_once)

    def rate_of(self, currency: str) -> float:
        """Units of a currency per unit of `currency`, for thresholds and order: by `exchange_rates`, else roughly."""
        if currency == self.currency:
            return 1.0
        given = self.exchange_rates.get(currency)
        return rough_rate(currency, self.currency) if given is None else float(given)

    def actor(self, person_id: str | None, name: str = "") -> Actor:
        """Who a Slack user is; somebody unknown is a viewer (of everything, unless `visibility` narrows)."""
        person = self.person(person_id) if person_id else None
        everything = self.visibility == "all"
        if person is None:
            return Actor(
                id=person_id or "unknown",
                name=name,
                sees_all=everything,
                directory=self.directory,
                holders=self.holders,
            )
        return Actor(
            id=person.id,
            name=person.name,
            roles=frozenset({Role.VIEWER, *person.roles}),
            teams=frozenset(person.teams),
            sees_all=everything or Role.ADMIN in person.roles,
            approves_teams=frozenset(person.approves_teams),
            approves_playbooks=frozenset(person.approves_playbooks),
            known_as=frozenset(person.identities()),
            directory=self.directory,
            holders=self.holders,
        )

    @property
    def holders(self) -> dict[Role, tuple[str, ...]]:
        """Who has each role that is given to somebody, by name, in the order of the file."""
        roles = dict.fromkeys(role for person in self.people for role in person.roles)
        return {role: tuple(one.name or one.id for one in self.people if role in one.roles) for role in roles}

    @property
    def directory(self) -> dict[str, str]:
        """Every id and e-mail of `people`, to the id of the person."""
        return {identity: person.id for person in self.people for identity in person.identities()}

    def person(self, identity: str) -> Person | None:
        """The person of an id or an e-mail, whose case does not matter."""
        return next((person for person in self.people if folded(identity) in person.identities()), None)

    def knows(self, person_id: str) -> bool:
        """Whether `people` names somebody by id or e-mail."""
        return self.person(person_id) is not None

    def channel_for(self, team: str | None) -> str | None:
        """Where a team is told things: its own channel, else the first without
        a team, else an admin channel; None when there is none.
        """
        own = [channel.channel for channel in self.channels if team is not None and channel.team == team]
        shared = [channel.channel for channel in self.channels if channel.team is None and not channel.admin]
        return next(iter([*own, *shared, *self.admin_channels()]), None)

    def channel_named(self, name: str) -> Channel | None:
        """The channel with this name or id, with or without #."""
        return next((one for one in self.channels if one.channel.lstrip("#") == name.lstrip("#")), None)

    def admin_channels(self) -> tuple[str, ...]:
        """Channels that are told about failures."""
        return tuple(channel.channel for channel in self.channels if channel.admin)


def read_organisation(path: Path) -> Organisation:
    """The organisation file, or the defaults when there is none; raises `UserError` that names file, line and fix."""
    if not path.exists():
        return Organisation()
    return _parse_organisation(path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def _parse_organisation(path: Path, text: str) -> Organisation:
    return read_model(path, text, Organisation, _hint)


def _hint(location: Location) -> str:
    allowed = [
        *Organisation.model_fields,
        *Person.model_fields,
        *Budget.model_fields,
        *Channel.model_fields,
        *BillSource.model_fields,
    ]
    near = get_close_matches(str(location[-1]), allowed, n=1)
    return "unknown key; remove it or see `finops config check --schema`" + (
        f"; did you mean `{near[0]}`?" if near else ""
    )
