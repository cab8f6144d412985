"""Labelled daily bills, made another way than labelled_series.py so that the
detector is not judged by what it was tuned on alone.

A bill here is usage times price plus monthly charges: usage follows one of several weekly
habits, volatility comes in clusters and differs by weekday, batches run at the month's end
and the quarter's, and half of what moves the bill is meant to move it. An event is at least
a little larger than what its own series does anyway: what nobody could see is no label.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from benchmarks.labelled_series import Event, Labelled

Array = npt.NDArray[np.float64]
FIRST, LAST_DAYS, GAP = 56, 20, 30  # days before the first event, after the last, and between two
SHARES = {"spike": 0.32, "drop": 0.13, "shift_up": 0.2, "shift_down": 0.12, "ramp": 0.23}
HABITS = {
    "flat": (1, 1, 1, 1, 1, 1, 1),
    "office": (1.0, 1.03, 1.05, 1.02, 0.97, 0.55, 0.5),
    "shop": (0.93, 0.92, 0.95, 1.0, 1.1, 1.3, 1.2),
    "mild": (1.0, 1.0, 1.01, 1.0, 0.99, 0.9, 0.88),
    "weekly batch": (1.6, 1, 1, 1, 1, 1, 1),
    "off at weekends": (1, 1, 1, 1, 1, 0, 0),
}


@dataclass(frozen=True)
class _Bill:
    """A bill before its events: usual cost, noise that multiplies it, fixed charges, and the noise's size."""

    days: tuple[date, ...]
    usual: Array
    noise: Array
    fixed: Array
    sigma: float


def _habit(rng: np.random.Generator, days: tuple[date, ...]) -> Array:
    name = str(rng.choice(list(HABITS), p=[0.2, 0.3, 0.15, 0.2, 0.1, 0.05]))
    strength = rng.uniform(0.6, 1.2) if name != "off at weekends" else 1.0
    shape = np.maximum(1 + strength * (np.array(HABITS[name], dtype=float) - 1), 0)
    return np.array([shape[day.weekday()] for day in days])


def _noise(rng: np.random.Generator, days: tuple[date, ...], sigma: float) -> Array:
    """A factor around one: autocorrelated, with quiet and restless months, and noisier weekends for some."""
    restless = np.exp(rng.uniform(0, 0.35) * np.sin(np.arange(len(days)) / rng.uniform(15, 40) + rng.uniform(0, 6)))
    if rng.random() < 0.3:
        restless *= [1.4 if day.weekday() >= 5 else 1.0 for day in days]
    memory = float(rng.choice([0.0, 0.25, 0.5, 0.7]))
    shocks = rng.standard_t(8, len(days)) / np.sqrt(8 / 6) * sigma * restless * np.sqrt(1 - memory**2)
    walk = np.zeros(len(days))
    for index in range(len(days)):
        walk[index] = memory * walk[index - 1] + shocks[index] if index else shocks[index]
    return np.exp(walk)


def _course(rng: np.random.Generator, days: int) -> Array:
    """Where the level goes when all is well: growth, decline, a slow launch, a
    planned clean-up too small to be told.
    """
    day = np.arange(days)
    kind = rng.choice(["steady", "growing", "declining", "launch", "saturating"], p=[0.35, 0.3, 0.1, 0.15, 0.1])
    if kind == "steady":
        return np.ones(days)
    if kind in ("growing", "declining"):
        return np.asarray((1 + rng.uniform(0.005, 0.04) * (1 if kind == "growing" else -0.6)) ** (day / 30))
    if kind == "launch":
        middle = rng.uniform(0.25, 0.75) * days
        return np.asarray(1 + rng.uniform(0.15, 0.5) / (1 + np.exp(-(day - middle) / rng.uniform(15, 30))))
    return np.asarray(1 + rng.uniform(0.2, 0.6) * (1 - np.exp(-day / rng.uniform(90, 200))))


def _charges(rng: np.random.Generator, days: tuple[date, ...], usual: Array) -> Array:
    """Fees of the month's first days, batches at its end, larger ones at the quarter's."""
    fixed, level = np.zeros(len(days)), float(np.median(usual[usual > 0]))
    fee, batch = (rng.uniform(0.2, 1.2) * level if rng.random() < 0.35 else 0.0 for _ in range(2))
    length, quarter = int(rng.choice([1, 1, 2, 3])), rng.uniform(1.0, 1.4)
    for index, day in enumerate(days):
        to_end = ((day.replace(day=28) + timedelta(4)).replace(day=1) - day).days
        if day.day <= length:
            fixed[index] += fee / length
        if to_end <= 1:
            fixed[index] += batch * (quarter if day.month % 3 == 0 else 1.0)
    return fixed * rng.normal(1, 0.02, len(days))


