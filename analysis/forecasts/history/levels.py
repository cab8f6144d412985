"""Lasting level shifts of the past, taken out: launches, clean-ups and
commitments say nothing about growth, season or noise.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from analysis.forecasts.history.calendar import Calendar
from analysis.forecasts.history.cleaning import History
from analysis.forecasts.series import Floats

SIDE = 10  # days whose median is the level before and after
SMALLEST = 0.08  # log units
SIGMAS = 3.5  # of day-to-day noise
SHARPNESS = 0.65  # share of the shift that happens within three days; slower change is a trend
LASTING = 75  # days in which a return to the old level makes it a season or a sale, not a shift
RETURN = 0.4  # of the shift; less left over counts as a return
MOST = 4  # a series


def _festive(calendar: Calendar) -> npt.NDArray[np.bool_]:
    """Days on which retail and offices change their level every year."""
    return np.array([(day.month, day.day) >= (11, 10) or (day.month, day.day) <= (1, 10) for day in calendar.days])


def _returns(medians: Floats, place: int, shift: float) -> bool:
    """Whether the level just before comes back after, or the level just after was there before."""
    sign, least = np.sign(shift), RETURN * abs(shift)
    old, new = medians[place - SIDE], medians[place]
    after, before = medians[place : place + LASTING], medians[max(place - LASTING - SIDE, 0) : place - SIDE]
    return bool(np.min(sign * (after - old)) < least or (len(before) > SIDE and np.min(sign * (new - before)) < least))


def _largest(plain: Floats, festive: npt.NDArray[np.bool_], least: float) -> tuple[int, float] | None:
    """Day and size of the largest lasting shift of one series, or None."""
    medians = np.median(np.lib.stride_tricks.sliding_window_view(plain, SIDE), axis=1)
    shift = medians[SIDE:] - medians[:-SIDE]
    days = np.arange(SIDE, len(plain) - SIDE + 1)
    sums = np.concatenate([[0.0], np.cumsum(plain)])
    jump = (sums[days + 3] - 2 * sums[days] + sums[days - 3]) / 3
    is_shift = (np.abs(shift) > least) & (jump * np.sign(shift) > SHARPNESS * np.abs(shift)) & ~festive[days]
    for index in sorted(np.flatnonzero(is_shift), key=lambda index: -abs(shift[index])):
        if not _returns(medians, int(days[index]), float(shift[index])):
            return int(days[index]), float(shift[index])
    return None


def on_todays_level(history: History) -> History:
    """The history as if every lasting shift had happened before it began."""
    if history.days < 4 * SIDE:
        return history
    plain, values = history.plain.copy(), history.values.copy()
    festive = _festive(history.calendar)
    noise = 1.4826 * np.median(np.abs(np.diff(plain, axis=0)), axis=0) / np.sqrt(2)
    for column in range(plain.shape[1]):
        for _ in range(MOST):
            moved = _largest(plain[:, column], festive, max(SMALLEST, SIGMAS * float(noise[column])))
            if moved is None:
                break
            day, shift = moved
            plain[:day, column] += shift
            values[:day, column] += shift
    return replace(history, values=values)
