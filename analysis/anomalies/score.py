"""Anomaly detection in cost series: causal, incremental, one pass over arrays of series.

`score` judges one step of many series against their memory and returns what is
news together with the next memory. Values are cost of usage; one-off charges
(fees, upfront purchases, tax, credits, refunds) are the caller's to keep apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from analysis.anomalies.baseline import fit, flatten, learn, meet, predict, remember
from analysis.anomalies.calendar import DAY, Step, step_of
from analysis.anomalies.completeness import Maturity, complete
from analysis.anomalies.months import learn_early_fees, learn_edge, learn_fee
from analysis.anomalies.moves.drift import (
    Circumstances,
    judge_drift,
    learn_drift,
    run_gate,
    slow_drift,
    slow_gate,
    still_there,
)
from analysis.anomalies.moves.episodes import LASTS, judge
from analysis.anomalies.moves.peaks import judge_peaks, remember_peaks
from analysis.anomalies.moves.runs import find_run, learn_runs
from analysis.anomalies.state import DAILY, Flags, Floats, State, Tuning

Kind = Literal["spike", "drop", "shift", "ramp", "new"]


@dataclass(frozen=True)
class Finding:
    """One piece of news about one series."""

    row: int  # of the series
    moment: datetime  # the step that is out of line
    since: datetime  # when it began
    kind: Kind
    direction: Literal["up", "down"]
    expected: float
    actual: float
    impact: float  # actual less expected, currency a step
    score: float  # robust standard deviations


@dataclass(frozen=True)
class Outcome:
    """What one step brought."""

    findings: tuple[Finding, ...]
    renamed: tuple[Finding, ...]  # spikes and drops told some steps ago that have lasted: they are shifts
    returned: npt.NDArray[np.intp]  # rows whose open deviation ended
    settled: npt.NDArray[np.intp]  # rows whose deviation became the new level: a spike was a shift
    expected: Floats  # per row, currency
    scale: Floats  # per row, robust standard deviation of the log error


def score(
    state: State,
    moment: datetime,
    values: Sequence[float] | Floats,
    *,
    tuning: Tuning = DAILY,
    every: timedelta = DAY,
    absorbed: Flags | None = None,
    upward_only: Flags | None = None,
    sensitivity: Floats | None = None,
    units: Floats | None = None,
) -> tuple[Outcome, State]:
    """Judge `values` (currency, one per series, NaN where none came) of one step;
    steps must follow each other without gaps. `units` are what the amounts of
    `tuning` are multiplied by in each series' currency, 1 where None.
    """
    state, count = state.copy(), len(state)
    billed = np.asarray(values, dtype=float)
    step = step_of(moment, every, tuning.ring)
    none = np.zeros(count, dtype=bool)
    given = Circumstances(
        none if absorbed is None else absorbed,
        none if upward_only is None else upward_only,
        np.ones(count) if sensitivity is None else np.clip(sensitivity, 0.2, 5.0),
        np.ones(count) if units is None else units,
    )
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return _score(state, step, billed, given, tuning)


def score_arriving(
    state: State,
    first: datetime,
    values: Floats,
    maturities: Sequence[Maturity],
    *,
    tuning: Tuning = DAILY,
    absorbed: Flags | None = None,
    sensitivity: Floats | None = None,
) -> list[Outcome]:
    """Judge days whose bill is still arriving (`values` [days x series], one
    maturity a day) after the last settled one, without learning.
    """
    outcomes = []
    for index, (cost, known) in enumerate(zip(values, maturities, strict=True)):
        expected = np.array([complete(value, known) for value in cost]) if known.judged else np.full(len(state), np.nan)
        outcome, state = score(
            state,
            first + index * DAY,
            expected,
            tuning=tuning,
            absorbed=absorbed,
            upward_only=np.full(len(state), known.upward_only),
            sensitivity=sensitivity,
        )
        outcomes.append(outcome)
    return outcomes


def _score(state: State, step: Step, billed: Floats, given: Circumstances, tuning: Tuning) -> tuple[Outcome, State]:
    now = np.maximum(billed, 0.0)  # a credit larger than the cost of its step is no cost
    valid = np.isfinite(now)
    new = _first_spend(state, now, given, tuning)
    seen = predict(state, step, now)
    unknown = valid & np.isfinite(state.level) & (state.slot_known[:, step.slot] == 0)
    if unknown.any():
        meet(state, step, seen, unknown)
        seen = predict(state, step, now)
    remember(state, now, seen)
    drift = slow_drift(state, step, tuning)
    told_before = (state.episode != 0) & (state.announced > 0)
    peaks = judge_peaks(state, step, now, tuning)
    fast = judge(state, step, now, seen, drift, peaks, given, tuning)
    state.masked[:, -1] = (state.episode != 0) | ~seen.edge_known
    learn_edge(state, step, now, seen.usual, valid & np.isfinite(state.level) & ~told_before & ~fast.tell)
    learn_fee(state, step, now, seen.usual, fast.opened & (seen.error > 0) & ((step.edge < 0) | fast.tell), seen.due)
    learn(state, step, now, fast.seen, fast.usual, tuning)
    remember_peaks(state, now, fast.seen.expected, fast.opened | (state.episode == 0), tuning)
    steady = fast.usual & ~(fast.returned | fast.realigned | peaks.rare)
    judged = steady & ((state.age >= 2 * tuning.young) | peaks.unseen)
    run = find_run(state, step, drift, tuning)
    ran, moved = judge_drift(state, step, run.drift, judged & run.even, given, tuning, run_gate(tuning), peaks.louder)
    still = judged & ~moved & still_there(state, step, drift)
    slow, _ = judge_drift(state, step, drift, still, given, tuning, slow_gate(tuning), peaks.louder)
    learn_runs(state, run, learn_drift(state, drift, steady, tuning), tuning)
    fit(
        state,
        step,
        valid & np.isin(state.age, (tuning.learning, tuning.young, tuning.refit)) & (state.episode == 0),
        tuning,
    )
    learn_early_fees(state, step, valid & (state.age == tuning.young) & (state.episode == 0), tuning)
    flatten(state, step, state.quiet == 1)
    state.return_steps, state.quiet = np.maximum(state.return_steps - 1, 0), np.maximum(state.quiet - 1, 0)
    findings = [
        *_findings(fast.tell, fast.kind, seen.expected, billed, fast.strength, fast.since, step),
        *_findings(
            slow,
            np.full(len(state), "ramp"),
            np.exp(np.log(now) - drift.size),
            billed,
            drift.size / drift.spread,
            drift.since,
            step,
        ),
        *_findings(
            ran,
            np.full(len(state), "shift"),
            np.exp(np.log(now) - run.drift.size),
            billed,
            run.drift.size / run.drift.spread,
            run.drift.since,
            step,
        ),
        *_findings(
            new,
            np.full(len(state), "new"),
            np.zeros(len(state)),
            now,
            now / (tuning.young_amount * given.units),
            np.zeros(len(state)),
            step,
        ),
    ]
    began = np.full(len(state), LASTS - 1.0)
    shift = np.full(len(state), "shift")
    renamed = _findings(fast.lasting, shift, seen.expected, billed, fast.strength, began, step)
    rows = np.flatnonzero
    return Outcome(
        tuple(findings), tuple(renamed), rows(fast.returned), rows(fast.settled), seen.expected, seen.scale
    ), state


def _first_spend(state: State, now: Floats, given: Circumstances, tuning: Tuning) -> Flags:
    """Count the steps since the first spend; new spend is news when it passes
    an absolute amount, since it has no past to judge by.
    """
    state.age += np.isfinite(now) & ((state.age > 0) | (now > 0))
    state.zeros += np.isfinite(now) & (state.age == 0)
    fresh = (state.zeros >= tuning.learning) & (state.age > 0) & (state.age <= tuning.young) & (state.announced == 0)
    tell: Flags = fresh & (now >= tuning.young_amount * given.units / given.sensitivity) & ~given.absorbed
    state.announced[tell] = 1.0
    return tell


def _findings(
    tell: Flags, kind: npt.NDArray[np.object_], expected: Floats, actual: Floats, z: Floats, since: Floats, step: Step
) -> list[Finding]:
    return [
        Finding(
            row=int(row),
            moment=step.moment,
            since=step.moment - int(since[row]) * step.every,
            kind=cast(Kind, str(kind[row])),
            direction="up" if actual[row] >= expected[row] else "down",
            expected=float(expected[row]),
            actual=float(actual[row]),
            impact=float(actual[row] - expected[row]),
            score=float(abs(z[row])),
        )
        for row in np.flatnonzero(tell)
    ]
