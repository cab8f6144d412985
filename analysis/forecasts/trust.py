"""What a series' own backtests earn it: a share of the plain four-week level in its forecast, where that was nearer,
and bands as wide as its own errors were.

Both are shrunk towards what holds for all series: one series has few backtests, and choosing a model by them is worse
than keeping the ensemble (measured with benchmarks/forecasts.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.forecasts.intervals import Widths, widths
from analysis.forecasts.models.ensemble import FLAT, ModelOutlook
from analysis.forecasts.replay import Replay
from analysis.forecasts.series import Floats

TOTALS = (30, 90, 180)  # days whose totals are compared
USUAL_ERROR, BEFORE = 0.08, 3  # log; the ensemble's usual error of a total, and the totals it weighs as many as
FLAT_HANDICAP = 1.3  # the plain level's usual error in units of the ensemble's
EAGERNESS, MOST = 2.0, 0.8  # share of the plain level for its relative gain, and at most
WORST = 1.0  # log; a total that is further off says no more
OWN = 1.5  # backtests' worth of "as wide as all the others"
NARROWEST, WIDEST = 0.25, 2.5  # of the bands of all series


@dataclass(frozen=True)
class Calibration:
    """Widths of all series' bands, and by series the factor of its own and the plain level's share of its forecast."""

    widths: Widths
    factors: Mapping[str, float]
    shares: Mapping[str, float]

    def path(self, names: Sequence[str], seen: ModelOutlook, model: str) -> Floats:
        """The model's work values ahead (days x series) with the plain level's share."""
        if model != "ensemble" or FLAT not in seen.paths:
            return seen.paths[model]
        share = np.array([self.shares.get(name, 0.0) for name in names])
        return np.asarray((1 - share) * seen.paths[model] + share * seen.paths[FLAT])

    def half_widths(self, names: Sequence[str], seen: ModelOutlook) -> tuple[Floats, Floats]:
        """Half of the 80 and the 95 % bands in work values (days x series)."""
        factor = np.array([self.factors.get(name, 1.0) for name in names]) * seen.spread
        w80, w95 = self.widths.of(len(seen.spread))
        return w80 * factor, w95 * factor


def calibrate(replays: Sequence[Replay], model: str) -> Calibration:
    """From backtests of many series at several origins."""
    shares = flat_shares(replays) if model == "ensemble" else {}
    plain = Calibration(widths([]), {}, shares)
    scores = [_scores(one, plain.path(one.names, one.seen, model)) for one in replays]
    common = widths(scores)
    factors = _factors(replays, scores, common)
    scaled = [
        score / [factors.get(name, 1.0) for name in one.names] for one, score in zip(replays, scores, strict=True)
    ]
    return Calibration(widths(scaled), factors, shares)


def _scores(one: Replay, path: Floats) -> Floats:
    """|error| of a path in units of the spread; NaN where nothing is known of the day."""
    return replace(one, seen=replace(one.seen, paths={**one.seen.paths, "": path})).scores("")


def _factors(replays: Sequence[Replay], scores: Sequence[Floats], common: Widths) -> dict[str, float]:
    """By series: its errors' eightieth percentile in units of the common 80 % band, averaged in log over origins."""
    seen: dict[str, list[float]] = {}
    for one, score in zip(replays, scores, strict=True):
        relative = score / common.of(len(score))[0]
        for column, name in enumerate(one.names):
            known = relative[np.isfinite(relative[:, column]), column]
            if len(known):
                seen.setdefault(name, []).append(float(np.log(max(np.quantile(known, 0.8), 0.05))))
    return {
        name: float(np.clip(np.exp(sum(logs) / (len(logs) + OWN)), NARROWEST, WIDEST)) for name, logs in seen.items()
    }


def flat_shares(replays: Sequence[Replay]) -> dict[str, float]:
    """By series: the plain level's share, from both models' errors of totals as they would have been."""
    errors: dict[str, list[tuple[float, float]]] = {}
    for one in replays:
        if FLAT not in one.seen.paths:
            continue
        ensemble, flat = one.cost("ensemble"), one.cost(FLAT)
        for days in (days for days in TOTALS if days <= len(one.actual)):
            for column, name in enumerate(one.names):
                actual = one.actual[:days, column]
                both = (_log_error(path[:days, column], actual) for path in (ensemble, flat))
                errors.setdefault(name, []).append((next(both), next(both)))
    return {name: _share(np.array(pairs)) for name, pairs in errors.items()}


def _log_error(path: Floats, actual: Floats) -> float:
    known = np.isfinite(actual)
    expected, came = float(path[known].sum()), float(actual[known].sum())
    return min(abs(float(np.log(expected / came))), WORST) if expected * came > 0 else WORST


def _share(pairs: Floats) -> float:
    prior = BEFORE * USUAL_ERROR * np.array([1.0, FLAT_HANDICAP])
    ensemble, flat = (pairs.sum(axis=0) + prior) / (len(pairs) + BEFORE)
    return float(np.clip(EAGERNESS * (ensemble - flat) / (ensemble + flat), 0.0, MOST))
