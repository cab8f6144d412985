"""Damped drift: the last fortnight's level goes on at the slope of the last half year, which fades."""

import numpy as np

from analysis.forecasts.history.cleaning import History
from analysis.forecasts.series import Floats

REMEMBERED = 180  # days of the slope
FADING = 0.995  # a day; the slope halves in twenty weeks


def drift(history: History) -> Floats:
    """Work values ahead (days x series)."""
    recent = history.plain[-REMEMBERED:]
    centred = np.arange(len(recent)) - (len(recent) - 1) / 2
    slope = (centred[:, None] * recent).sum(axis=0) / max((centred**2).sum(), 1.0)
    faded = np.cumsum(FADING ** np.arange(1, history.horizon + 1))[:, None]
    return np.asarray(recent[-14:].mean(axis=0) + slope * faded + history.ahead)


def year(history: History) -> Floats | None:
    """Last year's path from this day on, put on today's level; None with less than 13 months of history."""
    plain = history.plain
    days, horizon = len(plain), history.horizon
    if days < 364 + 28:
        return None
    then, now = plain[days - 364 - 28 : days - 364].mean(axis=0), plain[-28:].mean(axis=0)
    smooth = np.vstack([plain[max(day - 3, 0) : day + 4].mean(axis=0) for day in range(days - 364, days)])
    path = smooth[np.arange(horizon) % 364]
    return np.asarray(now + path - then + history.ahead)
