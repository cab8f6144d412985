"""What a series should cost now: a robust level, trend, profile, month edges
and autocorrelation, all arrays over series.

A robust Holt-Winters filter (Gelper, Fried, Croux 2010: clipped errors drive level, profile and scale)
in log space, with month-edge terms kept as the last months' values and an AR(1) term on what is left.
"""

from dataclasses import dataclass

import numpy as np

from analysis.anomalies.calendar import Step
from analysis.anomalies.months import LOWEST, bounds, due_again, months_of_edge
from analysis.anomalies.state import Flags, Floats, State, Tuning, nanmean, nanmedian

GAUSSIAN_FOURTH = 3**0.25  # fourth root of the normal distribution's fourth moment
FIRST_SIGHT = float(np.log(1.5))  # how far a slot never seen may stand above the others without being judged
RUN_START = 0.6  # what runs come to by chance, of a day's scale, before they are known
CLIP = 2.5  # scales beyond which an error moves the baseline no further


@dataclass(frozen=True)
class Prediction:
    """Per series: expected cost, log error of what came, its robust z, and the scale behind it."""

    usual: Floats  # log, without the month's edge
    expected: Floats  # currency
    error: Floats  # log(actual / expected)
    beyond: Floats  # log(actual / usual), monthly charges not forgiven
    z: Floats
    scale: Floats
    edge_known: Flags  # true on every day that is no edge
    due: Flags  # [fees], kept spikes that are due today


def predict(state: State, step: Step, values: Floats) -> Prediction:
    """What was expected of `values`, from the past alone."""
    settling = (1 + 0.5 / np.maximum(state.settled, 1)) * (1 + 5 / np.maximum(state.age, 14))
    usual = state.level + state.trend + _echo_gain(state) * state.echo + state.profile[:, step.slot]
    plain = np.exp(usual)
    scale = np.maximum(state.scale, state.tail) * settling
    floor = np.maximum(LOWEST * np.exp(state.level + state.profile.max(axis=1)), 0.005 * state.peak)
    seen = months_of_edge(state, step)
    due = due_again(state, step)
    low, high = bounds(state, step, plain, scale, due)
    expected = np.maximum(np.clip(values, low, high), floor)
    error = np.log(np.maximum(values, floor) / expected)
    scale = scale * np.where(seen > 0, 1 + 0.5 / np.maximum(seen, 1), 1)
    beyond = np.log(np.maximum(values, floor) / np.maximum(plain, floor))
    return Prediction(usual, expected, error, beyond, error / scale, scale, seen > 0, due)


def _echo_gain(state: State) -> Floats:
    """The autocorrelation of what the filter leaves, shrunk toward none."""
    return np.clip(0.9 * state.covariance / np.maximum(state.variance, 1e-12), 0, 0.6)


def meet(state: State, step: Step, seen: Prediction, rows: Flags) -> None:
    """Take what the chosen series cost in a slot they never saw as its profile:
    a first weekend may cost nothing, but hardly much more.
    """
    unseen = rows[:, None] & (step.alike == step.alike[step.slot]) & (state.slot_known == 0)
    state.profile += np.where(unseen, np.minimum(seen.beyond, FIRST_SIGHT)[:, None], 0.0)
    middle = state.profile[rows].mean(axis=1)
    state.profile[rows] -= middle[:, None]
    state.level[rows] += middle
    state.slot_known[unseen] = 1.0


def remember(state: State, values: Floats, seen: Prediction) -> None:
    """Push the step onto the ring, without the month's edge."""
    state.ring[:, :-1] = state.ring[:, 1:]
    state.masked[:, :-1] = state.masked[:, 1:]
    lowest = np.log(LOWEST) + np.fmax.reduce(state.ring, axis=1)
    young = np.where(values > 0, np.fmax(np.log(values), lowest), np.where(state.age > 0, lowest, np.nan))
    state.ring[:, -1] = np.where(np.isfinite(state.level), seen.usual + seen.error, young)
    state.ring[~np.isfinite(values), -1] = np.nan
    state.past[:, :-1] = state.past[:, 1:]
    floor = np.maximum(LOWEST * np.exp(state.level), np.exp(lowest))
    state.past[:, -1] = np.where(np.isfinite(values) & (state.age > 0), np.log(np.fmax(values, floor)), np.nan)


