"""The one reader of the environment, of `.env` and of `finops.yaml`; nothing else in the house looks at them."""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

import logs
from access import SYSTEM, Actor, Role
from errors import UserError as UserError
from vault import Kept, Login, Vault

_PASSWORD = re.compile(r"\w[\w+.-]*://[^:/@]*:([^@/]+)@")


class Settings(BaseSettings):
    """What the environment and `.env` say; every field has a working default."""

    model_config = SettingsConfigDict(env_file=".env", env_prefix="FINOPS_", env_ignore_empty=True, extra="ignore", populate_by_name=True)

    home: Path = Field(Path(".finops"), description="Folder of all local state: embedded Postgres, Prefect, downloads")
    config: Path = Field(Path("finops.yaml"), description="The organisation file; optional")
    env: Literal["development", "production"] = Field(
        "development", description="production refuses .env files and the command line's implicit admin"
    )
    allow_env_file: bool = Field(False, description="Allow a .env file in production")
    database_url: SecretStr | None = Field(None, description="Outside Postgres, as the owner role; unset: a private embedded server")
    app_database_url: SecretStr | None = Field(
        None, description="Outside Postgres, as the application role; unset: the owner's login with SET ROLE"
    )
    reader_database_url: SecretStr | None = Field(
        None, description="Outside Postgres, as the reader role; unset: the owner's login with SET ROLE"
    )
    llm_model: str = Field("gpt-5-mini", description="Model name for the LLM translator")
    llm_use: Literal["when_needed", "first", "never"] = Field(
        "when_needed", description="when_needed: what the built-in grammar cannot read; first: every question; never: rules only"
    )
    llm_timeout_seconds: float = Field(20, gt=0, description="Time budget of one question's LLM calls")
    llm_daily_tokens_per_person: int = Field(200_000, ge=0, description="Token budget a person and a day")
    llm_daily_seconds_per_person: float = Field(900, ge=0, description="Budget of the model's time a person and a day")
    llm_daily_cost_per_person: float = Field(2, ge=0, description="Money budget a person and a day, in the currency of the prices below")
    llm_input_price: float = Field(0, ge=0, description="Price of a million prompt tokens; 0: not counted")
    llm_output_price: float = Field(0, ge=0, description="Price of a million completion tokens; 0: not counted")
    llm_remember: bool = Field(True, description="Remember translations by question, asker's scope, catalogue and data")
    llm_prompt_tokens: int = Field(6_000, ge=500, description="Token budget of one prompt")
    answer_row_cap: int = Field(1_000, ge=1, description="Most rows an answer may carry")
    answer_timeout_seconds: float = Field(10, gt=0, description="Time limit of one query")
    answer_cost_cap: float = Field(5_000_000, gt=0, description="Highest planner cost (EXPLAIN) that is run")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Log level of the JSON log on stderr")
    api_host: str = Field("127.0.0.1", description="Address of the HTTP API")
    api_port: int = Field(8080, ge=0, le=65535, description="Port of the HTTP API")

    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="Key of the LLM; with it or a base URL the LLM translator is used"
    )
    openai_base_url: str | None = Field(None, validation_alias="OPENAI_BASE_URL", description="Any OpenAI-compatible endpoint")
    slack_bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN", description="xoxb- token of the Slack app")
    slack_app_token: SecretStr | None = Field(
        None, validation_alias="SLACK_APP_TOKEN", description="xapp- token: Socket Mode is used when it is set"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, validation_alias="SLACK_SIGNING_SECRET", description="Signing secret for the HTTP endpoint"
    )
    slack_api_url: str | None = Field(None, validation_alias="SLACK_API_URL", description="Another Web API address, as the demo's")
    prefect_api_url: str | None = Field(None, validation_alias="PREFECT_API_URL", description="Prefect server that runs the flows")
    vault_addr: str | None = Field(
        None, validation_alias="VAULT_ADDR", description="Vault or OpenBao server; secrets are read from it when set"
    )
    vault_token: SecretStr | None = Field(None, validation_alias="VAULT_TOKEN", description="Vault token, for development")
    vault_role_id: str | None = Field(None, validation_alias="VAULT_ROLE_ID", description="AppRole role id")
    vault_secret_id: SecretStr | None = Field(None, validation_alias="VAULT_SECRET_ID", description="AppRole secret id")
    vault_wrapped_secret_id: SecretStr | None = Field(
        None,
        validation_alias="VAULT_WRAPPED_SECRET_ID",
        description="AppRole secret id in a response-wrapping token, which one process can unwrap once",
    )
    vault_kubernetes_role: str | None = Field(None, validation_alias="VAULT_KUBERNETES_ROLE", description="Role for Kubernetes auth")
    vault_kubernetes_mount: str = Field(
        "kubernetes", validation_alias="VAULT_KUBERNETES_MOUNT", description="Where Kubernetes auth is mounted"
    )
    vault_service_account_file: Path | None = Field(
        None,
        validation_alias="VAULT_SERVICE_ACCOUNT_FILE",
        description="The pod's token for Kubernetes auth; unset: where Kubernetes mounts it",
    )
    vault_namespace: str | None = Field(None, validation_alias="VAULT_NAMESPACE", description="Namespace of Vault")
    vault_cacert: Path | None = Field(None, validation_alias="VAULT_CACERT", description="Certificates that Vault's is checked against")
    vault_mount: str = Field("secret", validation_alias="VAULT_MOUNT", description="KV v2 mount")
    vault_path: str = Field(
        "finops-bot", validation_alias="VAULT_PATH", description="Path of the secrets under the mount, or several separated by commas"
    )
    vault_refresh_seconds: float = Field(60, ge=1, description="How often secrets are read anew while the process runs")
    oidc_issuer: str | None = Field(
        None, description="Sign-in provider whose JWTs the API takes besides its own tokens; its discovery document is read"
    )
    oidc_audience: str | None = Field(None, description="The audience that a JWT must name: the client id of this API at the provider")
    oidc_claim: str = Field("email", description="Claim that names a person of finops.yaml by id or e-mail")
    aws_endpoint_url: str | None = Field(None, validation_alias="AWS_ENDPOINT_URL", description="Another AWS endpoint, as the demo's")

    _live: "_Live | None" = PrivateAttr(None)
    _version: int = PrivateAttr(0)

    @property
    def version(self) -> int:
        """Grows with each change of the secrets in Vault."""
        return self._version

    def latest(self) -> "Settings":
        """These settings with the newest secrets: asked for where a secret is used, so that a rotated one needs no restart."""
        return self._live.latest() if self._live else self

    def refused(self) -> bool:
        """A secret of these settings was refused: whether Vault has others by now, which `latest` then gives."""
        return self._live is not None and self._live.kept.refused(self._version)

    def secrets(self) -> list[str]:
        """The values that nobody may see, and the passwords in them."""
        values = [value.get_secret_value() for name in type(self).model_fields if isinstance(value := getattr(self, name), SecretStr)]
        return [*values, *(unquote(found.group(1)) for value in values if (found := _PASSWORD.match(value)))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_tuple(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class Source(_Strict):
    """Where one kind of bill comes from."""

    name: str = Field(description="Name of the source, shown in loads and alerts")
    paths: Names = Field(description="Files, globs, folders or s3:// addresses")
    schedule: Literal["hourly", "daily"] = Field("daily", description="How often its paths are looked at for new deliveries")


class AllocationRule(_Strict):
    """One rule of an ordered list: either takes a tag's value, or gives a fixed value where its condition holds."""

    tag: Names = Field((), description="Tag keys whose first non-empty value is taken")
    account: str | None = Field(None, description="Account name or id, * as wildcard")
    resource: str | None = Field(None, description="Regular expression on the resource's name or id")
    service: str | None = Field(None, description="Service name, * as wildcard")
    value: str | None = Field(None, description="The value given when the condition holds")

    @model_validator(mode="after")
    def _complete(self) -> "AllocationRule":
        conditions = [self.account, self.resource, self.service]
        if self.tag and self.value is None and not any(conditions):
            return self
        if self.value is None or not any(conditions):
            raise ValueError("give either `tag: [keys]`, or `value:` with one of account, resource, service")
        if self.resource is not None:
            re.compile(self.resource)
        return self


class Allocation(_Strict):
    """Ordered rules; the first that gives a value wins; what matches none is unallocated."""

    team: tuple[AllocationRule, ...] = Field(
        (AllocationRule(tag=("team", "Team", "owner", "cost-center")),), description="Rules that give a charge its team"
    )
    environment: tuple[AllocationRule, ...] = Field(
        (AllocationRule(tag=("environment", "Environment", "env", "stage")),), description="Rules that give a charge its environment"
    )
    application: tuple[AllocationRule, ...] = Field(
        (AllocationRule(tag=("application", "Application", "app", "service")),), description="Rules that give a charge its application"
    )


class SharedCost(_Strict):
    """A cost split over teams for showback."""

    name: str = Field(description="Name of the shared cost")
    account: str | None = Field(None, description="Account whose cost is shared")
    service: str | None = Field(None, description="Service whose cost is shared")
    split: Literal["even", "proportional", "fixed"] = Field(
        "proportional", description="How it is split: even, proportional to the teams' own cost, or by fixed `shares`"
    )
    shares: dict[str, float] = Field(default_factory=dict, description="Team: its part of 1, for a fixed split; what is left nobody bears")

    @model_validator(mode="after")
    def _divisible(self) -> "SharedCost":
        if self.account is None and self.service is None:
            raise ValueError("name the account or the service whose cost is shared")
        if (self.split == "fixed") != bool(self.shares):
            raise ValueError("`shares` belong to `split: fixed`, and to nothing else")
        if any(share < 0 for share in self.shares.values()) or sum(self.shares.values()) > 1 + 1e-9:
            raise ValueError("shares are parts of 1: none is negative, together they are 1 at most")
        return self


class Person(_Strict):
    """Somebody in the workspace."""

    id: str = Field(description="Slack user id")
    name: str = Field(description="Name, as shown")
    email: str | None = Field(None, description="E-mail address, another way to name the person")
    roles: tuple[Role, ...] = Field((Role.MEMBER,), description="What the person may do")
    teams: tuple[str, ...] = Field((), description="Teams the person belongs to, which bound what they see where `visibility` is own_teams")
    approves_teams: tuple[str, ...] = Field((), description="Teams for which an approver decides; * for all")
    approves_playbooks: tuple[str, ...] = Field((), description="Playbooks on which an approver decides; none named: all")


class Group(_Strict):
    """A Slack user group and what its members may; it only adds to what `people` says."""

    handle: str = Field(description="Handle of the user group, without @")
    roles: tuple[Role, ...] = Field((Role.MEMBER,), description="What its members may do")
    teams: tuple[str, ...] = Field((), description="Teams its members belong to")
    approves_teams: tuple[str, ...] = Field((), description="Teams for which its members decide, where they are approvers")
    approves_playbooks: tuple[str, ...] = Field((), description="Playbooks on which its members decide; none named: all")


class Channel(_Strict):
    """A Slack channel and what it is told."""

    channel: str = Field(description="Channel name with # or id")
    team: str | None = Field(None, description="Team whose alerts and digests come here; none: everybody's")
    minimum_impact: float = Field(100, ge=0, description="Smallest daily impact that is posted, in the billing currency")
    quiet_hours: tuple[int, int] | None = Field(None, description="Start and end hour, UTC, in which only critical alerts are posted")
    digest: Literal["none", "daily", "weekly"] = Field("none", description="How often a digest is posted")
    digest_hour: int = Field(9, ge=0, le=23, description="Hour of the digest, in `timezone`")
    timezone: str = Field("UTC", description="Time zone of the digest")
    admin: bool = Field(False, description="Failures of flows are told here")


class Scope(_Strict):
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


class Budget(_Strict):
    """An amount not to be passed in a period."""

    name: str = Field(description="Name of the budget")
    scope: Scope = Field(Scope(), description="What it is about; empty: everything")
    amount: Decimal = Field(gt=0, description="Amount not to be passed in a period")
    currency: str = Field("USD", description="Currency of the amount; only costs in it count")
    period: Literal["monthly", "quarterly", "yearly", "custom"] = Field("monthly", description="How long a period is")
    start: date | None = Field(None, description="First day, for a custom period")
    end: date | None = Field(None, description="Day after the last, for a custom period")
    thresholds: tuple[float, ...] = Field((0.8, 1.0), description="Shares of the amount at which it is told")
    rollover: bool = Field(False, description="What was left of the last period is added to this one")
    owner: str | None = Field(None, description="Slack user id that is mentioned")

    @model_validator(mode="after")
    def _dated(self) -> "Budget":
        if self.period == "custom" and (self.start is None or self.end is None or self.end <= self.start):
            raise ValueError("a custom budget needs start and end, end after start")
        return self


class Sensitivity(_Strict):
    """How easily a scope alerts: above 1 alerts more, below 1 less."""

    scope: Scope = Field(Scope(), description="What it is about")
    sensitivity: float = Field(1.0, gt=0, le=5, description="Above 1 alerts more, below 1 less")


class PlannedEvent(_Strict):
    """A known step: a launch, a sale, a commitment's end. `amount_per_day` is added to forecasts; the step raises no alert."""

    name: str = Field(description="Name of the event")
    scope: Scope = Field(Scope(), description="What it touches")
    start: date = Field(description="First day")
    end: date | None = Field(None, description="Day after the last; none: it stays")
    amount_per_day: Decimal = Field(Decimal(0), description="Expected change of cost a day")


class Anomalies(_Strict):
    """Settings of detection."""

    floor_per_day: float = Field(20, ge=0, description="Series under this daily spend are not watched")
    sensitivity: tuple[Sensitivity, ...] = Field((), description="Scopes that alert more or less easily")


class Remediation(_Strict):
    """Limits of remediation over all runs of a day."""

    enabled: bool = Field(True, description="Whether anything is proposed at all")
    protected_tags: dict[str, tuple[str, ...]] = Field(
        {"finops:protected": ("true", "yes"), "do-not-stop": ("true", "yes")},
        description="Tag key: values that keep a resource from ever being touched",
    )
    maximum_resources_a_day: int = Field(50, ge=0, description="Most resources that all runs of a day may touch")
    auto_after_successes: int = Field(
        5, ge=1, description="Approved runs without a failure after which a playbook may run by itself, where it says `auto`"
    )
    actor_role_arn: str | None = Field(None, description="Role assumed for changes, {account} is replaced")
    observer_role_arn: str | None = Field(None, description="Role assumed for reading, {account} is replaced")
    regions: tuple[str, ...] = Field(("us-east-1",), description="AWS regions whose inventory and metrics are read")
    accounts: tuple[str, ...] = Field((), description="AWS account ids whose inventory and metrics are read; none: the process's own")


class Retention(_Strict):
    """How long rows are kept, in days; 0 keeps them for ever."""

    charges_days: int = Field(1_100, ge=0, description="Days that charges are kept")
    questions_days: int = Field(400, ge=0, description="Days that questions are kept")
    audit_days: int = Field(0, ge=0, description="Days that audit entries are kept")


class Organisation(_Strict):
    """`finops.yaml`: sources, allocation, people, channels, budgets. Everything has a default."""

    name: str = Field("Your organisation", description="Name of the organisation")
    currency: str = Field("USD", description="Currency in which things are shown where a choice has to be made")
    fiscal_year_start: int = Field(1, ge=1, le=12, description="Month in which the fiscal year starts")
    visibility: Literal["all", "own_teams"] = Field("all", description="own_teams narrows every answer to the asker's teams")
    exchange_rates: dict[str, Decimal] = Field(default_factory=dict, description="Units of a currency per unit of `currency`")
    sources: tuple[Source, ...] = Field((), description="Where bills come from")
    allocation: Allocation = Field(Allocation(), description="Who owns a charge")
    shared_costs: tuple[SharedCost, ...] = Field((), description="Costs that are split over teams for showback")
    people: tuple[Person, ...] = Field((), description="Who is who, and what they may do")
    groups: tuple[Group, ...] = Field((), description="Slack user groups and what their members may do")
    channels: tuple[Channel, ...] = Field((), description="Which channel is told what")
    budgets: tuple[Budget, ...] = Field((), description="Amounts not to be passed")
    events: tuple[PlannedEvent, ...] = Field((), description="Known steps: launches, sales, ends of commitments")
    anomalies: Anomalies = Field(Anomalies(), description="How easily detection alerts")
    remediation: Remediation = Field(Remediation(), description="Limits of changes to resources")
    retention: Retention = Field(Retention(), description="How long rows are kept")
    synonyms: dict[str, Names] = Field(default_factory=dict, description="Your own words for values: checkout: [co, kasse]")

    def actor(self, person_id: str | None, name: str = "") -> Actor:
        """Who a Slack user is; somebody unknown is a viewer (of everything, unless `visibility` narrows)."""
        person = next((p for p in self.people if p.id == person_id or (p.email and p.email == person_id)), None)
        everything = self.visibility == "all"
        if person is None:
            return Actor(id=person_id or "unknown", name=name, sees_all=everything)
        return Actor(
            id=person.id,
            name=person.name,
            roles=frozenset({Role.VIEWER, *person.roles}),
            teams=frozenset(person.teams),
            sees_all=everything or Role.ADMIN in person.roles,
            approves_teams=frozenset(person.approves_teams),
            approves_playbooks=frozenset(person.approves_playbooks),
        )

    def knows(self, person_id: str) -> bool:
        """Whether `people` names somebody by id or e-mail."""
        return any(person_id in (person.id, person.email) for person in self.people)

    def people_with(self, role: Role) -> tuple[Person, ...]:
        """Everybody who holds a role, in the file's order."""
        return tuple(person for person in self.people if role in person.roles)

    def channel_for(self, team: str | None) -> str | None:
        """Where a team is told things: its own channel, else the first without a team, else an admin channel; None when there is none."""
        own = [channel.channel for channel in self.channels if team is not None and channel.team == team]
        shared = [channel.channel for channel in self.channels if channel.team is None and not channel.admin]
        return next(iter([*own, *shared, *self.admin_channels()]), None)

    def channel_named(self, name: str) -> Channel | None:
        """The channel with this name or id, with or without #."""
        return next((one for one in self.channels if one.channel.lstrip("#") == name.lstrip("#")), None)

    def admin_channels(self) -> tuple[str, ...]:
        """Channels that are told about failures."""
        return tuple(channel.channel for channel in self.channels if channel.admin)


def operator(settings: Settings) -> Actor:
    """Who acts on the command line: everything is allowed there outside production, where `--as` is needed."""
    if settings.env == "production":
        return SYSTEM
    return Actor(id="cli", name="command line", roles=frozenset(Role), sees_all=True)


_SECRET = re.compile("KEY|SECRET|TOKEN|PASSWORD|CREDENTIALS")
_CLOUD = ("AWS_", "AZURE_", "GOOGLE_")  # what the clouds' own libraries look for in the environment


@dataclass
class _Live:
    """The settings of a process whose secrets come from Vault, made anew when those change."""

    kept: Kept
    overrides: dict[str, Any]
    made: Settings

    def latest(self) -> Settings:
        version = self.kept.newest()
        if version != self.made.version:
            try:
                self.made = _from_vault(self.kept.values, self.overrides)
            except UserError as error:
                logging.getLogger(__name__).error("Vault's new values cannot be used, the last ones stay: %s", error)
                self.made = self.made.model_copy()
            self.made._live, self.made._version = self, version
        return self.made


def read_settings(**overrides: Any) -> Settings:
    """The settings of this process, with Vault's secrets over the environment's where Vault is configured; raises `UserError`."""
    settings = _settings(**overrides)
    if settings.env == "production" and Path(".env").exists() and not settings.allow_env_file:
        raise UserError(
            "There is a .env file in production. Put its secrets into Vault or the environment, or set FINOPS_ALLOW_ENV_FILE=true."
        )
    vault = vault_of(settings)
    if vault is not None:
        kept = Kept(vault, settings.vault_refresh_seconds, vault.read())
        settings = _from_vault(kept.values, overrides)
        settings._live = _Live(kept, overrides, settings)
    logs.hide(settings.secrets())
    return settings


def _from_vault(values: Mapping[str, str], overrides: dict[str, Any]) -> Settings:
    """Settings with Vault's values; those for the clouds go into the environment, where the clouds' libraries look for them."""
    cloud = {name: value for name, value in values.items() if name.startswith(_CLOUD)}
    os.environ.update(cloud)
    made = _settings(**{**_known(values), **overrides})
    logs.hide([*made.secrets(), *(value for name, value in cloud.items() if _SECRET.search(name))])
    return made


def vault_of(settings: Settings) -> Vault | None:
    """The Vault that is configured, None when there is none."""
    if settings.vault_addr is None:
        return None

    def plain(secret: SecretStr | None) -> str | None:
        return secret.get_secret_value() if secret else None

    login = Login(
        token=plain(settings.vault_token),
        role_id=settings.vault_role_id,
        secret_id=plain(settings.vault_secret_id),
        wrapped_secret_id=plain(settings.vault_wrapped_secret_id),
        kubernetes_role=settings.vault_kubernetes_role,
        kubernetes_mount=settings.vault_kubernetes_mount,
        **({"service_account": settings.vault_service_account_file} if settings.vault_service_account_file else {}),
    )
    return Vault(
        settings.vault_addr,
        settings.vault_mount,
        settings.vault_path,
        login,
        namespace=settings.vault_namespace,
        ca_file=settings.vault_cacert,
    )


def _settings(**values: Any) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        raise UserError("\n".join(_setting_problem(problem) for problem in error.errors())) from error


def _known(secrets: Mapping[str, str]) -> dict[str, str]:
    """Vault's secrets by field: they are named there as in the environment."""
    fields = {(item.validation_alias or f"FINOPS_{name}".upper()): name for name, item in Settings.model_fields.items()}
    return {fields[key]: value for key, value in secrets.items() if key in fields}


def _setting_problem(problem: Any) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else "settings"
    return f"{name if name.isupper() else 'FINOPS_' + name.upper()}: {problem['msg']}. Set it in the environment or in .env."


def read_organisation(path: Path) -> Organisation:
    """The organisation file, or the defaults when there is none; raises `UserError` that names file, line and fix."""
    if not path.exists():
        return Organisation()
    return _parse_organisation(path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def _parse_organisation(path: Path, text: str) -> Organisation:
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise UserError(
            f"{path}:{line}: not valid YAML: {getattr(error, 'problem', error)}. Check indentation and quotes there."
        ) from error
    try:
        return Organisation.model_validate(content)
    except ValidationError as error:
        raise UserError("\n".join(_problems(path, tree, error))) from error


def _problems(path: Path, tree: Any, error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = f"unknown key; remove it or see `finops config check --schema`{_nearest(problem['loc'])}"
        yield f"{path}:{line_of(tree, problem['loc'])}: {where}: {message}"


def _nearest(location: tuple[Any, ...]) -> str:
    from difflib import get_close_matches

    known = [*Organisation.model_fields, *Person.model_fields, *Budget.model_fields, *Channel.model_fields, *Source.model_fields]
    near = get_close_matches(str(location[-1]), known, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def line_of(node: Any, location: tuple[Any, ...]) -> int:
    """The line of the deepest node on the way to a location."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
