"""Rolling-origin backtests: for each series, model and horizon, how wrong a forecast would have been."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analysis.forecasts.batch import until
from analysis.forecasts.models.ensemble import Model, Tier
from analysis.forecasts.replay import ORIGINS, Replay, batches, in_currency, replays
from analysis.forecasts.series import Floats, Series
from analysis.forecasts.special import special
from analysis.forecasts.trust import calibrate

HORIZONS = (30, 90, 180)


@dataclass(frozen=True)
class BacktestError:
    """Mean over the origins of |forecast total / actual total - 1|, the mean
    daily share of error, and the share of days in the 80 % band.
    """

    series: str
    model: str
    horizon_days: int
    origins: int
    total_error: float
    day_mape: float | None
    coverage_80: float | None


def backtest(
    series: Mapping[str, Series],
    today: date,
    horizons: Sequence[int] = HORIZONS,
    tier: Tier = "full",
    model: Model = "ensemble",
    workers: int = 1,
) -> list[BacktestError]:
    """Errors of every model of the tier for each series that has history
    enough; the bands of an origin are calibrated on the other origins.
    """
    history = {name: until(one, today) for name, one in series.items()}
    usable = {name: one for name, one in history.items() if special(one, 1) is None}
    results = replays(list(batches(usable)), model, tier, sorted({*ORIGINS, *horizons}), workers)
    errors: dict[tuple[str, str, int], list[tuple[float, float, float]]] = {}
    for replay in results:
        others = calibrate([other for other in results if other.origin != replay.origin], model)
        for name in replay.seen.paths:
            path = others.path(replay.names, replay.seen, name) if name == model else replay.seen.paths[name]
            inside = _inside(replay, path, others.half_widths(replay.names, replay.seen)[0]) if name == model else None
            for key, error in _errors(replay, name, in_currency(replay.scales, path), inside, horizons):
                errors.setdefault(key, []).append(error)
    return [_mean(key, rows) for key, rows in errors.items()]


def _inside(replay: Replay, path: Floats, width: Floats) -> Floats:
    """1 where the day lies in the 80 % band, 0 where it does not, NaN where it is unknown."""
    one, other = (in_currency(replay.scales, path + sign * width) for sign in (-1, 1))
    for column, quantiles in replay.seen.own_bands.items():
        one[:, column], other[:, column] = quantiles[:2]
    inside = (np.minimum(one, other) <= replay.actual) & (replay.actual <= np.maximum(one, other))
    return np.where(np.isfinite(replay.actual), inside, np.nan)


def _errors(
    replay: Replay, model: str, predicted: Floats, inside: Floats | None, horizons: Sequence[int]
) -> Iterator[tuple[tuple[str, str, int], tuple[float, float, float]]]:
    for horizon in horizons:
        if len(replay.actual) < horizon:
            continue
        for column, name in enumerate(replay.names):
            actual = replay.actual[:horizon, column]
            finite = np.isfinite(actual)
            total = float(actual[finite].sum())
            if total == 0:
                continue
            expected = predicted[:horizon, column]
            costly = finite & (actual != 0)
            day = float(np.mean(np.abs(expected[costly] / actual[costly] - 1))) if costly.any() else np.nan
            covered = float(np.nanmean(inside[:horizon, column])) if inside is not None else np.nan
            yield (name, model, horizon), (abs(float(expected[finite].sum()) / total - 1), day, covered)


def _mean(key: tuple[str, str, int], rows: Sequence[tuple[float, float, float]]) -> BacktestError:
    total, day, covered = np.array(rows).T
    name, model, horizon = key
    return BacktestError(name, model, horizon, len(rows), float(total.mean()), _finite_mean(day), _finite_mean(covered))


def _finite_mean(values: Floats) -> float | None:
    finite_values = values[np.isfinite(values)]
    return float(finite_values.mean()) if len(finite_values) else None
