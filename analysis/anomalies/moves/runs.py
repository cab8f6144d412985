"""Steps of a few days that the level would learn before the errors against it add up to news.

The last days are held against the three weeks before them, which do not move while they last.
"""

from dataclasses import dataclass

import numpy as np

from analysis.anomalies.calendar import Step
from analysis.anomalies.moves.drift import LEAST_SCALE, Drift
from analysis.anomalies.state import RUNS, Flags, Floats, State, Tuning, nanmean, nanmedian

BEFORE = 21  # steps before the run that it is held against
FADING = 0.93  # what a step of those counts for, against the one after it
SHARED = 0.12  # part of a step's variance that does not average out within a run
EVEN = 0.45  # of the run's size that three quarters of its days must reach: one day makes no run


@dataclass(frozen=True)
class Run:
    """The run of each series that stands out most: its statistics, its length, and whether its days agree."""

    drift: Drift
    even: Flags
    sizes: Floats  # [runs], log, NaN where too little is known


def find_run(state: State, step: Step, drift: Drift, tuning: Tuning) -> Run:
    """The last 3, 5 or 7 days against those before, in scales between the comparison's own past and that of days."""
    past = np.where(state.masked > 0, np.nan, state.ring - state.profile[:, step.past_slots])
    daily = np.maximum(np.maximum(state.scale, state.tail), LEAST_SCALE)
    sizes, spreads = np.full((len(state), len(RUNS)), np.nan), np.ones((len(state), len(RUNS)))
    references, evens = np.full(sizes.shape, np.nan), np.zeros(sizes.shape, dtype=bool)
    for place, length in enumerate(RUNS):
        recent, before = past[:, -length:], past[:, -length - BEFORE : -length]
        reference = _faded(before, 3 * daily)
        size = nanmean(recent) - reference
        enough = np.isfinite(recent).all(axis=1) & (np.isfinite(before).sum(axis=1) >= BEFORE // 2)
        days = (recent - reference[:, None]) * np.sign(size)[:, None]
        evens[:, place] = enough & (np.sort(days, axis=1)[:, length // 4] >= EVEN * np.abs(size))
        sizes[enough, place], references[:, place] = size[enough], reference
        chance = daily * np.sqrt(1 / length + SHARED)
        own = np.maximum(state.run_scale[:, place], 0.5 * chance)
        spreads[:, place] = own**tuning.run_own * chance ** (1 - tuning.run_own)
    z = np.where(evens, np.abs(np.nan_to_num(sizes)) / spreads, 0.0)
    best, row = np.argmax(z, axis=1), np.arange(len(state))
    length = np.array(RUNS, dtype=float)[best]
    found = Drift(
        np.nan_to_num(sizes[row, best]),
        references[row, best],
        length - 1,
        spreads[row, best],
        drift.recent,
        drift.pace,
    )
    return Run(found, evens[row, best] & (state.age >= tuning.young), sizes)


def _faded(before: Floats, reach: Floats) -> Floats:
    """The mean of the days before, the newer ones counting for more, clipped near their median."""
    weight = FADING ** np.arange(before.shape[1])[::-1]
    median = nanmedian(before)[:, None]
    near = np.clip(before, median - reach[:, None], median + reach[:, None])
    known = np.isfinite(near)
    faded: Floats = np.where(known, near * weight, 0.0).sum(axis=1) / np.maximum((known * weight).sum(axis=1), 1e-9)
    return faded


def learn_runs(state: State, run: Run, calm: Flags, tuning: Tuning) -> None:
    """What runs usually come to, in place; those of told episodes and of growth that goes on teach nothing."""
    size = np.minimum(np.abs(run.sizes), 2 * np.maximum(state.run_scale, LEAST_SCALE))
    step = np.where(calm[:, None] & np.isfinite(size), tuning.drift_gain * (1.2533 * size - state.run_scale), 0.0)
    state.run_scale += step
