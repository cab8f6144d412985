"""Daily cost series for judging forecasts: seeded, and meant to be at least as nasty as real bills."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FIRST_DAY = date(2024, 5, 6)


@dataclass(frozen=True)
class CostSeries:
    """One series, NaN where the bill has a gap, and what an oracle that knows
    every draw but the noise would predict.
    """

    start: date
    values: Floats
    oracle: Floats


def _trend(rng: np.random.Generator, days: int) -> Floats:
    """Log level: steady, changing, saturating or wandering growth."""
    t = np.arange(days) / 365.0
    rate = float(rng.normal(0.15, 0.25))
    kind = rng.choice(["flat", "steady", "changing", "saturating", "wandering"], p=[0.15, 0.3, 0.25, 0.15, 0.15])
    if kind == "flat":
        return np.zeros(days)
    if kind == "steady":
        return rate * t
    if kind == "changing":
        knots = np.sort(rng.uniform(0.1, t[-1], int(rng.integers(1, 4))))
        return rate * t + sum((float(rng.normal(0, 0.3)) * np.maximum(t - knot, 0) for knot in knots), np.zeros(days))
    if kind == "saturating":
        middle, width = float(rng.uniform(0, 1.2)), float(rng.uniform(0.1, 0.35))
        return np.asarray(np.log1p(float(rng.uniform(0.3, 2.0)) / (1 + np.exp(-(t - middle) / width))))
    return np.cumsum(rng.normal(0, rng.uniform(0.001, 0.007), days)) + 0.3 * rate * t


def _season(rng: np.random.Generator, calendar: list[date]) -> Floats:
    """Yearly waves, festive peaks of retail, quiet weeks of offices."""
    phase = np.array([2 * np.pi * day.timetuple().tm_yday / 365.25 for day in calendar])
    curve = np.zeros(len(calendar))
    if rng.random() < 0.5:
        curve += rng.uniform(0.02, 0.2) * np.sin(phase + rng.uniform(0, 2 * np.pi)) + rng.uniform(0, 0.05) * np.sin(
            2 * phase + rng.uniform(0, 6)
        )
    style = rng.choice(["none", "retail", "office"], p=[0.5, 0.3, 0.2])
    up, down = np.log1p(rng.uniform(0.05, 0.5)), np.log(rng.uniform(0.6, 0.95))
    for index, day in enumerate(calendar):
        month_day = (day.month, day.day)
        if style == "retail" and (11, 15) <= month_day <= (12, 26):
            curve[index] += up
        if style == "office" and (month_day >= (12, 22) or month_day <= (1, 3)):
            curve[index] += down
    return curve


def _weekly(rng: np.random.Generator, calendar: list[date]) -> Floats:
    shape = rng.normal(0, 0.03, 7)
    shape[5:] += np.log(rng.uniform(0.35, 1.05))
    if rng.random() < 0.2:
        shape[:] = 0
    return np.array([shape[day.weekday()] for day in calendar])


def _edges(rng: np.random.Generator, calendar: list[date]) -> Floats:
    """Charges of the month's first or last days, as a share of the level."""
    where = rng.choice(["none", "first", "last", "first three"], p=[0.45, 0.35, 0.1, 0.1])
    share = float(rng.uniform(0.1, 1.5))
    fee = np.zeros(len(calendar))
    for index, day in enumerate(calendar):
        last = (day + timedelta(1)).month != day.month
        if (
            (where == "first" and day.day == 1)
            or (where == "last" and last)
            or (where == "first three" and day.day <= 3)
        ):
            fee[index] = share
    return fee


def _noise(rng: np.random.Generator, days: int) -> Floats:
    sigma = float(rng.choice([0.015, 0.03, 0.05, 0.08, 0.12], p=[0.15, 0.3, 0.3, 0.15, 0.1]))
    phi = float(rng.choice([0.0, rng.uniform(0.3, 0.85)]))
    heavy = rng.random() < 0.3
    shocks = sigma * np.sqrt(1 - phi**2) * (rng.standard_t(4, days) / np.sqrt(2) if heavy else rng.normal(0, 1, days))
    noise = np.empty(days)
    noise[0] = shocks[0]
    for index in range(1, days):
        noise[index] = phi * noise[index - 1] + shocks[index]
    return noise


def _steps(rng: np.random.Generator, days: int) -> Floats:
    """Level shifts: launches, clean-ups, commitments; about one in four series has one in its last 180 days."""
    level = np.zeros(days)
    for _ in range(int(rng.poisson(1.1 * days / 730))):
        level[int(rng.integers(10, days)) :] += float(rng.choice([-1, 1])) * rng.uniform(0.08, 0.45)
    return level


def _spoil(rng: np.random.Generator, values: Floats) -> Floats:
    """Spikes, drops, lost days, days of zero, credits."""
    days = len(values)
    spoilt = values.copy()
    for _ in range(int(rng.poisson(4 * days / 730))):
        at, length = int(rng.integers(0, days)), int(rng.choice([1, 1, 2, 4]))
        spoilt[at : at + length] *= float(rng.choice([rng.uniform(1.5, 4), rng.uniform(0.2, 0.7)]))
    if rng.random() < 0.2:
        spoilt[rng.integers(0, days, max(1, days // 60))] = np.nan
    if rng.random() < 0.1:
        spoilt[rng.integers(0, days, max(1, days // 90))] = 0
    if rng.random() < 0.07:
        spoilt[rng.integers(0, days, 3)] *= -1
    return spoilt


def cost_series(seed: int, index: int, days: int, held_back: int) -> CostSeries:
    """The series of a seed: `days` in all, of which the last `held_back` are not spoilt (they are what is judged)."""
    rng = np.random.default_rng([seed, index])
    calendar = [FIRST_DAY + timedelta(offset) for offset in range(days)]
    level = np.log(10 ** rng.uniform(1.3, 4.3))
    log = level + _trend(rng, days) + _season(rng, calendar) + _weekly(rng, calendar)
    if rng.random() < 0.85:
        log += _steps(rng, days)
    fee = _edges(rng, calendar) * np.exp(level)
    oracle = np.exp(log) + fee
    values = np.exp(log + _noise(rng, days)) + fee
    history = days - held_back
    values[:history] = _spoil(rng, values[:history])
    return CostSeries(FIRST_DAY, values, oracle)
