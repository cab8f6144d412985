"""The inputs of the waste rules, and the recommendations they return."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Confidence = Literal["high", "medium", "low"]
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")


@dataclass(frozen=True)
class BilledResource:
    """A row of the inventory with its bill: effective cost of the last 30 days, the part of it that a commitment
    paid for, and the part that is for hours of the machine (None where the bill does not tell it from storage).
    """

    resource_id: str
    resource_type: str
    provider: str | None = None
    region: str | None = None
    account: str | None = None
    team: str | None = None
    name: str | None = None
    state: str | None = None
    instance_type: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    monthly_cost: float | None = None
    committed_cost: float = 0.0
    compute_cost: float | None = None
    currency: str = "USD"

    @property
    def label(self) -> str:
        """How people know it."""
        return self.name or self.resource_id


@dataclass(frozen=True)
class UsageDay:
    """One metric of one resource on one day; counts hold the day's total in both columns."""

    day: date
    metric: str
    average: float | None
    maximum: float | None


@dataclass(frozen=True)
class CataloguePrice:
    """A row of the price catalogue; for disks `instance_type` is the volume type and the price is of one GB."""

    provider: str
    region: str
    instance_type: str
    operating_system: str
    hourly_price: float
    currency: str
    vcpus: float | None = None
    memory_gib: float | None = None
    architecture: str | None = None


@dataclass(frozen=True)
class SavingOpportunity:
    """A change that would save money. `monthly_savings` is at the effective
    rate; None means that it cannot be known, and `missing` says why.

    `evidence` has `summary` (a sentence), `proposed` (parameters for a
    playbook), the metrics and prices looked at, and the arithmetic.
    """

    kind: str
    resource_id: str
    account: str | None
    team: str | None
    current_state: str
    proposed_state: str
    monthly_savings: float | None
    currency: str
    confidence: Confidence
    evidence: Mapping[str, Any]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProtectedResource:
    """A resource that a rule matched and a tag protects."""

    resource_id: str
    rule: str
    reason: str


class Catalogue:
    """Prices by provider, region, type and system."""

    def __init__(self, prices: Iterable[CataloguePrice]) -> None:
        self._prices = {(one.provider, one.region, one.instance_type, one.operating_system): one for one in prices}

    def find(self, resource: BilledResource, instance_type: str | None, system: str) -> CataloguePrice | None:
        """The price of a type where the resource is, in the resource's currency; None when the catalogue has none."""
        if resource.provider is None or resource.region is None or instance_type is None:
            return None
        price = self._prices.get((resource.provider, resource.region, instance_type, system))
        return price if price is not None and price.currency == resource.currency else None

    def beside(self, price: CataloguePrice) -> list[CataloguePrice]:
        """Everything sold in the same region for the same system and currency, cheapest first."""
        same = (price.provider, price.region, price.operating_system, price.currency)
        listed = [
            one
            for one in self._prices.values()
            if (one.provider, one.region, one.operating_system, one.currency) == same
        ]
        return sorted(listed, key=lambda one: (one.hourly_price, one.instance_type))


def lowered(confidence: Confidence, steps: int = 1) -> Confidence:
    """A confidence some steps further down."""
    return CONFIDENCES[max(CONFIDENCES.index(confidence) - steps, 0)]


def protection(tags: Mapping[str, str], protected: Mapping[str, tuple[str, ...]]) -> str | None:
    """The tag that forbids any change, as `key=value`, or None; * stands for any value."""
    for key, values in protected.items():
        if key in tags and ("*" in values or tags[key].lower() in {value.lower() for value in values}):
            return f"{key}={tags[key]}"
    return None
