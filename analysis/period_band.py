"""How far a running period may still end from where it is heading, learned from how the periods before it went on from
the same day.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean

_WEEKS = 4  # whose weekdays say what a usual one costs
_LEAST = 9  # periods: with fewer, nine in ten of them are no measure (Vovk, Gammerman and Shafer: conformal quantiles)
_LEVEL = 0.8
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class BandReach:
    """Of the rest of a period: it ends within the expected rest times or divided by `factor`, as `held` of so many
    `periods` before did.
    """

    factor: float
    held: int
    periods: int

    def around(self, spent: float, rest: float) -> tuple[float, float]:
        """The whole period at least and at most, with what is spent and what is expected of the rest."""
        return spent + rest / self.factor, spent + rest * self.factor


def reach(costs: Mapping[date, float], starts: Sequence[date], today: date) -> BandReach | None:
    """From the daily costs of a scope: `starts` are the first days of the periods before, the running one and the next,
    oldest first; `today` is the first day without cost. Each earlier period is predicted from its same day by the
    weekdays of the four weeks before, and held against what came. None where too few periods are known or nothing is
    left.
    """
    *_, running, end = starts
    gone = (today - running).days
    if gone < 0 or today >= end:
        return None
    errors = [
        error
        for start, following in pairwise(starts[:-1])
        if (error := _error(costs, min(start + gone * _DAY, following - _DAY), following)) is not None
    ]
    if len(errors) < _LEAST:
        return None
    ranked = sorted(errors)
    widest = ranked[min(math.ceil((len(ranked) + 1) * _LEVEL), len(ranked)) - 1]
    return BandReach(math.exp(widest), sum(error <= widest for error in errors), len(errors))


def _error(costs: Mapping[date, float], cut: date, end: date) -> float | None:
    """The size of the error of the rest from `cut` on, as a logarithm; None where days or costs are missing."""
    before = [cut - back * _DAY for back in range(1, 7 * _WEEKS + 1)]
    after = [cut + ahead * _DAY for ahead in range((end - cut).days)]
    if any(day not in costs for day in (*before, *after)):
        return None
    usual = [fmean(costs[day] for day in before if day.weekday() == weekday) for weekday in range(7)]
    expected, came = sum(usual[day.weekday()] for day in after), sum(costs[day] for day in after)
    return abs(math.log(came / expected)) if expected > 0 and came > 0 else None


def months(today: date, count: int = 14) -> list[date]:
    """The first days of the months before, of the running one and of the next."""
    first = today.replace(day=1)
    starts = [first]
    for _ in range(count):
        starts.append((starts[-1] - _DAY).replace(day=1))
    return [*reversed(starts), (first + 32 * _DAY).replace(day=1)]
