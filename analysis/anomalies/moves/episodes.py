"""When a deviation is news: triggers, reasons to stay silent, episodes that end
by a return or become the new level.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.anomalies.baseline import Prediction, flatten
from analysis.anomalies.calendar import Step
from analysis.anomalies.months import charged
from analysis.anomalies.moves.drift import MATTERS, Circumstances, Drift
from analysis.anomalies.moves.peaks import Peaks
from analysis.anomalies.moves.stories import LASTED, as_in_months_before, keep_charged, keep_move, recurring
from analysis.anomalies.state import Flags, Floats, State, Tuning

EMPTY = 0.08  # share of the highest day of the week below which a day says nothing about the others
# share beyond the usual by which a deviation is told a day late: one that the month's edge explained, or one that might
# have been the single day of a young series' fee
STILL_THERE = 0.1
LASTS = 4  # steps of a spike or a drop after which it is called a shift
ONE_STEP = ("spike", "drop")
RAMPING = 3  # steps out of line after which what gathered is called a ramp


@dataclass(frozen=True)
class Judgement:
    """Per series: whether to tell, what, and what to do with the baseline."""

    tell: Flags
    kind: npt.NDArray[np.object_]  # of Kind
    since: Floats  # steps since it began
    opened: Flags  # an episode began today
    usual: Flags  # the step is ordinary and teaches the baseline
    returned: Flags  # an episode ended today
    realigned: Flags  # the level before the last move was taken back today
    lasting: Flags  # what was told as a spike or a drop has lasted, and is a shift
    settled: Flags  # a deviation became the new level today
    strength: Floats  # scales by which today, or what gathered until today, is out of line
    seen: Prediction  # against the level that holds after today


def trigger(
    state: State, seen: Prediction, drift: Drift, peaks: Peaks, values: Floats, given: Circumstances, tuning: Tuning
) -> tuple[Floats, Flags]:
    """The direction in which today is out of line, 0 for none, and whether only together with the days before.

    Out of line is far in scales, in share and in currency; where peaks alone count, beyond them.
    """
    z = tuning.z / given.sensitivity
    share_gate = np.clip(tuning.calm * seen.scale, tuning.calm_impact, tuning.impact) / np.sqrt(given.sensitivity)
    gate = share_gate * np.where(state.age < 2 * tuning.young, 1.5, 1.0)
    share = np.expm1(seen.error)
    heavy = np.abs(values - seen.expected) >= np.maximum(tuning.amount * given.units, MATTERS * state.peak)
    once = (np.abs(share) >= gate) & np.where(peaks.alone, peaks.passed, np.abs(seen.z) >= z)
    once &= (state.age >= 2 * tuning.young) | peaks.unseen  # the first weeks hide what a series does anyway
    steady = drift.recent - state.level
    speaks = np.maximum(state.rise, state.fall) >= tuning.decision / given.sensitivity
    speaks &= ~peaks.alone & (np.abs(steady) >= np.log1p(share_gate))
    gathered = speaks & (np.sign(steady) == np.sign(seen.error)) & (np.sign(state.rise - state.fall) == np.sign(steady))
    ready = np.isfinite(values) & np.isfinite(state.level) & heavy
    old = state.age >= tuning.young
    by_amount = ~old & (values - seen.expected >= tuning.young_amount * given.units) & (seen.error > np.log(2.5))
    moved = peaks.moved & old & np.isfinite(state.level)
    found = ready & (old & (once | gathered) | by_amount) | moved
    return np.where(found, np.sign(seen.error), 0.0), found & ~once & ~by_amount & ~moved


def _blind(state: State, step: Step, values: Floats, tuning: Tuning) -> Flags:
    """Whether nothing was expected and nothing came: an empty weekend neither ends a deviation nor confirms it."""
    nothing = EMPTY * np.exp(state.level + state.profile.max(axis=1))
    blind: Flags = (
        (values <= nothing)
        & (np.exp(state.level + state.profile[:, step.slot]) <= nothing)
        & (state.age > tuning.young)
    )
    return blind


def _gather(state: State, seen: Prediction, valid: Flags, tuning: Tuning) -> None:
    """Add today's error to what has gathered; one day counts for no more than
    four scales, so that no single day speaks here.
    """
    today = np.where(valid & (state.episode == 0) & seen.edge_known, np.clip(seen.z, -4, 4), 0.0)
    state.rise = np.maximum(0, state.rise + today - tuning.allowance)
    state.fall = np.maximum(0, state.fall - today - tuning.allowance)


def silent(state: State, step: Step, seen: Prediction, direction: Floats, given: Circumstances) -> Flags:
    """Whether the calendar, the caller or the recent past explains a deviation."""
    reasons: Flags = given.absorbed | (given.upward_only & (direction < 0))
    if step.edge >= 0:
        reasons |= ~seen.edge_known | _homeward(state, seen, direction)
    risen = np.where(
        state.return_steps > 0, np.maximum(state.level - state.return_level, 0), 0
    )  # the season's allowance is given once
    reasons |= (direction > 0) & (seen.error + risen < np.log1p(step.festive_up))
    reasons |= (direction < 0) & (seen.error > np.log1p(-step.festive_down))
    return reasons


def _is_same_story(
    state: State, step: Step, seen: Prediction, direction: Floats, gathered: Flags, tuning: Tuning
) -> Flags:
    """Whether a deviation is nothing new: a weekday that changed its profile,
    growth that goes on, or a series that cries wolf.
    """
    again: Flags = state.slot_alarm[:, step.slot] == direction
    again |= (state.fatigue >= tuning.tiring) & (np.abs(seen.error) < tuning.louder * state.loudest)
    small = gathered | (seen.error * direction < np.log(tuning.growth))
    again |= (state.quiet > 0) & (direction == state.quiet_direction) & small
    return again


def judge(
    state: State,
    step: Step,
    values: Floats,
    seen: Prediction,
    drift: Drift,
    peaks: Peaks,
    given: Circumstances,
    tuning: Tuning,
) -> Judgement:
    """Open, continue and end episodes, in place; the caller then lets the usual series learn."""
    valid = np.isfinite(values) & np.isfinite(state.level) & ~_blind(state, step, values, tuning)
    _gather(state, seen, valid, tuning)
    strength = np.maximum(np.abs(seen.z), np.maximum(state.rise, state.fall))
    direction, gathered = trigger(state, seen, drift, peaks, values, given, tuning)
    steps, size = state.episode_steps.copy(), state.episode_first.copy()
    returned = _end_returned(state, seen, valid, charged(state, step, seen.scale, seen.due))
    keep_move(state, step, returned & (steps >= LASTED), steps + 1, size)
    steps, size = np.where(state.episode != 0, state.episode_steps + 1, 1.0), seen.error
    realigned, seen = _return_to_before(state, step, seen, direction)
    keep_move(state, step, realigned, steps, size)
    direction = np.where(realigned, 0.0, direction)
    inside = valid & (state.episode != 0)
    opening = valid & (state.episode == 0) & (direction != 0)
    known = opening & _is_same_story(state, step, seen, direction, gathered, tuning)
    going_on = np.where(direction > 0, state.forgiven, 0.0)
    known |= opening & recurring(state, step, seen.error, np.where(opening, direction, 0.0), seen.scale, ago=going_on)
    known |= as_in_months_before(state, step, seen.error, opening, going_on, seen.scale)
    hushed = silent(state, step, seen, np.where(inside, state.episode, direction), given)
    _open(state, seen, opening, direction, known)
    state.episode_steps += np.where(opening, going_on, 0.0)
    keep_charged(state, step, seen.beyond, seen.error, seen.scale)
    _continue(state, seen, inside)
    hushed |= opening & (state.age < tuning.young)
    hushed |= inside & _homeward(state, seen, state.episode)
    late = inside & (seen.error * state.episode >= np.log1p(STILL_THERE))
    tell = (opening | late) & ~hushed & (state.announced == 0)
    late &= tell
    state.announced[tell] = 1.0
    kind, since = _story(state, step, drift, gathered, late)
    state.single[tell] = np.isin(kind, ONE_STEP)[tell]
    lasting = inside & step.daily & (state.announced == 1) & (state.single == 1) & (state.episode_steps == LASTS)
    _note_alarms(state, step, seen, opening, inside, opening & ~hushed)
    keep_move(state, step, _lasting(state, step, tuning), state.episode_steps, state.episode_first)
    settled = _settle(state, step, drift, tuning)
    usual = valid & (state.episode == 0) & ~settled & ~opening & ~inside | (returned & ~opening) | realigned
    for gathering in (state.rise, state.fall):
        gathering[~usual | realigned] = 0.0
    # what the calendar hushed was no news, and slow growth from there may be
    noted = tell | known | (opening & given.absorbed)
    state.alarm_ago = np.where(noted, 0.0, state.alarm_ago + 1)
    state.alarm_direction = np.where(noted, np.where(late, state.episode, direction), state.alarm_direction)
    return Judgement(tell, kind, since, opening, usual, returned, realigned, lasting, settled, strength, seen)


def _story(
    state: State, step: Step, drift: Drift, gathered: Flags, late: Flags
) -> tuple[npt.NDArray[np.object_], Floats]:
    """What to call a deviation on the day it is told, and the steps since it
    began: what took days to gather is mostly a ramp.
    """
    kind = np.where(state.episode > 0, "spike", "drop").astype(object)
    way = np.sign(drift.recent - state.level)[:, None]
    beyond = (state.ring - state.profile[:, step.past_slots] - state.level[:, None]) * way > 0.3 * np.abs(
        drift.recent - state.level
    )[:, None]
    run = np.argmin(beyond[:, ::-1], axis=1)
    kind[gathered] = np.where(run >= RAMPING, "ramp", "shift")[gathered]
    kind[late] = "shift"
    since = np.where(late, state.episode_steps - 1, np.where(gathered, np.maximum(run - 1, 0), 0.0))
    return kind, since


def _note_alarms(state: State, step: Step, seen: Prediction, opening: Flags, inside: Flags, heard: Flags) -> None:
    """Remember which slots were out of line, and how often and how loudly; a
    slot out of line twice running learns its profile fast.
    """
    direction = np.where(opening | inside, np.sign(seen.error), 0.0)
    again = (direction != 0) & (state.slot_alarm[:, step.slot] == direction) & (state.announced == 2)
    state.profile[again, step.slot] += 0.5 * seen.error[again]
    middle = state.profile[again].mean(axis=1)
    state.profile[again] -= middle[:, None]
    state.level[again] += middle
    state.slot_alarm[:, step.slot] = direction
    state.fatigue = 0.985 * state.fatigue + heard
    state.loudest = np.maximum(0.995 * state.loudest, np.where(heard, np.abs(seen.error), 0.0))


def _end_returned(state: State, seen: Prediction, valid: Flags, charged: Flags) -> Flags:
    """Close episodes whose cost is back near where it was; a fall is not over
    because the month's charge came on top.
    """
    near = np.maximum(2.5 * seen.scale, 0.35 * np.abs(state.episode_mean))
    back: Flags = valid & (state.episode != 0) & (seen.beyond * state.episode < near) & ((state.episode > 0) | ~charged)
    state.episode[back] = 0.0
    return back


def _homeward(state: State, seen: Prediction, direction: Floats) -> Flags:
    """Whether a deviation leads toward the level before the last shift or ramp, and not past it."""
    way = state.return_level - state.level
    toward: Flags = (state.return_steps > 0) & (direction != 0) & (np.sign(way) == direction)
    toward &= np.abs(seen.error) <= 1.3 * np.abs(way) + 3 * seen.scale
    return toward


def _return_to_before(state: State, step: Step, seen: Prediction, direction: Floats) -> tuple[Flags, Prediction]:
    """A move toward the level before the last shift or ramp is the end of that
    story, no new one: take the level back.
    """
    way = state.return_level - state.level
    untold = (state.episode == 0) | (state.announced == 0)
    toward = _homeward(state, seen, direction) & untold & (step.edge < 0)
    full = np.abs(seen.error - way) <= np.maximum(3 * seen.scale, 0.4 * np.abs(way))
    move = np.where(full, way, seen.error)
    state.level[toward] += move[toward]
    flatten(state, step, toward)
    by = np.where(toward, move, 0.0)
    seen = replace(
        seen,
        usual=seen.usual + by,
        expected=seen.expected * np.exp(by),
        error=seen.error - by,
        beyond=seen.beyond - by,
        z=seen.z - by / seen.scale,
    )
    state.settled[toward] = 2.0
    state.episode[toward] = 0.0
    state.trend[toward] = state.echo[toward] = 0.0
    state.return_steps[toward] = state.quiet[toward] = 0.0
    return toward, seen


def _open(state: State, seen: Prediction, opening: Flags, direction: Floats, known: Flags) -> None:
    state.episode[opening] = direction[opening]
    state.episode_steps[opening] = 1.0
    state.episode_mean[opening] = state.episode_first[opening] = seen.error[opening]
    state.announced[opening] = 0.0
    state.announced[known] = 2.0  # learned, never told


def _continue(state: State, seen: Prediction, inside: Flags) -> None:
    state.episode_steps[inside] += 1
    state.episode_mean[inside] += 0.5 * (seen.error[inside] - state.episode_mean[inside])


def _lasting(state: State, step: Step, tuning: Tuning) -> Flags:
    """Whether an open deviation has lasted long enough to be the new level."""
    done: Flags = (state.episode != 0) & (state.episode_steps >= tuning.accept)
    if step.festive_down:
        done &= (state.episode > 0) | (state.announced > 0)
    return done


def _settle(state: State, step: Step, drift: Drift, tuning: Tuning) -> Flags:
    """Make a deviation that lasts the new level; today's value has been pushed onto the ring already."""
    done = _lasting(state, step, tuning)
    if not done.any():
        return done
    by = drift.recent - state.level
    by = np.where(np.isfinite(by), by, state.episode_mean)
    before = np.where(np.isfinite(drift.reference), drift.reference, state.level)
    homeward = (state.return_steps > 0) & (np.sign(state.return_level - state.level) == state.episode)
    same = (state.return_steps > 0) & (np.sign(state.level - state.return_level) == state.episode)
    before = np.where(
        same,
        np.where(state.episode > 0, np.minimum(before, state.return_level), np.maximum(before, state.return_level)),
        before,
    )
    lowest, highest = np.minimum(before, state.level), np.maximum(before, state.level)
    state.return_level[done] = np.where(state.episode > 0, lowest, highest)[done]
    state.return_steps[done] = np.where(state.announced == 1, tuning.memory, 1.5 * tuning.memory)[done]
    if step.festive_up:
        until = step.moment.replace(month=12, day=31) - step.moment
        rise = done & (state.episode > 0)
        state.return_steps[rise] = np.maximum(state.return_steps, until.days + 10)[rise]
    state.quiet[done] = np.where(state.announced == 0, 0, tuning.quiet)[done]
    state.quiet_direction[done] = state.episode[done]
    state.return_steps[done & homeward] = state.quiet[done & homeward] = 0.0
    state.level[done] += by[done]
    flatten(state, step, done)
    state.trend[done] = state.echo[done] = 0.0
    state.settled[done] = 3.0
    state.episode[done] = 0.0
    return done
