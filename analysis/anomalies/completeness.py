"""How much of a day's final cost is known some days later, learned from what
earlier loads showed, and what that lets one say.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

SETTLED_DAYS = 10.0  # a day seen this long after its end counts as final
SURE_DAYS = 3.0  # no bill is trusted to say "less" before
ENOUGH = 5  # settled days seen at an age before the age is believed
COMPLETE = 0.98  # share above which a day is as good as final
LEAST = 0.3  # share under which dividing by it says more about the curve than about the day


@dataclass(frozen=True)
class Sighting:
    """What the bill said about one day at some time after the day's start."""

    day: object  # anything that identifies the day within its source
    age_days: float
    cost: float


@dataclass(frozen=True)
class Curve:
    """Expected share of the final cost by age in steps of `step_days`, never falling; empty where nothing is known."""

    shares: tuple[float, ...] = ()
    spreads: tuple[float, ...] = ()
    step_days: float = 1.0


@dataclass(frozen=True)
class Maturity:
    """What may be said about a day of some age."""

    share: float  # of the final cost, 1 where unknown
    spread: float  # typical error of the share
    upward_only: bool  # too young to say that less was spent
    judged: bool  # known well enough to be judged at all


def learn(sightings: Iterable[Sighting], step_days: float = 1.0) -> Curve:
    """The completeness curve: per age the median of cost seen over final cost,
    made monotone; days never seen settled teach nothing.
    """
    by_day: dict[object, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_day[sighting.day].append(sighting)
    ratios: dict[int, list[float]] = defaultdict(list)
    for seen in by_day.values():
        last = max(seen, key=lambda sighting: sighting.age_days)
        if last.age_days < SETTLED_DAYS or last.cost <= 0:
            continue
        for sighting in seen:
            ratios[int(sighting.age_days / step_days)].append(sighting.cost / last.cost)
    return _monotone(ratios, step_days)


def _monotone(ratios: dict[int, list[float]], step_days: float) -> Curve:
    steps = int(SETTLED_DAYS / step_days)
    shares: list[float] = []
    spreads: list[float] = []
    for step in range(steps):
        known = ratios.get(step, [])
        if len(known) < ENOUGH:
            if step == 0 or not shares:
                return Curve()
            shares.append(shares[-1])
            spreads.append(spreads[-1])
            continue
        middle = median(known)
        shares.append(min(1.0, max([middle, *shares[-1:]])))
        spreads.append(1.4826 * median([abs(ratio - middle) for ratio in known]))
    return Curve(tuple(shares), tuple(spreads), step_days)


def maturity(curve: Curve, age_days: float) -> Maturity:
    """What may be said about a day `age_days` after its start; without a curve
    a young day is taken as it stands, upward only.
    """
    if not curve.shares:
        return Maturity(1.0, 0.0, upward_only=age_days < SURE_DAYS, judged=True)
    position = max(0.0, age_days / curve.step_days)
    if position >= len(curve.shares):
        return Maturity(1.0, 0.0, upward_only=False, judged=True)
    step = int(position)
    share, spread = curve.shares[step], curve.spreads[step]
    young = age_days < SURE_DAYS or share < COMPLETE
    return Maturity(share, spread, upward_only=young, judged=share >= LEAST)


def complete(cost: float, known: Maturity) -> float:
    """The final cost to expect, taking the curve at its more generous end so
    that a day that arrived early raises no alarm.
    """
    return cost / min(1.0, known.share + 2 * known.spread)
