"""Steps of the last days, of which nobody knows yet whether they stay: no level, until they have lasted a week.

The detector takes a deviation for the new level after as long. Until then the days are gaps to the models, and the
band reaches as far as the step.
"""

import numpy as np

from analysis.forecasts.history.calendar import Calendar
from analysis.forecasts.history.charges import Flags
from analysis.forecasts.series import Floats

WEEK = 7  # days after which a step is the level
BEFORE, LEAST, LEVEL = 63, 28, 21  # days before the last week: looked at, needed, and those whose median is the level
EACH, MEAN = 2.0, 3.5  # robust standard deviations of a day's noise by which each day, and the mean, stand out
SMALLEST = 0.08  # in work units; less carries no total far
PART = 0.5  # of the step's size that a day of it reaches


def open_steps(work: Floats, calendar: Calendar) -> tuple[Flags, Floats]:
    """Of work values (days x series): which days are of a step that began within the last week, and its size, 0 where
    there is none.
    """
    held, sizes = np.zeros(work.shape, dtype=bool), np.zeros(work.shape[1])
    if len(work) < WEEK + LEAST:
        return held, sizes
    off, spread = _deviations(work, calendar)
    for length in range(1, WEEK):
        latest = off[-length:]
        size = np.nanmedian(np.where(np.isfinite(latest).any(axis=0), latest, 0.0), axis=0)
        way = np.sign(size)
        far = np.where(np.isfinite(latest), latest * way, np.inf)  # a day that has not arrived says nothing against it
        stands_out = (far >= np.maximum(EACH * spread, PART * np.abs(size))).all(axis=0)
        stands_out &= np.abs(size) >= np.maximum(MEAN * spread, SMALLEST)
        before = np.nan_to_num(off[-length - 1] * way)
        begins = stands_out & (before < PART * np.abs(size))
        held[-length:, begins] = True
        sizes = np.where(begins, size, sizes)
    return held, sizes


def _deviations(work: Floats, calendar: Calendar) -> tuple[Floats, Floats]:
    """How far the last days are from the level and weekdays before them, and a day's robust standard deviation."""
    weekday = calendar.weekday[: len(work)]
    before, days = work[-BEFORE - WEEK : -WEEK], weekday[-BEFORE - WEEK : -WEEK]
    with np.errstate(all="ignore"):
        middle = np.median(np.where(np.isfinite(before), before, 0.0), axis=0)
        part = np.stack([_median(before[days == day] - middle) for day in range(7)])
        plain = before - part[days]
        level = _median(plain[-LEVEL:])
        spread = 1.4826 * _median(np.abs(plain - _median(plain)))
        return work[-WEEK:] - part[weekday[-WEEK:]] - level, np.maximum(spread, 1e-3)


def _median(values: Floats) -> Floats:
    """By column, 0 where nothing is known."""
    filled = np.where(np.isfinite(values).any(axis=0), values, 0.0)
    return np.asarray(np.nanmedian(filled, axis=0))
