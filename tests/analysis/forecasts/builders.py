"""Histories of costs as the models take them."""

from datetime import date

import numpy as np

from analysis.forecasts.history.calendar import calendar_of
from analysis.forecasts.history.cleaning import History


def history(values: np.ndarray, horizon: int = 30) -> History:
    """Work values without a profile."""
    column = np.asarray(values, dtype=float)[:, None]
    calendar = calendar_of(date(2025, 1, 1), len(column) + horizon)
    return History(calendar, column, np.zeros((len(calendar), 1)))
