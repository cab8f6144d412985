"""How sure a saving is: what the same arithmetic would have found where nothing was changed.

Placebo tests in time (the resource before the change) and in space (comparable resources that were not touched, over
the same days), as for synthetic controls (Abadie, Diamond and Hainmueller 2010, section 3.4); the
eightieth percentile of their errors is the band.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from analysis.forecasts.series import DAY

LEVEL = 0.8
EVERY = 7  # days between placebo dates of one resource
MOST = 16  # placebo dates
FEWEST = 4  # errors, under which they say nothing
PEERS_WEIGH = 4  # as many of the resource's own placebos as all its peers together
DEVIATIONS = 1.2816  # standard errors of a normal 80 % band

Expect = Callable[[date, Mapping[date, float], Sequence[date]], float | None]
"""The cost a day of a series on some days, expected from the days before a date; None where they do not say it."""


@dataclass(frozen=True)
class Placebo:
    """Shares by which untouched series differed from what was expected of them: positive where they cost more."""

    own: tuple[float, ...]
    peers: tuple[float, ...]

    def half_width(self) -> float | None:
        """Half of the 80 % band as a share of the expected cost; None where too few errors are known."""
        own, peers = (_eightieth(errors) for errors in (self.own, self.peers))
        if own is None or peers is None:
            return own if own is not None else peers
        return (len(self.own) * own + PEERS_WEIGH * peers) / (len(self.own) + PEERS_WEIGH)

    def as_low(self, share: float) -> tuple[int, int]:
        """How many of the untouched peers seem to have saved at least such a share, and how many there are."""
        return sum(-error >= share for error in self.peers), len(self.peers)


def _eightieth(errors: Sequence[float]) -> float | None:
    """The eightieth percentile of their sizes; without the correction for few, for placebos that overlap are wider than
    their number says (measured with benchmarks/savings.py).
    """
    if len(errors) < FEWEST:
        return None
    ranked = sorted(abs(error) for error in errors)
    place = LEVEL * (len(ranked) - 1)
    low = int(place)
    return ranked[low] + (place - low) * (ranked[min(low + 1, len(ranked) - 1)] - ranked[low])


def placebo(
    applied_on: date,
    days: int,
    costs: Mapping[date, float],
    peers: Iterable[Mapping[date, float]],
    expect: Expect,
    moved: float = 1.0,
) -> Placebo:
    """Placebos of `days` days each. The peers are held against what was expected of them times `moved`, the factor by
    which the counterfactual was moved with them.
    """
    own = []
    for back in range(MOST):
        origin = applied_on - (days + 1 + back * EVERY) * DAY
        error = _error(origin, days, costs, expect)
        if error is None:
            break
        own.append(error)
    errors = [_error(applied_on, days, peer, expect) for peer in peers]
    return Placebo(tuple(own), tuple((1 + error) / moved - 1 for error in errors if error is not None))


def _error(origin: date, days: int, costs: Mapping[date, float], expect: Expect) -> float | None:
    after = [origin + (offset + 1) * DAY for offset in range(days)]
    expected = expect(origin, costs, after)
    if expected is None or expected <= 0:
        return None
    return fmean(costs.get(day, 0.0) for day in after) / expected - 1
