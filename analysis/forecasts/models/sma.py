"""SMA(28): the level of the last four weeks, with the calendar's profile."""

import numpy as np

from analysis.forecasts.history.cleaning import History
from analysis.forecasts.series import Floats

WEEKS = 4


def sma(history: History) -> Floats:
    """Work values ahead (days x series): the mean of the last 28 days without the profile, repeated."""
    level = history.plain[-7 * WEEKS :].mean(axis=0)
    return np.asarray(level + history.ahead)
