"""Labelled daily cost of estates as clouds bill them: each class of series has its own way of being restless.

Six of ten series are usual ones; the others hold what no log-normal scale describes: a load that is on or off, a job
every few days, cents on a dormant account, delivery networks with bursts of their own, fleets that scale, free tiers
that are used up each month. Events start at 15 % where the series is calm; one that its own noise hides is no label.
"""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from benchmarks.labelled_series import Array, Event, Labelled

SHARES = {
    "smooth": 0.2,
    "office": 0.15,
    "fleet": 0.2,
    "cdn": 0.14,
    "storage": 0.08,
    "batch": 0.07,
    "bursty": 0.05,
    "dormant": 0.05,
    "free tier": 0.06,
}  # fmt: skip - a table, read across
KINDS = {"spike": 0.33, "drop": 0.12, "shift_up": 0.2, "shift_down": 0.1, "ramp": 0.25}
FIRST, LAST, GAP, GRACE = 75, 30, 45, 7  # days before the first event, after the last, between two, and to find one in
PEAKS_LAST = 110  # days between two events of a series that is known by its peaks: the next one must pass the last
# of an event, in the series' own scales and as a share
LEAST = {
    "spike": (5.0, 0.15),
    "drop": (5.0, 0.2),
    "shift_up": (3.5, 0.15),
    "shift_down": (3.5, 0.2),
    "ramp": (3.0, 0.15),
}


def _walk(rng: np.random.Generator, days: int, sigma: float, memory: float) -> Array:
    shocks, walk = rng.standard_t(7, days) * sigma * np.sqrt((1 - memory**2) * 5 / 7), np.zeros(days)
    for index in range(days):
        walk[index] = shocks[index] + (memory * walk[index - 1] if index else 0.0)
    return walk


def _week(rng: np.random.Generator, calendar: list[date], lowest: float) -> Array:
    weekend = rng.uniform(lowest, 1.05)
    shape = np.exp(rng.normal(0, 0.03, 7)) * np.array([1, 1, 1, 1, 1, weekend, weekend * rng.uniform(0.9, 1.1)])
    return np.array([shape[day.weekday()] for day in calendar])


def _smooth(rng: np.random.Generator, calendar: list[date]) -> Array:
    days = len(calendar)
    growth = np.exp(rng.normal(0.1, 0.15) * np.arange(days) / 365)
    return growth * np.exp(_walk(rng, days, rng.uniform(0.008, 0.05), rng.uniform(0, 0.6))) * _week(rng, calendar, 0.7)


def _office(rng: np.random.Generator, calendar: list[date]) -> Array:
    shut = np.array([(day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 1) for day in calendar])
    closed = np.where(shut, rng.uniform(0.5, 0.95), 1.0)
    return closed * _week(rng, calendar, 0.1) * np.exp(_walk(rng, len(calendar), rng.uniform(0.02, 0.07), 0.3))


def _fleet(rng: np.random.Generator, calendar: list[date]) -> Array:
    """Machines that come and go in whole numbers around a load that wanders."""
    days = len(calendar)
    load = np.exp(_walk(rng, days, 0.07, 0.9)) * _week(rng, calendar, 0.6)
    machines = np.ceil(rng.integers(8, 60) * load)
    return machines * np.exp(rng.normal(0, 0.01, days))


def _cdn(rng: np.random.Generator, calendar: list[date]) -> Array:
    """Traffic: a week, a wandering level, heavy-tailed days, sales in the season."""
    days = len(calendar)
    traffic = np.exp(_walk(rng, days, rng.uniform(0.06, 0.14), 0.5)) * _week(rng, calendar, 0.7)
    season = np.array([(day.month, day.day) >= (11, 20) and (day.month, day.day) <= (12, 22) for day in calendar])
    return traffic * np.where(season, rng.uniform(1.0, 1.2), 1.0)


def _storage(rng: np.random.Generator, calendar: list[date]) -> Array:
    days = len(calendar)
    return (1 + rng.uniform(0.1, 0.7) * np.arange(days) / 365) * np.exp(rng.normal(0, rng.uniform(0.002, 0.01), days))


def _batch(rng: np.random.Generator, calendar: list[date]) -> Array:
    """A job every three to five days, or on certain days of the month, over a little that always runs."""
    days = len(calendar)
    gaps = rng.integers(3, 6, days) if rng.random() < 0.5 else np.full(days, int(rng.integers(3, 6)))
    runs = np.cumsum(gaps)
    cost = np.full(days, rng.uniform(0.0, 0.05))
    runs = runs[runs < days]
    cost[runs] += np.exp(rng.normal(0, 0.15, len(runs)))
    return cost


def _bursty(rng: np.random.Generator, calendar: list[date]) -> Array:
    """On for some days, off for some."""
    days = len(calendar)
    lengths = 1 + rng.exponential(rng.uniform(2, 8), days).astype(int)
    on = np.repeat(np.arange(days) % 2 == 0, lengths)[:days]
    return np.where(on, np.exp(rng.normal(0, 0.25, days)), rng.uniform(0.01, 0.1) * np.exp(rng.normal(0, 0.3, days)))


def _dormant(rng: np.random.Generator, calendar: list[date]) -> Array:
    days = len(calendar)
    return np.where(rng.random(days) < rng.uniform(0.03, 0.25), np.exp(rng.normal(0, 0.7, days)), 0.0)


