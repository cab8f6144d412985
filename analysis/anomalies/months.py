"""Monthly charges: what the first and last days of the month usually carry, and
spikes that come back on the same day a month later.
"""

import itertools

import numpy as np
import numpy.typing as npt

from analysis.anomalies.calendar import Step
from analysis.anomalies.state import Flags, Floats, State, Tuning, nanmedian

EPOCH = 719163  # ordinal of 1 January 1970
SHORTEST_CYCLE = 3  # days between spikes that may be a rhythm
LOWEST = 0.04  # a fall below a twenty-fifth of what was expected counts as that: zero has no logarithm


def bounds(state: State, step: Step, plain: Floats, scale: Floats, due: Flags) -> tuple[Floats, Floats]:
    """Between what and what a day may cost: the usual, and the usual with its
    monthly charge, which may scale with usage or be an amount.
    """
    readings = [plain]
    for place in _places(step):
        matters = np.abs(nanmedian(state.edge_ratio[:, place])) > scale
        ratio, amount = _largest(state.edge_ratio[:, place]), _largest(state.edge_amount[:, place])
        readings += [np.where(matters, plain * np.exp(ratio), plain), np.where(matters, plain + amount, plain)]
    if step.daily:
        readings += [plain * np.exp(np.max(np.where(due, state.fee_ratio, 0), axis=1))]
        readings += [plain + np.max(np.where(due, state.fee_amount, 0), axis=1)]
    return np.min(readings, axis=0), np.max(readings, axis=0)


def _places(step: Step) -> tuple[int, ...]:
    """Where the charges of this step's place in its month are kept."""
    return tuple(place for place in (step.edge, step.working) if place >= 0)


def _largest(kept: Floats) -> Floats:
    """The largest of the kept months' charges, as a quarter's end is larger
    than a month's; the smallest where the median lies below none.
    """
    known = np.isfinite(kept)
    largest, smallest = (np.where(known, kept, -np.inf).max(axis=1), np.where(known, kept, np.inf).min(axis=1))
    return np.where(known.any(axis=1), np.where(nanmedian(kept) >= 0, largest, smallest), np.nan)


def charged(state: State, step: Step, scale: Floats, due: Flags) -> Flags:
    """Whether the step is known to carry a monthly charge that shows."""
    if step.edge >= 0:
        return np.asarray(nanmedian(state.edge_ratio[:, step.edge]) > 2 * scale)
    return np.asarray(due.any(axis=1))


def months_of_edge(state: State, step: Step) -> Floats:
    """How many months this edge is known from; endless on other days."""
    if step.edge < 0:
        return np.full(len(state), np.inf)
    return np.asarray(np.isfinite(state.edge_ratio[:, step.edge]).sum(axis=1), dtype=float)


def learn_edge(state: State, step: Step, values: Floats, usual: Floats, where: Flags) -> None:
    """Keep this month's edge, odd or not: the median of the kept months is what
    counts, and a missing charge is never a surprise.
    """
    for place in _places(step):
        for kept, latest in zip((state.edge_ratio, state.edge_amount), _excess(values, usual), strict=True):
            kept[where, place, :-1] = kept[where, place, 1:]
            kept[where, place, -1] = latest[where]


def due_again(state: State, step: Step) -> Flags:
    """Which kept spikes [series x fees] are due: one on its day of the month;
    two that fell on such a weekday of the month, or so far apart.
    """
    kept = state.fee_date
    if not step.daily or not kept.any():
        return np.zeros(kept.shape, dtype=bool)
    today = np.array([[float(step.moment.toordinal())]])
    there = kept > 0
    due: Flags = there & (_day_of_month(kept) == _day_of_month(today))
    for then, now in zip(_weekdays_of_month(kept), _weekdays_of_month(today), strict=True):
        same = there & (then == now) & (now >= 0)
        due |= same & (same.sum(axis=1, keepdims=True) >= 2)
    for earlier, later in itertools.combinations(range(kept.shape[1]), 2):
        apart = kept[:, later] - kept[:, earlier]
        due[:, later] |= there[:, earlier] & (apart >= SHORTEST_CYCLE) & (today[0] - kept[:, later] == apart)
    return due


def _day_of_month(ordinals: Floats) -> npt.NDArray[np.int64]:
    days = (ordinals.astype(np.int64) - EPOCH).astype("datetime64[D]")
    return np.asarray((days - days.astype("datetime64[M]")).astype(np.int64) + 1)


def _weekdays_of_month(ordinals: Floats) -> tuple[npt.NDArray[np.int64], ...]:
    """As numbers: the first, second … such weekday of the month, the last, last
    but one …, and the first or last working day; -1 for none.
    """
    days = (ordinals.astype(np.int64) - EPOCH).astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    day = (days - month).astype(np.int64)
    left = ((month + 1).astype("datetime64[D]") - days).astype(np.int64) - 1
    weekday = (ordinals.astype(np.int64) - 1) % 7
    first = (weekday < 5) & ((day == 0) | ((weekday == 0) & (day < 3)))
    last = (weekday < 5) & ((left == 0) | ((weekday == 4) & (left < 3)))
    return weekday + 7 * (day // 7), weekday + 7 * (left // 7), np.where(first, 1, np.where(last, 2, -1))


def learn_fee(state: State, step: Step, values: Floats, usual: Floats, where: Flags, due: Flags) -> None:
    """Keep the date and size of today's spike, the oldest forgotten; one that
    is due and comes is kept too, however usual it is by now.
    """
    ratio, amount = _excess(values, usual)
    came = np.where(due, state.fee_ratio, np.inf).min(axis=1)
    kept = where | (ratio > 0.5 * came)
    for memory, latest in (
        (state.fee_date, np.full(len(state), float(step.moment.toordinal()))),
        (state.fee_ratio, ratio),
        (state.fee_amount, amount),
    ):
        memory[kept, :-1] = memory[kept, 1:]
        memory[kept, -1] = latest[kept]


def learn_early_fees(state: State, step: Step, rows: Flags, tuning: Tuning) -> None:
    """Keep the one or two single days that stood out of the chosen series'
    first weeks: nobody was told of them, and they may come back.
    """
    if not (step.daily and rows.any()):
        return
    plain = state.level[rows, None] + state.profile[rows][:, step.past_slots]
    known = (state.masked[rows] == 0) & np.isfinite(state.ring[rows])
    known[:, : -tuning.young] = False
    above = np.where(known, state.ring[rows] - plain, 0.0)
    stands_out = above > np.maximum(tuning.z * state.scale[rows], np.log1p(tuning.impact))[:, None]
    above = np.where(stands_out & (stands_out.sum(axis=1, keepdims=True) <= 2), above, 0.0)
    dates = float(step.moment.toordinal()) - np.arange(tuning.ring)[::-1]
    for place in np.sort(np.argsort(above, axis=1)[:, -2:], axis=1).T:  # the older one first
        row = np.arange(len(place))
        ratio = above[row, place]
        found = np.flatnonzero(rows)[ratio > 0]
        latest = (dates[place], ratio, np.exp(plain[row, place]) * np.expm1(ratio))
        for memory, values in zip((state.fee_date, state.fee_ratio, state.fee_amount), latest, strict=True):
            memory[found, :-1] = memory[found, 1:]
            memory[found, -1] = values[ratio > 0]


def _excess(values: Floats, usual: Floats) -> tuple[Floats, Floats]:
    """By what ratio (log) and amount values stand above the usual (log)."""
    plain = np.exp(usual)
    return np.log(np.maximum(values, LOWEST * plain) / plain), values - plain
