"""ETS(A,Ad,N) on work values without the calendar's profile: level and damped trend (Gardner and McKenzie 1985)."""

from itertools import product

import numpy as np

from analysis.forecasts.history.cleaning import History
from analysis.forecasts.series import Floats

GRID = np.array(
    list(product((0.05, 0.1, 0.2, 0.35, 0.6), (0.01, 0.05, 0.15), (0.9, 0.97, 0.99)))
)  # level gain, share for the trend, damping


def ets(history: History) -> Floats:
    """Work values ahead (days x series); every series takes the parameters of
    the grid with the least squared one-step errors.
    """
    plain = history.plain
    gain, damping = GRID[:, 0, None], GRID[:, 2, None]
    trend_gain = gain * GRID[:, 1, None]
    level = np.repeat(plain[:14].mean(axis=0)[None], len(GRID), axis=0)
    trend = np.zeros_like(level)
    squared = np.zeros_like(level)
    for value in plain:
        expected = level + damping * trend
        error = value - expected
        squared += error**2
        level = expected + gain * error
        trend = damping * trend + trend_gain * error
    best, column = squared.argmin(axis=0), np.arange(plain.shape[1])
    steps = np.cumsum(GRID[best, 2] ** np.arange(1, history.horizon + 1)[:, None], axis=0)
    return np.asarray(level[best, column] + trend[best, column] * steps + history.ahead)
