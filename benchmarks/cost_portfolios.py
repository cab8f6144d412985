"""Daily cost made another way than cost_series.py, so that forecasts are not judged by what they were tuned on alone.

A series here is the sum of one to three workloads in currency. Each grows along a line, a curve that
saturates or a staircase of its users, has the year of its trade, and may come under a commitment
that starts and runs out; the bill adds weekly habits, monthly charges and noise with memory.
"""

from datetime import date, timedelta

import numpy as np

from benchmarks.cost_series import FIRST_DAY, CostSeries, Floats

# Share of the usual by month, January first.
YEARS = {
    "even": (1.0,) * 12,
    "shop": (0.93, 0.92, 0.95, 0.97, 0.98, 0.98, 0.97, 0.98, 1.0, 1.03, 1.15, 1.2),
    "school": (1.03, 1.05, 1.05, 1.04, 1.02, 0.93, 0.82, 0.85, 1.03, 1.06, 1.06, 1.0),
    "travel": (0.92, 0.92, 0.96, 1.0, 1.05, 1.12, 1.18, 1.15, 1.0, 0.93, 0.88, 0.95),
    "office": (1.02, 1.02, 1.02, 1.01, 1.0, 1.0, 0.96, 0.95, 1.01, 1.02, 1.01, 0.93),
}


def _course(rng: np.random.Generator, days: int) -> Floats:
    """The usage of one workload around one, in currency and not in logarithms."""
    year = np.arange(days) / 365.0
    kind = rng.choice(
        ["steady", "line", "two lines", "saturating", "staircase", "fading"], p=[0.15, 0.25, 0.2, 0.15, 0.17, 0.08]
    )
    if kind == "line":
        return np.asarray(np.maximum(1 + rng.normal(0.4, 0.4) * year, 0.2))
    if kind == "two lines":
        bend = rng.uniform(0.3, year[-1])
        return np.asarray(
            np.maximum(1 + rng.normal(0.4, 0.4) * year + rng.normal(0, 0.5) * np.maximum(year - bend, 0), 0.2)
        )
    if kind == "saturating":
        return np.asarray(1 + rng.uniform(0.3, 2.0) * (1 - np.exp(-year / rng.uniform(0.3, 1.2))))
    if kind == "staircase":
        stairs = np.zeros(days)
        for _ in range(int(rng.integers(1, 4))):
            stairs[int(rng.integers(0, days)) :] += rng.uniform(-0.25, 0.45)
        return np.maximum(1 + stairs, 0.3)
    if kind == "fading":
        return np.asarray(0.3 + 0.7 * np.exp(-year / rng.uniform(0.5, 2)))
    return np.ones(days)


def _season(rng: np.random.Generator, calendar: list[date]) -> Floats:
    """The year of a trade, drawn smoothly through the middles of its months, stronger or weaker."""
    trade = np.array(YEARS[str(rng.choice(list(YEARS), p=[0.3, 0.25, 0.15, 0.15, 0.15]))])
    middles = np.arange(-1, 13) * 30.44 + 15
    shape = np.interp(
        [day.timetuple().tm_yday for day in calendar], middles, np.concatenate([trade[-1:], trade, trade[:1]])
    )
    return np.asarray(1 + rng.uniform(0.7, 3.0) * (shape - 1))


def _commitment(rng: np.random.Generator, days: int) -> Floats:
    """A discount of a year or three that starts some day and is mostly bought again when it runs out."""
    price = np.ones(days)
    if rng.random() < 0.35:
        start, discount = int(rng.integers(-300, days)), rng.uniform(0.1, 0.4)
        end = start + (365 if rng.random() < 0.3 else 10 * days)
        price[max(start, 0) : max(end, 0)] *= 1 - discount
    return price


def _noise(rng: np.random.Generator, days: int) -> Floats:
    sigma, memory = float(rng.choice([0.015, 0.03, 0.06, 0.12], p=[0.2, 0.3, 0.3, 0.2])), float(rng.uniform(0, 0.9))
    noise = np.zeros(days)
    shocks = rng.standard_t(6, days) * sigma * np.sqrt((1 - memory**2) / 1.5)
    for index in range(days):
        noise[index] = shocks[index] + (memory * noise[index - 1] if index else 0)
    return np.exp(noise)


def _spoil(rng: np.random.Generator, values: Floats) -> Floats:
    """Incidents, credits, lost days."""
    spoilt = values.copy()
    for _ in range(int(rng.poisson(3 * len(values) / 730))):
        at = int(rng.integers(0, len(values)))
        spoilt[at : at + int(rng.integers(1, 8))] *= np.exp(rng.normal(0, 0.6))
    if rng.random() < 0.25:
        spoilt[rng.random(len(values)) < 0.02] = np.nan
    return spoilt


def portfolio_series(seed: int, index: int, days: int, held_back: int) -> CostSeries:
    """The series of a seed: `days` in all, of which the last `held_back` are not spoilt (they are what is judged)."""
    rng = np.random.default_rng([7, seed, index])
    first = FIRST_DAY + timedelta(37 * seed % 365)
    calendar = [first + timedelta(offset) for offset in range(days)]
    usual = np.zeros(days)
    for _ in range(int(rng.integers(1, 4))):
        week = np.maximum(1 + rng.normal(0, 0.03, 7) - (np.arange(7) >= 5) * rng.uniform(-0.2, 0.6), 0.05)
        habits = np.array([week[day.weekday()] for day in calendar])
        usual += rng.lognormal(0, 0.8) * _course(rng, days) * _season(rng, calendar) * _commitment(rng, days) * habits
    usual *= 10 ** rng.uniform(1, 4)
    fee = rng.uniform(0.2, 2) * float(np.median(usual)) if rng.random() < 0.4 else 0.0
    charges = np.array([fee * (day.day == 1) + 0.3 * fee * ((day + timedelta(1)).day == 1) for day in calendar])
    values = usual * _noise(rng, days) + charges
    history = days - held_back
    values[:history] = _spoil(rng, values[:history])
    return CostSeries(first, values, usual + charges)
