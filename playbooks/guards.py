"""What keeps a playbook from acting: protected resources, limits of a plan, change windows and freezes."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from config.files.yaml_file import Strict, Texts, time_zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ChangeWindow(Strict):
    """When changes may happen."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(
        ("mon", "tue", "wed", "thu", "fri"), description="Days of the week"
    )
    start: time = Field(time(8), description="From this time on")
    end: time = Field(time(18), description="Of the same day; for a window over midnight write two")
    timezone: Annotated[str, AfterValidator(time_zone)] = Field("UTC", description="Time zone of the times")

    @model_validator(mode="after")
    def _ordered(self) -> "ChangeWindow":
        if self.end <= self.start:
            raise ValueError("end must be after start; for a window over midnight write two")
        return self


class Freeze(Strict):
    """When nothing may change; both days included."""

    start: date = Field(description="First day")
    end: date = Field(description="Last day")
    reason: str = Field(description="Why, as people are told")

    @model_validator(mode="after")
    def _ends(self) -> "Freeze":
        if self.end < self.start:
            raise ValueError("end must not be before start")
        return self


class Guards(Strict):
    """What keeps a resource, or the whole plan, from being touched."""

    protected_tags: dict[str, Texts] = Field(
        default_factory=dict, description="Besides those of finops.yaml; * is any value"
    )
    require_tags: tuple[str, ...] = Field(("team",), description="A resource without these tags counts as protected")
    environments: tuple[str, ...] = Field((), description="Only these; empty: any")
    maximum_resources: int = Field(25, ge=1, description="Most resources of one plan")
    maximum_percent: float = Field(
        100, gt=0, le=100, description="Most of the account's resources of this kind, in per cent"
    )
    maximum_monthly_amount: float = Field(
        10_000, gt=0, description="Most monthly savings, a bound on how much is at stake"
    )
    windows: tuple[ChangeWindow, ...] = Field((), description="Acting is allowed in any of these; empty: always")
    freezes: tuple[Freeze, ...] = Field((), description="Days on which nothing is changed")