def _free_tier(rng: np.random.Generator, calendar: list[date]) -> Array:
    """Free until some day of the month, when the tier is used up; or cheaper from then on."""
    until, share = int(rng.integers(6, 16)), float(rng.choice([0.0, 0.6]))
    tier = np.array(
        [
            (share if day.day <= until else 1.0) if share == 0 else (1.0 if day.day <= until else share)
            for day in calendar
        ]
    )  # fmt: skip - a table, read across
    return tier * np.exp(rng.normal(0, rng.uniform(0.02, 0.05), len(calendar)))


CLASSES: dict[str, Callable[[np.random.Generator, list[date]], Array]] = {
    "smooth": _smooth,
    "office": _office,
    "fleet": _fleet,
    "cdn": _cdn,
    "storage": _storage,
    "batch": _batch,
    "bursty": _bursty,
    "dormant": _dormant,
    "free tier": _free_tier,
}  # fmt: skip - a table, read across


def _fees(rng: np.random.Generator, calendar: list[date], kind: str) -> Array:
    """A monthly charge for a third of the regular series: on a day, on the first or last working day, at the end."""
    fee = np.zeros(len(calendar))
    if kind not in ("smooth", "office", "fleet", "cdn") or rng.random() > 0.35:
        return fee
    rule, on, share = str(rng.choice(["day", "working", "end"])), int(rng.integers(2, 28)), rng.uniform(0.3, 3)
    for index, day in enumerate(calendar):
        first_working = day.weekday() < 5 and (day.day == 1 or (day.weekday() == 0 and day.day <= 3))
        due = {"day": day.day == on, "working": first_working, "end": (day + timedelta(1)).day == 1}[rule]
        fee[index] = share * due * rng.normal(1, 0.02)
    return fee


def _spread(usual: Array) -> float:
    """The robust standard deviation of the log steps from the same day of the week before."""
    logs = np.log(np.maximum(usual, 0.03 * usual.max()))
    steps = np.abs(logs[7:] - logs[:-7]) / np.sqrt(2)
    return float(max(1.4826 * np.median(steps), np.quantile(steps, 0.95) / 1.96))


def _plant(rng: np.random.Generator, kind: str, start: int, calendar: list[date], size: float) -> tuple[Array, Event]:
    days = len(calendar)
    factor, age = np.ones(days), np.arange(days) - start
    if kind in ("spike", "drop"):
        length = int(rng.integers(1, 4))
        factor[start : start + length] = np.exp(size)
        last, until = start + length - 1, max(start + length - 1, start + GRACE)
    elif kind == "ramp":
        length = int(rng.integers(10, 36))
        factor = 1 + np.expm1(size) * np.clip((age + 1) / length, 0, 1)
        if rng.random() < 0.4:
            factor[start + length + int(rng.integers(10, 30)) :] = 1.0
        last = start + length - 1
        until = last + GRACE
    else:
        factor[age >= 0] = np.exp(size)
        last = until = start + GRACE
    end = [calendar[min(day, days - 1)] for day in (last, until)]
    return factor, Event(kind, calendar[start], end[0], end[1], size)


def _events(rng: np.random.Generator, calendar: list[date], usual: Array, wild: bool) -> tuple[Array, list[Event]]:
    sigma, factor, events = _spread(usual), np.ones(len(usual)), []
    starts: list[int] = []
    count, gap = int(rng.integers(1, 5)), PEAKS_LAST if wild else GAP
    for place in rng.integers(FIRST, len(usual) - LAST, 60):
        if len(starts) < count and all(abs(int(place) - other) >= gap for other in starts):
            starts.append(int(place))
    for start in sorted(starts):
        kind = "spike" if wild else str(rng.choice(list(KINDS), p=list(KINDS.values())))
        scales, least = LEAST[kind]
        size = max(np.log1p(least), scales * sigma) * float(np.exp(rng.uniform(0, 1.0)))
        down = kind in ("drop", "shift_down")
        if wild:
            running = np.flatnonzero(usual > 0.3 * np.quantile(usual, 0.99))
            start = int(running[np.argmin(np.abs(running - start))])
            size = float(np.log(rng.uniform(2.2, 5) * usual[max(0, start - 98) : start + 3].max() / usual[start]))
        elif size > np.log(3.5) or (not wild and usual[start] < 0.3 * np.median(usual)):
            continue
        changed, event = _plant(rng, kind, start, calendar, -size if down else size)
        factor = factor * changed
        events.append(event)
    return factor, events


def _series(rng: np.random.Generator, index: int, days: int, clean: bool) -> Labelled:
    kind = str(rng.choice(list(SHARES), p=list(SHARES.values())))
    first = date(2024, 1, 1) + timedelta(int(rng.integers(0, 365)))
    calendar = [first + timedelta(day) for day in range(days)]
    usual = np.asarray(CLASSES[kind](rng, calendar), dtype=float)
    eventful = not clean and kind not in ("dormant", "free tier")
    factor, events = _events(rng, calendar, usual, kind in ("batch", "bursty")) if eventful else (np.ones(days), [])
    level = np.exp(rng.normal(np.log(1.0 if kind == "dormant" else 300), 1.2))
    return Labelled(
        f"{kind} {index:03d}",
        tuple(calendar),
        np.round(level * (usual * factor + _fees(rng, calendar, kind)), 4),
        tuple(events),
    )  # fmt: skip - a table, read across


def estates(seed: int, series: int = 120, clean: int = 40, days: int = 440) -> list[Labelled]:
    """One estate; the first `clean` series have no event."""
    rng = np.random.default_rng([6, seed])
    return [_series(rng, index, days, index < clean) for index in range(series)]
