"""Labelled daily cost series for judging the detector: three generators that disagree on how cost is made, seeded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
KINDS = ("spike", "drop", "shift_up", "shift_down", "ramp")


@dataclass(frozen=True)
class Event:
    """What was planted: first and last day, and the last day on which finding it still counts."""

    kind: str
    start: date
    end: date
    until: date
    size: float


@dataclass(frozen=True)
class Labelled:
    """One series with its labels; none means clean."""

    name: str
    days: tuple[date, ...]
    values: Array
    events: tuple[Event, ...] = field(default=())


def _noise(rng: np.random.Generator, days: int, style: str) -> Array:
    """Multiplicative noise in log space: white, autocorrelated or heavy-tailed."""
    sigma = float(rng.choice([0.015, 0.03, 0.05, 0.08, 0.11], p=[0.15, 0.3, 0.3, 0.17, 0.08]))
    if style == "white":
        return rng.normal(0, sigma, days)
    if style == "heavy":
        return np.asarray(sigma * rng.standard_t(5, days) / np.sqrt(5 / 3))
    phi = float(rng.uniform(0.3, 0.8))
    shocks = rng.normal(0, sigma * np.sqrt(1 - phi**2), days)
    noise = np.empty(days)
    noise[0] = rng.normal(0, sigma)
    for index in range(1, days):
        noise[index] = phi * noise[index - 1] + shocks[index]
    return noise


def _weekly(rng: np.random.Generator, calendar: list[date]) -> Array:
    if rng.random() < 0.2:
        shape = np.zeros(7)
    else:
        shape = rng.normal(0, 0.03, 7)
        shape[5:] += np.log(rng.uniform(0.35, 1.0))
    return np.array([shape[day.weekday()] for day in calendar])


def _month_edges(rng: np.random.Generator, calendar: list[date]) -> Array:
    """A fee on the first or the last day of the month, as a share of the level."""
    where = rng.choice(["none", "first", "last", "first two", "both"], p=[0.45, 0.25, 0.12, 0.08, 0.1])
    share = float(rng.uniform(0.2, 1.6))
    fee = np.zeros(len(calendar))
    for index, day in enumerate(calendar):
        last = (day + timedelta(1)).month != day.month
        first = day.day == 1 or (where == "first two" and day.day == 2)
        if (first and where in ("first", "first two", "both")) or (last and where in ("last", "both")):
            fee[index] = share * rng.uniform(0.92, 1.08)
    return fee


def _festive(rng: np.random.Generator, calendar: list[date]) -> Array:
    """A season that is up for retail, down for offices, flat for most."""
    style = rng.choice(["none", "retail", "office"], p=[0.5, 0.3, 0.2])
    up, down = np.log1p(rng.uniform(0.04, 0.2)), np.log(rng.uniform(0.65, 0.95))
    curve = np.zeros(len(calendar))
    for index, day in enumerate(calendar):
        if style == "retail" and (11, 20) <= (day.month, day.day) <= (12, 27):
            curve[index] = up
        if style == "office" and ((day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 1)):
            curve[index] = down
    return curve


def _launches(rng: np.random.Generator, days: int) -> Array:
    """Slow, wanted growth: a logistic over two to four months."""
    curve = np.zeros(days)
    if rng.random() < 0.35:
        middle, width = rng.uniform(0.2, 0.9) * days, rng.uniform(12, 25)
        curve += np.log1p(rng.uniform(0.15, 0.6)) / (1 + np.exp(-(np.arange(days) - middle) / width))
    return curve


def _size(rng: np.random.Generator, kind: str) -> float:
    """Log size of an event."""
    return float(
        {
            "spike": np.log(1 + rng.uniform(0.3, 2.5)),
            "drop": np.log(1 - rng.uniform(0.3, 0.95)),
            "shift_up": np.log(1 + rng.uniform(0.25, 1.2)),
            "shift_down": np.log(1 - rng.uniform(0.22, 0.6)),
            "ramp": np.log(1 + rng.uniform(0.4, 1.6)),
        }[kind]
    )


def _plant(rng: np.random.Generator, kind: str, start: int, calendar: list[date], size: float) -> tuple[Array, Event]:
    """The event's log effect on every day, and its label."""
    days = len(calendar)
    effect, age = np.zeros(days), np.arange(days) - start
    if kind in ("spike", "drop"):
        length = int(rng.integers(1, 4))
        effect[start : start + length] = size * rng.uniform(0.85, 1.0, len(effect[start : start + length]))
        last, grace = start + length - 1, 2
    elif kind == "ramp":
        length = int(rng.integers(7, 22))
        effect = size * np.clip((age + 1) / length, 0, 1)
        stays = rng.random() < 0.6
        if not stays:
            effect[start + length + int(rng.integers(0, 12)) :] = 0
        last, grace = start + length - 1, 5
    else:
        effect[age >= 0] = size
        last, grace = start + 6, 0
    end = calendar[min(last, days - 1)]
    return effect, Event(kind, calendar[start], end, end + timedelta(grace), size)


