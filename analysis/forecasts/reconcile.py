"""Forecasts of a whole and of its parts made to add up: each gives way as far as it was uncertain.

Weighted least squares over the hierarchy with diagonal variances (Wickramasuriya, Athanasopoulos and Hyndman 2019,
"MinT"); a whole may be divided in several ways at once, by team and by account.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.forecasts.series import Floats, Forecast, KnownStep, step_amounts

_DEVIATIONS = 1.2816  # standard deviations from the mean to the edge of a normal 80 % band
_LEAST = 1e-6  # of the whole's cost: standard deviation of what claims to have none
_ROUNDS = 20  # in which what a part at zero cannot give is taken from the others


def add_up(whole: Forecast, divisions: Sequence[Sequence[Forecast]]) -> tuple[Forecast, list[list[Forecast]]]:
    """The whole and each division's parts, in their order, so that on every day the parts of each add up to the whole.

    All cover the same days, and every division is complete. Bands keep their widths; what was never under zero stays
    so. Divisions without parts are passed over.
    """
    used = [list(parts) for parts in divisions if parts]
    if not used:
        return whole, [list(parts) for parts in divisions]
    least = _LEAST * float(np.abs(whole.mean).max() or 1.0)
    own = _variance(whole, least)
    means = [np.array([part.mean for part in parts]) for parts in used]
    variances = [np.array([_variance(part, least) for part in parts]) for parts in used]
    gaps = np.array([whole.mean - mean.sum(axis=0) for mean in means])
    precision = np.array([1 / variance.sum(axis=0) for variance in variances])
    # (C W C')^-1 of a rank-one update (Sherman, Morrison): every division's row has the whole's variance in common.
    total = whole.mean - own * (precision * gaps).sum(axis=0) / (1 + own * precision.sum(axis=0))
    total = np.where(whole.low_80 >= 0, np.maximum(total, 0.0), total)
    shared = iter(
        [
            _moved(part, values)
            for part, values in zip(parts, _shared(mean, variance, _floors(parts), total), strict=True)
        ]
        for parts, mean, variance in zip(used, means, variances, strict=True)
    )
    return _moved(whole, total), [next(shared) if parts else [] for parts in divisions]


def _variance(forecast: Forecast, least: float) -> Floats:
    deviation = (forecast.high_80 - forecast.low_80) / (2 * _DEVIATIONS)
    return np.asarray(np.maximum(deviation, least) ** 2)


def _floors(parts: Sequence[Forecast]) -> Floats:
    return np.array([np.where(part.low_80 >= 0, 0.0, -np.inf) for part in parts])


def _shared(mean: Floats, variance: Floats, floors: Floats, total: Floats) -> Floats:
    """The parts' means (parts x days) moved by their share of the variance until they add up to the total."""
    moved = mean.copy()
    for _ in range(_ROUNDS):
        left = total - moved.sum(axis=0)
        weight = np.where((left < 0) & (moved <= floors), 0.0, variance)
        room = weight.sum(axis=0)
        moved = np.maximum(moved + weight * np.divide(left, room, out=np.zeros_like(left), where=room > 0), floors)
    return moved


def _moved(forecast: Forecast, mean: Floats) -> Forecast:
    by = mean - forecast.mean
    floor = np.where(forecast.low_80 >= 0, 0.0, -np.inf)
    low_80, low_95 = np.maximum(forecast.low_80 + by, floor), np.maximum(forecast.low_95 + by, np.minimum(floor, mean))
    return replace(
        forecast,
        mean=mean,
        low_80=np.minimum(low_80, mean),
        high_80=forecast.high_80 + by,
        low_95=np.minimum(low_95, low_80),
        high_95=forecast.high_95 + by,
    )


def stepped(forecast: Forecast, steps: Sequence[KnownStep]) -> Forecast:
    """The forecast with known steps added to the mean and every band."""
    return raised(forecast, step_amounts(steps, forecast.start, len(forecast.mean))) if steps else forecast


def raised(forecast: Forecast, amounts: Floats) -> Forecast:
    """The forecast with an amount a day added to the mean and every band."""
    return replace(
        forecast,
        mean=forecast.mean + amounts,
        low_80=forecast.low_80 + amounts,
        high_80=forecast.high_80 + amounts,
        low_95=forecast.low_95 + amounts,
        high_95=forecast.high_95 + amounts,
    )
