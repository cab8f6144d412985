"""The Theta method (Assimakopoulos and Nikolopoulos 2000): exponential
smoothing with half the slope of the straight line through the past.
"""

import numpy as np

from analysis.forecasts.history.cleaning import History
from analysis.forecasts.series import Floats

GAINS = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8])


def theta(history: History) -> Floats:
    """Work values ahead (days x series), with the drift of Hyndman and Billah
    2003: b/2 (h - 1 + (1 - (1 - a)^n) / a).
    """
    plain = history.plain
    days = len(plain)
    centred = np.arange(days) - (days - 1) / 2
    slope = (centred[:, None] * plain).sum(axis=0) / max((centred**2).sum(), 1.0)
    level = np.repeat(plain[:14].mean(axis=0)[None], len(GAINS), axis=0)
    squared = np.zeros_like(level)
    for value in plain:
        error = value - level
        squared += error**2
        level = level + GAINS[:, None] * error
    best = squared.argmin(axis=0)
    gain = GAINS[best]
    ahead = np.arange(history.horizon)[:, None] + (1 - (1 - gain) ** days) / gain
    return np.asarray(level[best, np.arange(plain.shape[1])] + slope / 2 * ahead + history.ahead)
