"""Monthly charges: what the first and last days of the month usually carry, and spikes that come back on the same day a month later."""

import numpy as np

from analysis.anomaly_calendar import Step
from analysis.anomaly_state import Flags, Floats, State, nanmedian

LOWEST = 0.04  # a fall below a twenty-fifth of what was expected counts as that: zero has no logarithm


def bounds(state: State, step: Step, plain: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Between what and what a day may cost: the usual, and the usual with its monthly charge, which may scale with usage or be an amount."""
    readings = [plain]
    if step.edge >= 0:
        ratio, amount = nanmedian(state.edge_ratio[:, step.edge]), nanmedian(state.edge_amount[:, step.edge])
        matters = np.abs(ratio) > scale
        readings += [np.where(matters, plain * np.exp(ratio), plain), np.where(matters, plain + amount, plain)]
    elif step.daily:
        due = state.fee_day == step.moment.day
        readings += [plain * np.exp(np.max(np.where(due, state.fee_ratio, 0), axis=1))]
        readings += [plain + np.max(np.where(due, state.fee_amount, 0), axis=1)]
    return np.min(readings, axis=0), np.max(readings, axis=0)


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


def _excess(values: Floats, usual: Floats) -> tuple[Floats, Floats]:
    """By what ratio (log) and amount values stand above the usual (log)."""
    plain = np.exp(usual)
    return np.log(np.maximum(values, LOWEST * plain) / plain), values - plain
