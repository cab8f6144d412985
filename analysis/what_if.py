"""What would be if: a commitment bought, a scope that grows, a pace that goes on. Pure arithmetic on known amounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

HOURS_A_MONTH = 365.25 / 12 * 24
_STEPS = 50  # halvings of the break-even discount


@dataclass(frozen=True)
class PlanOutcome:
    """A commitment per hour against on-demand cost as it was, in currency a month."""

    discount: float
    commitment: float  # what the plan costs, used or not
    replaced: float  # on-demand cost it takes the place of
    saving: float  # negative where it costs more than it replaces
    used: float  # share of the commitment that is used


def savings_plan(hourly: float, on_demand: Sequence[float], discount: float) -> PlanOutcome:
    """A plan of `hourly` currency an hour at `discount` (a share under one of on-demand prices), had it been there in
    the hours of `on_demand` cost. An hour's usage beyond what the plan covers stays on demand; what is not used of it
    is paid all the same. At least one hour is given.
    """
    covered = hourly / (1 - discount)
    replaced = fmean(min(max(cost, 0.0), covered) for cost in on_demand)
    return PlanOutcome(
        discount=discount,
        commitment=hourly * HOURS_A_MONTH,
        replaced=replaced * HOURS_A_MONTH,
        saving=(replaced - hourly) * HOURS_A_MONTH,
        used=replaced / covered if covered else 0.0,
    )


def break_even(hourly: float, on_demand: Sequence[float]) -> float | None:
    """The least discount from which such a plan costs no more than it replaces; None where none does."""
    low, high = 0.0, 1.0 - 1e-6
    if savings_plan(hourly, on_demand, high).saving < 0:
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if savings_plan(hourly, on_demand, middle).saving >= -1e-9 else (middle, high)
    return high


@dataclass(frozen=True)
class Growth:
    """The cost of some days ahead of a scope and of everything, as forecast and if the scope grows at once."""

    scope: float
    scope_grown: float
    total: float
    total_grown: float


def growth(scope: Sequence[float], total: Sequence[float], share: float) -> Growth:
    """If the scope's forecast cost a day were `share` higher on each of the days (lower where negative)."""
    more = share * sum(scope)
    return Growth(sum(scope), sum(scope) + more, sum(total), sum(total) + more)


@dataclass(frozen=True)
class Passing:
    """When a running sum reaches an amount: `on` is None where it does not until `end`, the expected sum of which is
    `heading`.
    """

    on: date | None
    heading: float
    end: date  # the day after the last


def passing(spent: float, amount: float, ahead: Mapping[date, float], end: date) -> Passing:
    """From what is spent and the expected cost of each day ahead before `end`."""
    heading, on = spent, None
    for day in sorted(day for day in ahead if day < end):
        heading += ahead[day]
        if on is None and heading >= amount:
            on = day
    return Passing(on, heading, end)
