"""The entry point: forecasts of many series at once."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np

from analysis.forecasts.history.cleaning import Scale
from analysis.forecasts.models.ensemble import MODELS, Model, ModelOutlook, Tier
from analysis.forecasts.reconcile import stepped
from analysis.forecasts.replay import ORIGINS, Batch, batches, in_currency, limited, look_ahead, replays
from analysis.forecasts.series import DAY, Forecast, KnownStep, Series
from analysis.forecasts.special import special
from analysis.forecasts.trust import Calibration, calibrate
from config.errors import UserError


def until(series: Series, today: date) -> Series:
    """What was known before today: no leading days without cost, unknown days up to yesterday as gaps."""
    values = series.before(today).values
    values = np.concatenate([values, np.full(max((today - series.start).days - len(values), 0), np.nan)])
    costly = np.flatnonzero(np.nan_to_num(values))
    first = int(costly[0]) if len(costly) else len(values)
    return Series(series.start + first * DAY, values[first:]) if first < len(values) else Series(today, np.empty(0))


def forecast_many(
    series: Mapping[str, Series],
    horizon: int,
    today: date,
    tier: Tier = "full",
    model: Model = "ensemble",
    steps: Mapping[str, Sequence[KnownStep]] | None = None,
    workers: int = 1,
) -> dict[str, Forecast]:
    """Forecasts of `horizon` days from today on, from what is known before today; the same input gives the same output.

    The cheap tier takes fewer models and settings. Bands are calibrated on backtests pooled over
    all series given. Raises `UserError` for an unknown model and for one whose package is absent.
    """
    if model not in MODELS:
        raise UserError(f"There is no forecast model {model!r}; there are: {', '.join(MODELS)}.")
    history = {name: until(one, today) for name, one in series.items()}
    simple = {name: forecast for name, one in history.items() if (forecast := special(one, horizon)) is not None}
    rest = list(batches({name: one for name, one in history.items() if name not in simple}))
    with limited(), ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        ahead = list(pool.map(lambda batch: look_ahead(batch, len(batch.cost), horizon, model, tier), rest))
    calibrated = calibrate(replays(rest, model, tier, ORIGINS, workers), model)
    for batch, (scales, outlook) in zip(rest, ahead, strict=True):
        simple.update(_forecasts(batch, scales, outlook, model, calibrated, today))
    return {name: stepped(simple[name], (steps or {}).get(name, ())) for name in series}


def _forecasts(
    batch: Batch, scales: tuple[Scale, ...], outlook: ModelOutlook, model: Model, calibrated: Calibration, today: date
) -> Iterator[tuple[str, Forecast]]:
    path = calibrated.path(batch.names, outlook, model)
    w80, w95 = calibrated.half_widths(batch.names, outlook)
    step = outlook.open_steps  # it may stay: the band reaches there
    half = [way * np.hypot(width, np.maximum(way * step, 0.0)) for width in (w80, w95) for way in (-1, 1)]
    bands = [in_currency(scales, path + width) for width in (np.zeros_like(path), *half)]
    for column, quantiles in outlook.own_bands.items():
        for band, quantile in zip(bands[1:], quantiles, strict=True):
            band[:, column] = quantile
    lowest = np.nanmin(batch.cost, axis=0)
    for column, name in enumerate(batch.names):
        mean, a, b, c, d = (band[:, column] for band in bands)
        floor = 0.0 if lowest[column] >= 0 else -np.inf
        low_80, high_80 = np.minimum(np.minimum(a, b), mean), np.maximum(np.maximum(a, b), mean)
        low_95, high_95 = np.minimum(np.minimum(c, d), low_80), np.maximum(np.maximum(c, d), high_80)
        lows = (np.maximum(low, floor) for low in (mean, low_80, low_95))
        mean, low_80, low_95 = lows
        yield name, Forecast(today, mean, low_80, np.maximum(high_80, floor), low_95, np.maximum(high_95, floor), model)
