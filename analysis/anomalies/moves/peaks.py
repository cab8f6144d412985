"""Series that no profile and no scale describes, as a load that is on or off, a
job every few days, cents on a dormant account: they are known by their peaks.
"""

from dataclasses import dataclass

import numpy as np

from analysis.anomalies.calendar import Step
from analysis.anomalies.state import Flags, Floats, State, Tuning, nanmedian

EQUAL = 1e-3  # share by which equal amounts may differ
CRUMBS = 0.05  # share of the peak up to which a step counts as without cost
TENTH = 0.1  # share of the peak from which a step tells how costly ones differ
FEWEST = 4  # blocks that must be known before a series is called wild
OFTEN = 3  # blocks with a far miss after which cost on few days is the series' way, and not a pause
RARE = 0.25  # share of steps with cost under which the highest value ever is the peak
BEYOND = 3.5  # standard deviations of the logs of its costly steps that such a peak must stand out by too
FADING = 0.998  # a step; what such a peak keeps
ONSETS = 1.5  # times that cost began after a step without, lately, which say the same
FORGETTING = 0.985  # a step; what the number of onsets keeps
REMEMBERED, SOME = 40, 5  # costly steps that are remembered, and from how many on a single one is clipped
RECENT = 60  # steps whose share with cost is remembered


@dataclass(frozen=True)
class Peaks:
    """Per series: whether it is known by its peaks alone, and whether today passes them."""

    moved: Flags  # a constant amount has changed
    alone: Flags  # no scale of days says anything; what gathers must be louder
    passed: Flags  # today lies well above the highest value remembered, or well below the lowest
    unseen: Flags  # today lies above or below every value remembered
    rare: Flags  # cost comes on few days: nothing that gathers teaches anything
    louder: Floats  # times the scales that what gathers over days needs; endless where it says nothing


def judge_peaks(state: State, step: Step, values: Floats, tuning: Tuning) -> Peaks:
    """Compare today with the highest and lowest values of the last weeks.

    A series is wild when in half of its weeks some day missed its expectation by far, whatever its scale says: the
    scale of two modes is none. One with cost on few days has a peak but no bottom.
    """
    blocks = np.isfinite(state.largest).sum(axis=1)
    wild = (blocks >= FEWEST) & (np.nan_to_num(nanmedian(state.largest)) > tuning.wild)
    often = np.sort(np.nan_to_num(state.largest), axis=1)[:, -OFTEN] > tuning.wild
    few = (state.active < tuning.few) & (state.age > tuning.young) & (often | (state.onsets > ONSETS))
    summit = np.where(state.active < RARE, state.summit, 0.0)
    above = values > tuning.peak * np.fmax(np.fmax.reduce(state.highest, axis=1), summit)
    spread = np.sqrt(state.costly_spread) * (1 + 2 / np.maximum(state.costly_steps, 1))
    above &= ~(few & (np.log(values) < state.costly_mean + BEYOND * spread))
    below = values < np.fmin.reduce(state.lowest, axis=1) / tuning.bottom
    changed = np.abs(values - state.latest) >= tuning.constant_impact * state.latest
    moved = (state.same >= tuning.constant) & changed & np.isfinite(values) & step.daily & (step.moment.day > 1)
    unseen = (values > np.fmax.reduce(state.highest, axis=1)) | (values < np.fmin.reduce(state.lowest, axis=1))
    # all blocks but one, as a feast day's: neither on nor off
    restless = np.sort(state.lowest, axis=1)[:, 1] > TENTH * nanmedian(state.highest)
    louder = np.where(few, np.inf, np.where(wild, np.where(restless, tuning.wild_louder, np.inf), 1.0))
    return Peaks(moved, wild | few, above | (below & ~few), unseen, few, louder)


def remember_peaks(state: State, values: Floats, expected: Floats, open_to_doubt: Flags, tuning: Tuning) -> None:
    """Keep today's value, and how far it missed what was `expected` (currency) where it is `open_to_doubt`: not within
    an episode, whose first step is enough to say that the series does such things.

    Crumbs of the peak count as equal, so that a series that was switched off is no restless one.
    """
    valid = np.isfinite(values) & (state.age > 0)
    begins = valid & (state.age % tuning.block == 1 % tuning.block)
    for kept in (state.largest, state.highest, state.lowest):
        kept[begins, :-1] = kept[begins, 1:]
        kept[begins, -1] = np.nan
    state.highest[valid, -1] = np.fmax(state.highest[valid, -1], values[valid])
    state.lowest[valid, -1] = np.fmin(state.lowest[valid, -1], values[valid])
    crumbs = CRUMBS * np.fmax.reduce(state.highest, axis=1)
    costly = values > crumbs
    begins = valid & costly & (state.costly == 0)
    state.onsets = np.where(valid, FORGETTING * state.onsets + begins, state.onsets)
    same = np.abs(values - state.latest) <= EQUAL * state.latest
    state.same = np.where(valid, (state.same + 1) * (same & (values > 0)), state.same)
    state.latest[valid] = values[valid]
    state.costly[valid] = costly[valid]
    _learn_costly(state, values, valid & (values > TENTH * np.fmax.reduce(state.highest, axis=1)) & open_to_doubt)
    state.summit = np.where(valid, np.fmax(FADING * state.summit, values), state.summit)
    missed = np.abs(np.log(np.maximum(values, crumbs) / np.maximum(expected, crumbs)))
    judged = valid & open_to_doubt & np.isfinite(missed)
    state.largest[judged, -1] = np.fmax(state.largest[judged, -1], missed[judged])
    state.active += np.where(valid, (costly - state.active) / np.clip(state.age, 1, RECENT), 0.0)


def _learn_costly(state: State, values: Floats, where: Flags) -> None:
    """How the costly steps of the chosen series differ, in place: mean and spread of their logs, the newer ones more
    after some.
    """
    others = where & (np.log(values) > state.costly_mean - np.log(TENTH))  # what came before was crumbs beside it
    state.costly_steps = np.where(others, 1.0, state.costly_steps + where)
    gain = np.where(where, 1 / np.clip(state.costly_steps, 1, REMEMBERED), 0.0)
    off = np.nan_to_num(np.log(values) - state.costly_mean, posinf=0.0, neginf=0.0)
    wide = 4 * np.sqrt(state.costly_spread)
    off = np.where(state.costly_steps > SOME, np.clip(off, -wide, wide), off)
    state.costly_mean += gain * off
    state.costly_spread = (1 - gain) * (state.costly_spread + gain * off**2)
