"""Slow growth or decline that no single day gives away, and what a caller knows about a step."""

from dataclasses import dataclass

import numpy as np

from analysis.anomalies.calendar import Step
from analysis.anomalies.moves.stories import SLOW, as_in_months_before, keep_move, recurring
from analysis.anomalies.state import Flags, Floats, State, Tuning, nanmean, nanmedian

LEAST_SCALE = 0.01  # log; below it a series' days differ by nothing that matters
YOUTH = 3  # blocks; a series must be twice as loud a block later, by half a block after that, and so on
PAST_HOME = 1.35  # times the way back that a return may come to
STILL = 0.3  # of a drift's size that the latest step reaches while it goes on
MATTERS = 0.09  # share of the highest level that a deviation must reach: what fell to crumbs is not news crumb by crumb


@dataclass(frozen=True)
class Circumstances:
    """What the caller knows about this step, per series."""

    absorbed: Flags  # a declared event covers the step: deviations are learned, not told
    upward_only: Flags  # the step's bill is still arriving: less is no news
    sensitivity: Floats  # above 1 tells more
    units: Floats  # of the series' currency, per unit of the amounts in the tuning


@dataclass(frozen=True)
class Drift:
    """The slow tier's view: the latest steps against those of up to six weeks ago."""

    size: Floats  # log
    reference: Floats  # log level of then
    since: Floats  # steps since the drift began
    spread: Floats  # what the size usually is
    recent: Floats  # log level of the last three steps, episodes included
    pace: Floats  # log growth of the latest steps over as many before them


def slow_drift(state: State, step: Step, tuning: Tuning) -> Drift:
    """How far the latest steps stand from those of one and a half to six weeks ago, in the memory's scales.

    The scale goes between what the comparison usually gives, of which the past holds few independent samples, and the
    scale of single steps, which knows of no wandering. What the comparison usually gives is that of weeks ago: a slow
    move adds to it on each of its days, and would hide itself.
    """
    past = np.where(state.masked > 0, np.nan, state.ring - state.profile[:, step.past_slots])
    near, far = tuning.slow_reference
    window = past[:, -far:-near]
    recent = past[:, -tuning.slow_recent :]
    enough = (np.isfinite(window).sum(axis=1) >= (far - near) // 2) & (
        np.isfinite(recent).sum(axis=1) >= tuning.slow_recent - 2
    )
    reference = _middle(window, 3 * np.maximum(state.scale, LEAST_SCALE))
    lag = (near + far) / 2 - tuning.slow_recent / 2
    size = nanmean(recent) - reference - state.trend * lag * tuning.slow_trend
    size = np.where(enough & (state.age >= tuning.young), size, 0.0)
    above = past * np.sign(size)[:, None] > ((reference + 0.3 * size) * np.sign(size))[:, None]
    since = np.argmin(above[:, ::-1], axis=1).astype(float)
    latest = nanmean((state.ring - state.profile[:, step.past_slots])[:, -3:])
    daily = np.maximum(state.scale, state.tail) ** (1 - tuning.slow_own)
    before = state.drift_before[:, 0]
    own = np.where(np.isfinite(before), before, state.drift_scale)
    spread = np.maximum(own**tuning.slow_own * daily, 0.5 * state.scale)
    half = near // 2
    pace = np.nan_to_num(nanmean(past[:, -half:]) - nanmean(past[:, -2 * half : -half]))
    return Drift(size, np.where(enough, reference, np.nan), np.maximum(since - 1, 0), spread, latest, pace)


def still_there(state: State, step: Step, drift: Drift) -> Flags:
    """Whether the latest step itself stands where the drift leads: one that is over is no growth."""
    latest = state.ring[:, -1] - state.profile[:, step.slot] - drift.reference
    there: Flags = latest * np.sign(drift.size) >= STILL * np.abs(drift.size)
    return there


def _middle(window: Floats, reach: Floats) -> Floats:
    """Halfway between the median and the mean of what lies near it: a median alone jumps on few values."""
    median = nanmedian(window)
    near = np.clip(window, (median - reach)[:, None], (median + reach)[:, None])
    return (median + nanmean(near)) / 2


@dataclass(frozen=True)
class Gate:
    """From when on what gathered over days is news: in scales, and as a share."""

    z: float
    down_z: float
    impact: float  # share that is news whatever the scale
    down_impact: float
    calm: float  # scales from which a smaller share is news
    calm_impact: float  # that share
    sure: float = np.inf  # scales from which a still smaller one is
    sure_impact: float = 0.0


