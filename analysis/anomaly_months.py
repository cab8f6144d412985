"""Monthly charges: what the first and last days of the month usually carry, and spikes that come back on the same day a month later."""

import numpy as np

from analysis.anomaly_calendar import Step
from analysis.anomaly_state import Flags, Floats, State, Tuning, nanmedian

LOWEST = 0.04  # a fall below a twenty-fifth of what was expected counts as that: zero has no logarithm


def bounds(state: State, step: Step, plain: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Between what and what a day may cost: the usual, and the usual with its monthly charge, which may scale with usage or be an amount."""
    readings = [plain]
    if step.edge >= 0:
        matters = np.abs(nanmedian(state.edge_ratio[:, step.edge])) > scale
        ratio, amount = _largest(state.edge_ratio[:, step.edge]), _largest(state.edge_amount[:, step.edge])
        readings += [np.where(matters, plain * np.exp(ratio), plain), np.where(matters, plain + amount, plain)]
    if step.daily:
        due = state.fee_day == step.moment.day
        readings += [plain * np.exp(np.max(np.where(due, state.fee_ratio, 0), axis=1))]
        readings += [plain + np.max(np.where(due, state.fee_amount, 0), axis=1)]
    return np.min(readings, axis=0), np.max(readings, axis=0)


def _largest(kept: Floats) -> Floats:
    """The largest of the kept months' charges, as a quarter's end is larger than a month's; the smallest where the median lies below none."""
    known = np.isfinite(kept)
    largest, smallest = (np.where(known, kept, -np.inf).max(axis=1), np.where(known, kept, np.inf).min(axis=1))
    return np.where(known.any(axis=1), np.where(nanmedian(kept) >= 0, largest, smallest), np.nan)


def charged(state: State, step: Step, scale: Floats) -> Flags:
    """Whether the step is known to carry a monthly charge that shows."""
    if step.edge >= 0:
        return np.asarray(nanmedian(state.edge_ratio[:, step.edge]) > 2 * scale)
    return np.asarray((state.fee_day == step.moment.day).any(axis=1) & step.daily)


def edge_seen(state: State, step: Step) -> Floats:
    """How many months this edge is known from; endless on other days."""
    if step.edge < 0:
        return np.full(len(state), np.inf)
    return np.asarray(np.isfinite(state.edge_ratio[:, step.edge]).sum(axis=1), dtype=float)


def learn_edge(state: State, step: Step, values: Floats, usual: Floats, where: Flags) -> None:
    """Keep this month's edge, odd or not: the median of the kept months is what counts, and a missing charge is never a surprise."""
    for kept, latest in zip((state.edge_ratio, state.edge_amount), _excess(values, usual), strict=True):
        kept[where, step.edge, :-1] = kept[where, step.edge, 1:]
        kept[where, step.edge, -1] = latest[where]


def learn_fee(state: State, step: Step, values: Floats, usual: Floats, where: Flags) -> None:
    """Keep the day and size of spikes, the oldest forgotten; a spike that comes back on its day renews its entry."""
    ratio, amount = _excess(values, usual)
    again = where[:, None] & (state.fee_day == step.moment.day)
    first = where & ~again.any(axis=1)
    state.fee_ratio, state.fee_amount = np.where(again, ratio[:, None], state.fee_ratio), np.where(again, amount[:, None], state.fee_amount)
    for kept, latest in (
        (state.fee_day, np.full(len(state), float(step.moment.day))),
        (state.fee_ratio, ratio),
        (state.fee_amount, amount),
    ):
        kept[first, :-1] = kept[first, 1:]
        kept[first, -1] = latest[first]


def learn_early_fees(state: State, step: Step, rows: Flags, tuning: Tuning) -> None:
    """Keep the one or two single days that stood out of the chosen series' first weeks: nobody was told of them, and they may come back."""
    if not (step.daily and rows.any()):
        return
    plain = state.level[rows, None] + state.profile[rows][:, step.past_slots]
    known = (state.masked[rows] == 0) & np.isfinite(state.ring[rows])
    known[:, : -tuning.young] = False
    above = np.where(known, state.ring[rows] - plain, 0.0)
    stands_out = above > np.maximum(tuning.z * state.scale[rows], np.log1p(tuning.impact))[:, None]
    above = np.where(stands_out & (stands_out.sum(axis=1, keepdims=True) <= 2), above, 0.0)
    days = np.array([(step.moment - back * step.every).day for back in range(tuning.ring)], dtype=float)[::-1]
    for kept, place in enumerate(np.argsort(above, axis=1)[:, :-3:-1].T):
        row = np.arange(len(place))
        ratio = above[row, place]
        state.fee_day[rows, kept] = np.where(ratio > 0, days[place], state.fee_day[rows, kept])
        state.fee_ratio[rows, kept] = np.where(ratio > 0, ratio, state.fee_ratio[rows, kept])
        state.fee_amount[rows, kept] = np.where(ratio > 0, np.exp(plain[row, place]) * np.expm1(ratio), state.fee_amount[rows, kept])


def _excess(values: Floats, usual: Floats) -> tuple[Floats, Floats]:
    """By what ratio (log) and amount values stand above the usual (log)."""
    plain = np.exp(usual)
    return np.log(np.maximum(values, LOWEST * plain) / plain), values - plain
