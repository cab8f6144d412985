"""What `finops.yaml` says of bills: their sources, who owns a charge, and what is shared."""

import re
from typing import Literal

from pydantic import Field, model_validator

from config.files.yaml_file import Strict, Texts


class BillSource(Strict):
    """Where one kind of bill comes from."""

    name: str = Field(description="Name of the source, shown in loads and alerts")
    paths: Texts = Field(description="Files, globs, folders or s3:// addresses")
    schedule: Literal["hourly", "daily"] = Field(
        "daily", description="How often its paths are looked at for new deliveries"
    )
    mode: Literal["replace", "append"] = Field(
        "replace",
        description="append: each file adds to its billing period, as daily files and weekly invoices do; "
        "replace: a delivery holds its accounts' whole periods",
    )


class Holding(Strict):
    """When a delivery waits for an operator's word instead of changing what stands."""

    shrink_percent: float = Field(
        20, gt=0, le=100, description="A delivery that takes more than this share from a period is held; 100: none is"
    )
    closed_after_days: int | None = Field(
        None,
        ge=0,
        description="Days after the end of a billing period from which any change of it is held; without, only periods "
        "that the provider calls closed (FOCUS 1.4, Billing Period) are",
    )


class AllocationRule(Strict):
    """One rule of an ordered list: either takes a tag's value, or gives a fixed value where its condition holds."""

    tag: Texts = Field(
        (), description="Tag keys whose first non-empty value is taken, whatever their case and a provider's prefix"
    )
    exact: bool = Field(False, description="Compare tag keys letter by letter")
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
            try:
                re.compile(self.resource)
            except re.error as error:
                raise ValueError(f"`resource` is no regular expression: {error}") from error
        return self


class Allocation(Strict):
    """Ordered rules; the first that gives a value wins; what matches none is unallocated."""

    team: tuple[AllocationRule, ...] = Field(
        (AllocationRule(tag=("team", "Team", "owner", "cost-center")),), description="Rules that give a charge its team"
    )
    environment: tuple[AllocationRule, ...] = Field(
        (AllocationRule(tag=("environment", "Environment", "env", "stage")),),
        description="Rules that give a charge its environment",
    )
    application: tuple[AllocationRule, ...] = Field(
        (AllocationRule(tag=("application", "Application", "app", "service")),),
        description="Rules that give a charge its application",
    )


class SharedCost(Strict):
    """A cost split over teams for showback."""

    name: str = Field(description="Name of the shared cost")
    account: str | None = Field(None, description="Account whose cost is shared")
    service: str | None = Field(None, description="Service whose cost is shared")
    split: Literal["even", "proportional", "fixed"] = Field(
        "proportional", description="How it is split: even, proportional to the teams' own cost, or by fixed `shares`"
    )
    shares: dict[str, float] = Field(
        default_factory=dict, description="Team: its part of 1, for a fixed split; what is left nobody bears"
    )

    @model_validator(mode="after")
    def _divisible(self) -> "SharedCost":
        if self.account is None and self.service is None:
            raise ValueError("name the account or the service whose cost is shared")
        if (self.split == "fixed") != bool(self.shares):
            raise ValueError("`shares` belong to `split: fixed`, and to nothing else")
        if any(share < 0 for share in self.shares.values()) or sum(self.shares.values()) > 1 + 1e-9:
            raise ValueError("shares are parts of 1: none is negative, together they are 1 at most")
        return self
