"""Series for which logarithms say too little: cost in lumps, whose mean no exponential of a mean log gives, and steady
growth, which is a line in currency and no exponential.
"""

import numpy as np
import numpy.typing as npt

from analysis.forecasts.history.cleaning import History, Scale
from analysis.forecasts.series import Floats

HALF_A_YEAR = 182  # days
LATELY, MOVED = 56, 1.5  # days of the last weeks' level; times the half year's at which that says nothing any more
EMPTY = 0.15  # share of days without cost, but for weekdays that never have any, from which cost comes in lumps
NOISE = 0.5  # log; ninth decile of the change from a week before, per day, from which it does too
NEVER = 0.8  # share of empty days that makes a weekday one without cost
FEW = 8.0  # days by which a weekday's mean is shrunk to that of all
WEEKS, FEWEST, ANCHOR = 26, 16, 4  # of the line, at most and at least, and of its end's level
JITTER, RESIDUAL = 0.022, 0.025  # week to week in log, and around the line as a share, up to which growth is steady
LOWEST = 0.05  # share of today's level under which no line falls


def mean_of_lumps(cost: Floats, weekday: npt.NDArray[np.intp], horizon: int) -> Floats | None:
    """Cost a day ahead where it comes in lumps: the weekday's mean of half a year, on the last weeks' level at first.

    None elsewhere, and where the level of half a year is no longer that of today.
    """
    recent, days = cost[-HALF_A_YEAR:], weekday[: len(cost)][-HALF_A_YEAR:]
    known = np.isfinite(recent)
    if known.sum() < HALF_A_YEAR // 2 or not _in_lumps(recent, days):
        return None
    mean, by_day = float(recent[known].mean()), np.zeros(7)
    latest = float(np.nanmean(recent[-LATELY:])) if known[-LATELY:].any() else mean
    if not MOVED > latest / max(mean, 1e-300) > 1 / MOVED:
        return None
    for day in range(7):
        mine = recent[known & (days == day)]
        by_day[day] = mean + (mine.mean() - mean) * len(mine) / (len(mine) + FEW) if len(mine) else mean
    lately = 1 + 0.5 * (latest / mean - 1) * np.clip(1 - np.arange(horizon) / LATELY, 0, 1)
    return np.asarray(by_day[weekday[len(cost) : len(cost) + horizon]] * lately)


def quantiles_of_lumps(cost: Floats) -> Floats:
    """Low and high of 80 and of 95 % of the days of half a year: days with and without lumps make no normal band."""
    recent = cost[-HALF_A_YEAR:]
    return np.asarray(np.nanquantile(recent, (0.1, 0.9, 0.025, 0.975)))


def _in_lumps(recent: Floats, days: npt.NDArray[np.intp]) -> bool:
    empty = np.array([np.mean(recent[(days == day) & np.isfinite(recent)] == 0) for day in range(7)])
    open_days = ~np.isin(days, np.flatnonzero(empty > NEVER)) & np.isfinite(recent)
    if not open_days.any() or np.nanmin(recent) < 0:
        return False
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = np.abs(np.log(recent[7:] / recent[:-7])) / np.sqrt(2)
    changes = changes[np.isfinite(changes)]
    noise = float(np.quantile(changes, 0.9)) if len(changes) else 0.0
    return bool(np.mean(recent[open_days] == 0) > EMPTY or noise > NOISE)


def steady_line(cost: Floats, history: History, column: int, scale: Scale) -> Floats | None:
    """Cost a day ahead where weeks lie on a line: that line (Theil, Sen) with the weekday's part; else None."""
    count = min(len(cost) // 7, WEEKS)
    if not scale.log or count < FEWEST:
        return None
    blocks = cost[-7 * count :].reshape(count, 7)
    if (np.isfinite(blocks).sum(axis=1) < 5).any():
        return None
    weeks = np.nanmean(blocks / scale.unit, axis=1)
    one, other = np.triu_indices(count, 1)
    slope = float(np.median((weeks[other] - weeks[one]) / (other - one)))
    line = np.median(weeks - slope * np.arange(count)) + slope * np.arange(count)
    jitter, residual = float(np.std(np.diff(np.log(np.abs(weeks))))), float(np.std(weeks - line) / abs(weeks.mean()))
    if jitter > JITTER or residual > RESIDUAL:
        return None
    level = float(weeks[-ANCHOR:].mean())
    ahead = level + slope * (np.arange(1, history.horizon + 1) / 7 + (ANCHOR - 1) / 2)
    part = np.exp(history.ahead[:, column]) / np.exp(history.profile[history.days - 28 : history.days, column]).mean()
    return np.asarray(scale.unit * np.sign(level) * np.maximum(np.sign(level) * ahead, LOWEST * abs(level)) * part)
