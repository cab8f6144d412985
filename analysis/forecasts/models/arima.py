"""ARIMA(1,1,1) with the calendar's profile as its regressor, by conditional
least squares (Box and Jenkins 1970, section 7.1).
"""

import numpy as np

from analysis.forecasts.history.cleaning import History
from analysis.forecasts.series import Floats

MOVING_AVERAGES = np.linspace(-0.95, 0.5, 30)


def _fit(changes: Floats) -> tuple[Floats, Floats, Floats]:
    """Per series the autoregressive and moving-average terms and the last
    shock: given the latter term, the former is a plain regression.
    """
    from scipy.signal import lfilter  # noqa: PLC0415 - slow to load, and only forecasts need it

    before = np.vstack([np.zeros((1, changes.shape[1])), changes[:-1]])
    least = np.full(changes.shape[1], np.inf)
    autoregressive, moving, shock = (np.zeros(changes.shape[1]) for _ in range(3))
    for candidate in MOVING_AVERAGES:
        now, lagged = (lfilter([1.0], [1.0, candidate], values, axis=0) for values in (changes, before))
        slope = np.clip((now * lagged).sum(axis=0) / np.maximum((lagged**2).sum(axis=0), 1e-12), -0.9, 0.95)
        shocks = now - slope * lagged
        squared = (shocks**2).sum(axis=0)
        better = squared < least
        least[better], autoregressive[better], moving[better] = squared[better], slope[better], candidate
        shock[better] = shocks[-1][better]
    return autoregressive, moving, shock


def arima(history: History) -> Floats:
    """Work values ahead (days x series)."""
    plain = history.plain
    changes = np.diff(plain, axis=0)
    autoregressive, moving, shock = _fit(changes)
    change = autoregressive * changes[-1] + moving * shock
    steps = change * np.cumsum(autoregressive ** np.arange(history.horizon)[:, None], axis=0)
    return np.asarray(plain[-1] + steps + history.ahead)