def _starts(rng: np.random.Generator, days: int, count: int, gap: int = 28) -> list[int]:
    starts: list[int] = []
    for _ in range(200):
        candidate = int(rng.integers(60, days - 24))
        if len(starts) < count and all(abs(candidate - other) >= gap for other in starts):
            starts.append(candidate)
    return sorted(starts)


def _series(rng: np.random.Generator, name: str, days: int, count: int, styles: list[str], hard: bool) -> Labelled:
    """One series: level, growth, week, noise, month edges and season, then events."""
    first = date(2024, 1, 1) + timedelta(int(rng.integers(0, 365)))
    calendar = [first + timedelta(index) for index in range(days)]
    level = np.log(rng.lognormal(np.log(400), 1.3))
    growth = rng.uniform(-0.02, 0.06) / 30 * np.arange(days)
    curve = level + growth + _weekly(rng, calendar) + _noise(rng, days, str(rng.choice(styles)))
    if hard:
        curve = curve + _festive(rng, calendar) + _launches(rng, days)
    fee = _month_edges(rng, calendar)
    events = []
    for start in _starts(rng, days, count):
        kind = str(rng.choice(KINDS, p=[0.32, 0.14, 0.22, 0.1, 0.22]))
        effect, event = _plant(rng, kind, start, calendar, _size(rng, kind))
        curve = curve + effect
        events.append(event)
    additive = rng.random() < 0.5
    values = np.exp(curve) + fee * np.exp(level + growth) if additive else np.exp(curve) * (1 + fee)
    if hard:
        values = _sales(rng, values)
    return Labelled(name, tuple(calendar), np.round(values, 4), tuple(events))


def _sales(rng: np.random.Generator, values: Array) -> Array:
    """Benign bumps of a few days below what is worth an alert, and a commitment that lowers cost a little."""
    values = values.copy()
    for _ in range(int(rng.integers(0, 3))):
        start = int(rng.integers(40, len(values) - 10))
        values[start : start + int(rng.integers(2, 6))] *= rng.uniform(1.03, 1.12)
    if rng.random() < 0.2:
        values[int(rng.integers(60, len(values) - 30)) :] *= rng.uniform(0.88, 0.96)
    return values


def plain(seed: int, series: int = 120, clean: int = 40, days: int = 440) -> list[Labelled]:
    """White noise, weeks and month edges only."""
    rng = np.random.default_rng([1, seed])
    return [
        _series(rng, f"s{i:03d}", days, 0 if i < clean else int(rng.integers(1, 5)), ["white"], False)
        for i in range(series)
    ]


def hard(seed: int, series: int = 120, clean: int = 40, days: int = 440) -> list[Labelled]:
    """Launches, sales, commitments, seasons, autocorrelated and heavy-tailed noise."""
    rng = np.random.default_rng([2, seed])
    styles = ["white", "auto", "auto", "heavy"]
    return [
        _series(rng, f"s{i:03d}", days, 0 if i < clean else int(rng.integers(1, 5)), styles, True)
        for i in range(series)
    ]


