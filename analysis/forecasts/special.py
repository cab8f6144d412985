"""Series no model should be let loose on: too short, over, always the same, or with charges on few days only."""

import numpy as np

from analysis.forecasts.series import DAY, Floats, Forecast, Series

SHORTEST = 14  # days
OVER = 14  # days without cost at the end of a series that used to cost something on most days
# range of two months' days, as a share of the usual, up to which a charge is always the same, as a commitment's
STEADY = 0.005
STEADY_DAYS = 56
STEADY_SPREAD = 0.02  # how far it may move in two weeks, as a share: contracts change, rarely
OCCASIONAL = 0.5  # share of days without cost
REMEMBERED = 365  # days of occasional charges that are looked at


def special(series: Series, horizon: int) -> Forecast | None:
    """The forecast of a series that needs no model, or None; leading days without cost are already gone."""
    values = series.values
    finite_values = values[np.isfinite(values)]
    if len(finite_values) == 0 or not finite_values.any():
        return _flat(series, horizon, 0.0, 0.0, "none", "no cost so far")
    tail = values[-OVER:]
    if len(values) >= 2 * OVER and not np.nan_to_num(tail).any() and np.mean(finite_values != 0) >= OCCASIONAL:
        return _flat(series, horizon, 0.0, 0.0, "ended", f"no cost in the last {OVER} days")
    if len(finite_values) < SHORTEST:
        mean = float(np.mean(finite_values))
        spread = max(float(np.std(finite_values)), 0.5 * abs(mean))
        return _flat(
            series,
            horizon,
            mean,
            spread,
            "mean",
            f"too short: {len(finite_values)} days of history, {SHORTEST} are needed",
        )
    if len(finite_values) >= STEADY_DAYS and np.ptp(finite_values[-STEADY_DAYS:]) <= STEADY * abs(finite_values[-1]):
        return _flat(
            series,
            horizon,
            float(finite_values[-1]),
            STEADY_SPREAD * abs(float(finite_values[-1])),
            "steady",
            "the same amount each day",
        )
    if np.mean(finite_values == 0) > OCCASIONAL:
        return _occasional(series, horizon)
    return None


def _flat(series: Series, horizon: int, mean: float, spread: float, model: str, note: str) -> Forecast:
    """The same amount each day, with a band that widens with the square root of time."""
    wider = spread * np.sqrt(1 + np.arange(horizon) / SHORTEST)
    level = np.full(horizon, mean)
    floor = -np.inf if np.nanmin(series.values, initial=0.0) < 0 else 0.0
    low_80, low_95 = np.maximum(level - 1.2816 * wider, floor), np.maximum(level - 1.96 * wider, floor)
    return Forecast(series.end, level, low_80, level + 1.2816 * wider, low_95, level + 1.96 * wider, model, note)


def _occasional(series: Series, horizon: int) -> Forecast:
    """Charges on few days: what each day of the month cost in the past year,
    when the months agree; else what a day cost on average.
    """
    recent = np.nan_to_num(series.values[-REMEMBERED:])
    start = series.end - len(recent) * DAY
    by_day: dict[int, list[float]] = {}
    for offset, value in enumerate(recent):
        by_day.setdefault((start + offset * DAY).day, []).append(float(value))
    regular = {
        day: amounts for day, amounts in by_day.items() if len(amounts) >= 3 and np.mean(np.array(amounts) != 0) >= 0.75
    }
    rest = np.array([amount for day, amounts in by_day.items() if day not in regular for amount in amounts] or [0.0])
    days = [(series.end + offset * DAY).day for offset in range(horizon)]

    def amount(day: int, statistic: float | None) -> float:
        amounts = np.array(regular[day][-6:]) if day in regular else rest
        return float(np.mean(amounts) if statistic is None else np.quantile(amounts, statistic))

    bands = [np.array([amount(day, statistic) for day in days]) for statistic in (None, 0.1, 0.9, 0.025, 0.975)]
    mean, low_80, high_80, low_95, high_95 = bands
    return _enclosed(series, mean, low_80, high_80, low_95, high_95)


def _enclosed(
    series: Series, mean: Floats, low_80: Floats, high_80: Floats, low_95: Floats, high_95: Floats
) -> Forecast:
    low_80, high_80 = np.minimum(low_80, mean), np.maximum(high_80, mean)
    note = "charges on few days: the usual amount of each day of the month"
    return Forecast(
        series.end, mean, low_80, high_80, np.minimum(low_95, low_80), np.maximum(high_95, high_80), "occasional", note
    )