def slow_gate(tuning: Tuning) -> Gate:
    """The slow tier's."""
    return Gate(
        tuning.slow_z,
        tuning.slow_z,
        tuning.slow_impact,
        tuning.slow_down_impact,
        tuning.slow_calm,
        tuning.slow_calm_impact,
        tuning.slow_sure,
        tuning.slow_sure_impact,
    )


def run_gate(tuning: Tuning) -> Gate:
    """That of runs of some days."""
    return Gate(
        tuning.run_z,
        tuning.run_down_z,
        tuning.run_impact,
        tuning.run_down_impact,
        tuning.run_calm,
        tuning.run_calm_impact,
    )


def judge_drift(
    state: State,
    step: Step,
    drift: Drift,
    usual: Flags,
    given: Circumstances,
    tuning: Tuning,
    gate: Gate,
    louder: Floats,
) -> tuple[Flags, Flags]:
    """Tell what gathered over days once, then forget what came before it; in place.

    Returns what is told, and what is told or learned silently.
    """
    direction = np.sign(drift.size)
    share = np.where(direction > 0, np.log1p(gate.impact), -np.log1p(-gate.down_impact))
    calm = np.clip(gate.calm * drift.spread, np.log1p(gate.calm_impact), share)
    sure = np.maximum(gate.sure * drift.spread, np.log1p(gate.sure_impact))
    share = np.minimum(calm, sure) / np.sqrt(given.sensitivity)
    share = np.where(direction > 0, np.maximum(share, np.log1p(step.festive_up)), share)
    young = 1 + 1 / np.maximum(state.age / tuning.block - YOUTH, 1)
    scales = np.where(direction > 0, gate.z, gate.down_z) * louder * young / given.sensitivity
    crossed = usual & (np.abs(drift.size) >= share) & (np.abs(drift.size) >= scales * drift.spread)
    crossed &= np.exp(drift.reference) * np.abs(np.expm1(drift.size)) >= np.maximum(
        tuning.amount * given.units, MATTERS * state.peak
    )
    crossed &= ~((state.quiet > 0) & (direction == state.quiet_direction))
    crossed &= ~recurring(state, step, drift.size, np.where(crossed, direction, 0.0), state.scale, SLOW, drift.since)
    crossed &= ~as_in_months_before(state, step, drift.size, crossed, drift.since, state.scale)
    way = state.return_level - drift.reference
    homeward = (state.return_steps > 0) & (np.sign(way) == direction)
    crossed &= ~(homeward & (np.abs(drift.size) <= PAST_HOME * np.abs(way) + 2.5 * drift.spread))
    crossed &= ~(given.upward_only & (direction < 0))
    tell: Flags = crossed & ~given.absorbed
    tell &= ~((state.alarm_ago <= tuning.settling) & (state.alarm_direction == direction))
    if step.festive_down:
        tell &= direction > 0
    if step.sale:
        crossed, tell = crossed & (direction < 0), tell & (direction < 0)  # asked again when the sale is over
    keep_move(state, step, crossed, drift.since + 1, drift.size)
    state.return_level[crossed] = drift.reference[crossed]
    state.return_steps[crossed] = 1.5 * tuning.memory
    state.quiet[crossed], state.quiet_direction[crossed] = tuning.quiet, direction[crossed]
    return tell, crossed


def learn_drift(state: State, drift: Drift, usual: Flags, tuning: Tuning) -> Flags:
    """Follow told growth while it goes on, and what the slow tier's comparison usually gives; in place.

    Returns where the series is calm.
    """
    going_on = (state.quiet > 0) & (drift.pace * state.quiet_direction >= tuning.pace)
    state.quiet[going_on] = np.maximum(state.quiet[going_on], tuning.slow_recent)
    calm: Flags = usual & (state.quiet == 0)
    size = np.minimum(np.abs(drift.size), 2 * state.drift_scale)
    state.drift_scale += np.where(calm, tuning.drift_gain * (1.2533 * size - state.drift_scale), 0.0)
    ends = usual & (state.age % tuning.block == 0)
    state.drift_before[ends, :-1] = state.drift_before[ends, 1:]
    state.drift_before[ends, -1] = state.drift_scale[ends]
    return calm