def fleets(seed: int, series: int = 120, clean: int = 40, days: int = 440) -> list[Labelled]:
    """Cost as a sum of resources that come and go and walk at random; events
    are resources, sized in the series' own noise.
    """
    rng = np.random.default_rng([3, seed])
    return [_fleet(rng, f"s{i:03d}", days, 0 if i < clean else int(rng.integers(1, 5))) for i in range(series)]


def _fleet(rng: np.random.Generator, name: str, days: int, count: int) -> Labelled:
    first = date(2025, 1, 1) + timedelta(int(rng.integers(0, 120)))
    calendar = [first + timedelta(index) for index in range(days)]
    members = int(rng.integers(30, 90))
    values = np.zeros(days)
    weekly = np.exp(_weekly(rng, calendar))
    for _ in range(members):
        life = np.ones(days)
        born, dead = int(rng.integers(-days, days)), int(rng.integers(days // 2, 2 * days))
        life[: max(0, min(born, days))] = 0
        life[min(dead, days) :] = 0
        size = rng.lognormal(0, 0.4)
        values += size * life * (weekly if rng.random() < 0.7 else 1.0)
    walk = np.cumsum(rng.normal(0, rng.uniform(0.001, 0.008), days))
    values *= np.exp(walk + rng.gamma(4, rng.uniform(0.005, 0.025), days))
    values *= rng.lognormal(4, 1)
    base = float(np.median(values))
    values += _month_edges(rng, calendar) * base
    events = []
    for start in _starts(rng, days, count):
        kind = str(rng.choice(KINDS, p=[0.35, 0.12, 0.2, 0.1, 0.23]))
        local = float(np.median(values[start - 28 : start]))
        effect, event = _plant(rng, kind, start, calendar, _size(rng, kind))
        values = np.maximum(values + local * np.expm1(effect), 0.02 * local)
        events.append(event)
    return Labelled(name, tuple(calendar), np.round(values, 4), tuple(events))


def rough(seed: int, series: int = 120, clean: int = 40, days: int = 400) -> list[Labelled]:
    """What bills do besides: sales that double a weekend, fees in mid-month,
    days missing, longer bursts, events soon and close together.
    """
    rng = np.random.default_rng([4, seed])
    return [_rough(rng, f"s{i:03d}", days, 0 if i < clean else int(rng.integers(1, 5))) for i in range(series)]


def _rough(rng: np.random.Generator, name: str, days: int, count: int) -> Labelled:
    first = date(2024, 6, 1) + timedelta(int(rng.integers(0, 500)))
    calendar = [first + timedelta(index) for index in range(days)]
    curve = np.log(rng.lognormal(4, 1.5)) + rng.uniform(-0.03, 0.05) / 30 * np.arange(days)
    curve = curve + _weekly(rng, calendar) + _noise(rng, days, str(rng.choice(["white", "auto", "heavy"])))
    retail, fee_day = rng.random() < 0.25, int(rng.choice([1, 1, 15, 28]))
    fee = float(rng.uniform(0.3, 3.0)) if rng.random() < 0.4 else 0.0
    for index, day in enumerate(calendar):
        if retail and day.month == 11 and 27 <= day.day <= 30:
            curve[index] += np.log(1.35)
        if day.day == fee_day:
            curve[index] += np.log1p(fee)
    events = []
    for start in _starts(rng, days, count, gap=15):
        kind = str(rng.choice(KINDS, p=[0.35, 0.12, 0.2, 0.1, 0.23]))
        effect, event = _plant(rng, kind, start, calendar, _size(rng, kind))
        curve = curve + effect
        events.append(event)
    values = np.round(np.exp(curve), 4)
    values[rng.random(days) < 0.01] = np.nan
    return Labelled(name, tuple(calendar), values, tuple(events))


GENERATORS: dict[str, Callable[[int], list[Labelled]]] = {
    "plain": plain,
    "hard": hard,
    "fleets": fleets,
    "rough": rough,
}