def learn(state: State, step: Step, values: Floats, seen: Prediction, where: Flags, tuning: Tuning) -> None:
    """Move the baseline of the chosen series by today's clipped error."""
    error = np.nan_to_num(np.clip(seen.error, -CLIP * seen.scale, CLIP * seen.scale))
    climbing = (state.quiet > 0) & (state.quiet_direction == np.sign(seen.error))
    gain = np.maximum(np.where(climbing, tuning.climbing_gain, tuning.level_gain), 1 / (state.settled + 1))
    weight = np.where(where & seen.edge_known, 1.0, 0.0)
    before = state.echo
    predicted_echo = _echo_gain(state) * before
    innovation = np.where(weight > 0, error + predicted_echo, 0)  # against level and profile alone
    state.level += state.trend + weight * gain * innovation * np.where(_echo_gain(state) > 0.3, 0.7, 1)
    slope = np.where(climbing, 0.0, tuning.trend_gain * innovation)  # what is told already is no lasting trend
    state.trend = np.clip(state.trend + weight * slope, -tuning.trend_limit, tuning.trend_limit)
    state.profile[:, step.slot] += weight * tuning.profile_gain * error
    state.profile -= state.profile.mean(axis=1, keepdims=True)
    state.echo = np.where(weight > 0, (1 - gain) * innovation, 0.5 * before)
    memory = tuning.scale_gain * weight
    state.covariance += memory * (before * innovation - state.covariance)
    state.variance += memory * (innovation**2 - state.variance)
    _learn_scale(state, seen, weight, tuning)
    state.settled += weight
    state.peak = np.where(where, np.maximum(np.exp(state.level), 0.998 * state.peak), state.peak)


def _learn_scale(state: State, seen: Prediction, weight: Floats, tuning: Tuning) -> None:
    """The typical error, and one that a heavy tail lifts: both from errors
    clipped so that one day cannot hide the next.
    """
    error = np.nan_to_num(np.abs(seen.error))
    size = np.minimum(error, 3 * state.scale)
    state.scale += weight * tuning.scale_gain * (1.2533 * size - state.scale)
    state.scale = np.maximum(state.scale, tuning.scale_floor)
    fourth = (np.minimum(error, 5 * state.scale) / GAUSSIAN_FOURTH) ** 4
    state.tail = (state.tail**4 + weight * tuning.tail_gain * (fourth - state.tail**4)) ** 0.25


def fit(state: State, step: Step, rows: Flags, tuning: Tuning) -> None:
    """Set level, trend, profile and scale of the chosen series from their ring: a line and slot medians, in turns."""
    if not rows.any():
        return
    past = np.where(state.masked[rows] > 0, np.nan, state.ring[rows])
    back = np.arange(-past.shape[1] + 1.0, 1.0)
    profile, kinds, past_kinds = np.zeros((len(past), tuning.slots)), np.unique(step.alike), step.alike[step.past_slots]
    for _ in range(3):
        left = past - profile[:, step.past_slots]
        middle = nanmedian(left)
        slope = _slope(left, middle, back)
        line = middle[:, None] + slope[:, None] * (back - _centre(left, back)[:, None])
        for kind in kinds:
            middle_of = np.nan_to_num(nanmedian((past - line)[:, past_kinds == kind]))
            profile[:, step.alike == kind] = middle_of[:, None]
        profile -= profile.mean(axis=1, keepdims=True)
    errors = past - line - profile[:, step.past_slots]
    known = np.isfinite(past).sum(axis=1)
    scale = 1.4826 * nanmedian(np.abs(errors)) * np.sqrt(known / np.maximum(known - len(kinds) - 1, 4))
    state.profile[rows] = profile
    seen = np.stack([np.isfinite(past[:, past_kinds == kind]).any(axis=1) for kind in step.alike], axis=1)
    state.slot_known[rows] = np.maximum(state.slot_known[rows], seen)
    state.level[rows] = nanmean((past - profile[:, step.past_slots])[:, -7:])
    state.level[rows] = np.where(np.isfinite(state.level[rows]), state.level[rows], line[:, -1])
    state.trend[rows] = 0.0
    state.scale[rows] = state.tail[rows] = np.maximum(scale, 1.5 * tuning.scale_floor)
    state.drift_scale[rows] = np.maximum(state.drift_scale[rows], state.scale[rows])
    state.run_scale[rows] = np.maximum(state.run_scale[rows], RUN_START * state.scale[rows, None])
    state.settled[rows] = 5.0
    state.peak[rows] = np.maximum(state.peak[rows], np.exp(state.level[rows]))


def flatten(state: State, step: Step, rows: Flags) -> None:
    """Let the past of the chosen series look like their present level, so that what was told is not told again."""
    state.ring[rows] = (state.level[:, None] + state.profile[:, step.past_slots])[rows]
    state.masked[rows] = 0.0


def _centre(left: Floats, back: Floats) -> Floats:
    return nanmean(np.where(np.isfinite(left), back, np.nan))


def _slope(left: Floats, middle: Floats, back: Floats) -> Floats:
    """Least squares on values clipped near their median."""
    spread = 3 * 1.4826 * nanmedian(np.abs(left - middle[:, None]))[:, None] + 1e-9
    clipped = np.clip(left - middle[:, None], -spread, spread)
    away = np.where(np.isfinite(left), back - _centre(left, back)[:, None], np.nan)
    slope: Floats = np.nansum(away * clipped, axis=1) / np.maximum(np.nansum(away**2, axis=1), 1e-9)
    return slope
