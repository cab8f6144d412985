"""Labelled hourly series: telemetry and hourly charges whose every weekday has hours of its own.

Mondays begin late or early, Fridays end early, Saturdays are no Sundays; some weeks differ a little from others. Events
are planted from the fourth week on in two of three series.
"""

from datetime import datetime, timedelta

import numpy as np

from benchmarks.labelled_series import Array
from commands.analyze.anomalies import Grid

FIRST = datetime(2026, 3, 2)
WEEKS, HOUR = 8, timedelta(hours=1)
Hours = list[tuple[int, str, int, int]]  # column, kind, first hour, last hour in which it counts as found


def _week(rng: np.random.Generator) -> Array:
    """Log profile of 168 hours."""
    hour = np.arange(24)
    depth, peak = rng.uniform(0.2, 0.9), rng.uniform(10, 18)
    days = []
    for weekday in range(7):
        height = rng.normal(0, 0.08) - (rng.uniform(0.1, 0.6) if weekday >= 5 else 0)
        middle, width = peak + rng.normal(0, 0.7 if weekday < 5 else 2.5), rng.uniform(3.5, 6)
        days.append(height + depth * (np.exp(-(((hour - middle + 12) % 24 - 12) ** 2) / (2 * width**2)) - 0.5))
    evening = np.zeros((7, 24))
    if rng.random() < 0.5:
        evening[4, 18:], evening[5, 19:], evening[6, 18:] = rng.uniform(-0.3, 0.4), rng.uniform(-0.3, 0.4), -0.2
    return np.asarray((np.array(days) + evening).ravel())


def _noise(rng: np.random.Generator, hours: int) -> Array:
    sigma, memory = rng.uniform(0.03, 0.12), rng.uniform(0.2, 0.8)
    shocks = rng.standard_t(5, hours) * sigma * np.sqrt((1 - memory**2) * 3 / 5)
    noise = np.zeros(hours)
    for index in range(1, hours):
        noise[index] = memory * noise[index - 1] + shocks[index]
    return noise + np.repeat(rng.normal(0, 0.03, hours // 24), 24)


def hours(seed: int, series: int = 60) -> tuple[Grid, Hours]:
    """Series side by side, and what was planted in them."""
    rng = np.random.default_rng([7, seed])
    values = np.zeros((WEEKS * 168, series))
    planted: Hours = []
    for column in range(series):
        curve = np.log(rng.lognormal(3, 1)) + np.tile(_week(rng), WEEKS) + _noise(rng, WEEKS * 168)
        if column % 3:
            kind = ("spike", "drop", "shift")[int(rng.integers(0, 3))]
            start = int(rng.integers(24 * 24, WEEKS * 168 - 72))
            length = int(rng.integers(2, 7)) if kind != "shift" else WEEKS * 168
            size = rng.uniform(0.4, 1.1)
            curve[start : start + length] += -size if kind == "drop" else size
            planted.append((column, kind, start, start + 24))
        values[:, column] = np.exp(curve)
    names = tuple(f"hour {seed}-{column:03d}" for column in range(series))
    return Grid(names, FIRST, HOUR, values), planted