def _meant(rng: np.random.Generator, days: tuple[date, ...]) -> Array:
    """What moves a bill and is meant to: sales, shut offices, a small commitment or discount."""
    factor = np.ones(len(days))
    style = str(rng.choice(["none", "retail", "office"], p=[0.6, 0.2, 0.2]))
    up, down = 1 + rng.uniform(0.05, 0.3), 1 - rng.uniform(0.05, 0.3)
    for index, day in enumerate(days):
        if style == "retail" and (11, 20) <= (day.month, day.day) <= (12, 24):
            factor[index] *= up
        if style == "office" and ((day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 1)):
            factor[index] *= down
    for _ in range(int(rng.integers(0, 3))):
        start = int(rng.integers(30, len(days) - 10))
        factor[start : start + int(rng.integers(2, 7))] *= 1 + rng.uniform(0.03, 0.13)
    if rng.random() < 0.3:
        factor[int(rng.integers(40, len(days) - 20)) :] *= 1 - rng.uniform(0.03, 0.12)
    return factor


def _bill(rng: np.random.Generator, days: tuple[date, ...]) -> _Bill:
    sigma = float(rng.choice([0.01, 0.02, 0.04, 0.06, 0.09], p=[0.15, 0.3, 0.3, 0.15, 0.1]))
    usual = 10 ** rng.uniform(0.8, 4) * _habit(rng, days) * _course(rng, len(days)) * _meant(rng, days)
    return _Bill(days, usual, _noise(rng, days, sigma), _charges(rng, days, usual), sigma)


def _event(rng: np.random.Generator, kind: str, start: int, bill: _Bill) -> tuple[Array, Event]:
    """A factor for every day, and the label; a change that lasts is a launch, a
    clean-up, a commitment bought or run out.
    """
    days = len(bill.days)
    age, factor, least = np.arange(days) - start, np.ones(days), 4.5 * bill.sigma
    if kind == "ramp":
        length, size = int(rng.integers(10, 41)), rng.uniform(max(0.35, least), 1.8)
        factor += size * np.clip((age + 1) / length, 0, 1)
        if rng.random() < 0.3:
            factor[start + length + int(rng.integers(2, 10)) :] = 1
        last, grace = start + length - 1, 5
    elif kind in ("shift_up", "shift_down"):
        size = (
            rng.uniform(max(0.22, least), 0.9) if kind == "shift_up" else -rng.uniform(max(0.2, min(least, 0.5)), 0.7)
        )
        factor[age >= 0] += size
        last, grace = start + 6, 0
    else:
        size = (
            np.exp(rng.uniform(np.log(max(0.25, least)), np.log(3)))
            if kind == "spike"
            else -rng.uniform(max(0.28, least), 1.0)
        )
        length = int(rng.integers(1, 4))
        factor[start : start + length] += size
        last, grace = start + length - 1, 2
    end = bill.days[min(last, days - 1)]
    return factor, Event(kind, bill.days[start], end, end + timedelta(grace), float(size))


def _spread(rng: np.random.Generator, first: int, days: int, count: int) -> list[int]:
    places: list[int] = []
    for place in rng.integers(first, days - LAST_DAYS, 60):
        if len(places) < count and all(abs(int(place) - other) >= GAP for other in places):
            places.append(int(place))
    return sorted(places)


def _series(rng: np.random.Generator, name: str, length: int, count: int) -> Labelled:
    begin = date(2024, 3, 1) + timedelta(int(rng.integers(0, 300)))
    bill = _bill(rng, tuple(begin + timedelta(index) for index in range(length)))
    factor, events, first = np.ones(length), [], FIRST
    if count and rng.random() < 0.06 and bill.usual.max() > 400:
        born = int(rng.integers(60, length // 2))
        factor[:born], first = 0, born + FIRST
        events.append(Event("new", bill.days[born], bill.days[born], bill.days[born + 7], 1.0))
    for start in _spread(rng, first, length, count):
        changed, event = _event(rng, str(rng.choice(list(SHARES), p=list(SHARES.values()))), start, bill)
        factor = factor * changed
        if bill.usual[start] > 0:
            events.append(event)
    values = bill.usual * bill.noise * factor + bill.fixed * (factor > 0)
    values = np.rint(values) if rng.random() < 0.15 else np.round(values, 2)
    if rng.random() < 0.25:
        values[rng.random(length) < 0.01] = np.nan
    if rng.random() < 0.2:
        values[-int(rng.integers(1, 4)) :] = np.nan
    return Labelled(name, bill.days, values, tuple(events))


def bills(seed: int, series: int = 120, clean: int = 40, days: int = 440) -> list[Labelled]:
    """One portfolio; the first `clean` series have no event."""
    rng = np.random.default_rng([5, seed])
    return [
        _series(rng, f"b{index:03d}", days, 0 if index < clean else int(rng.integers(1, 5))) for index in range(series)
    ]
