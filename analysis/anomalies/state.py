"""The detector's memory of many series, as arrays with one row per series, and its tuning."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.anomalies.calendar import DAY, EDGES

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
KEPT_FEES = 3  # spikes whose return a month later, or in their rhythm, is no news
KEPT_STORIES = 6  # moves that lasted, whose return on the same day of the month is no news
# months whose edges are remembered, a quarter; whether there is a charge their median says, which withstands one odd
# month
KEPT_EDGES = 3
RUNS = (3, 5, 7)  # steps that are held together against those before
RAMPING_BLOCKS = 5  # a slow move is held against the scale of as long ago, to which it has not added itself
TWO_MONTHS = 80  # steps of which the cost itself is remembered: two months, and what came before a move of the first
KEPT_BLOCKS = 14  # whose peaks are remembered: 98 days


def nanmedian(values: Floats) -> Floats:
    """The median along the last axis without NaN, NaN where nothing is left; much faster than numpy's on short rows."""
    known = np.isfinite(values).sum(axis=-1, keepdims=True)
    ordered = np.sort(values, axis=-1)  # NaN last
    low, high = np.maximum(known - 1, 0) // 2, np.minimum(known // 2, values.shape[-1] - 1)
    middle: Floats = (np.take_along_axis(ordered, low, -1) + np.take_along_axis(ordered, high, -1))[..., 0] / 2
    return middle


def nanmean(values: Floats) -> Floats:
    """The mean along the last axis without NaN, NaN where nothing is left."""
    known = np.isfinite(values)
    return np.asarray(
        np.where(known, values, 0).sum(axis=-1) / np.where(known.any(axis=-1), known.sum(axis=-1), np.nan)
    )


@dataclass(frozen=True)
class Tuning:
    """Thresholds and memories; the defaults are for days and were tuned with
    benchmarks/anomalies.py on labelled series.
    """

    slots: int = 7
    ring: int = 42  # steps remembered for re-basing and for the slow tier
    block: int = 7  # steps of which the largest error, the highest and the lowest value are remembered as one
    learning: int = 14  # steps before the first profile
    young: int = 28  # steps in which only absolute amounts count
    refit: int = -1  # age at which the profile is set once more, if any
    accept: int = 6  # steps after which a deviation is the new level
    z: float = 5.1
    impact: float = 0.2  # share of the expected value that is news whatever the scale
    calm_impact: float = 0.1  # share that is news where it is `calm` scales
    calm: float = 5.0
    constant: int = 28  # equal steps after which a small change is news: nothing moves such a series by chance
    constant_impact: float = 0.03  # share that is news there; months of other lengths begin on a first
    amount: float = 0.0  # least impact in currency
    young_amount: float = 100.0  # least new daily spend of a young series
    allowance: float = 0.7  # scales a step that the CUSUM forgives (half the shift looked for, Page 1954)
    decision: float = 9.0  # scales at which it speaks
    slow_impact: float = 0.25  # share that is news whatever the scale
    slow_down_impact: float = 0.26  # slow declines are mostly wanted
    slow_z: float = 3.4
    slow_calm_impact: float = 0.17  # share that is news where it is `slow_calm` of the slow tier's scales
    slow_calm: float = 4.4
    slow_sure_impact: float = 0.12  # share that is news where it is `slow_sure` of them
    slow_sure: float = 5.0
    slow_recent: int = 4
    slow_reference: tuple[int, int] = (9, 42)  # the reference lies this many steps back
    slow_own: float = 0.35  # weight of what the slow tier's own past says of its spread, against the scale of days
    slow_trend: float = 0.0  # share of the trend that is no news
    run_z: float = 5.0
    run_impact: float = 0.2  # share that is news whatever the scale
    run_down_impact: float = 0.2
    run_calm: float = 6.0  # scales from which a smaller share over a few days is news
    run_calm_impact: float = 0.1  # that share
    run_down_z: float = 4.6  # a fall has no other trace: what was switched off stays off
    run_own: float = 0.5  # weight of what runs usually come to, against the scale of days
    wild: float = 0.38  # a usual block's largest log error above which a series is known by its peaks alone
    wild_louder: float = 1.2  # times the scales that what gathers over days needs there, unless it is on or off
    few: float = 0.5  # share of steps with cost under which it is too
    peak: float = 1.5  # factor by which such a series must pass its peak
    bottom: float = 2.2  # factor by which it must fall below its lowest value
    level_gain: float = 0.12
    climbing_gain: float = 0.2  # while a told growth goes on
    profile_gain: float = 0.08
    trend_gain: float = 0.001
    trend_limit: float = 0.005
    scale_gain: float = 0.04
    tail_gain: float = 0.01
    scale_floor: float = 0.015
    tiring: float = 3.0  # recent alarms after which a series must be louder than before to be heard
    louder: float = 1.3
    memory: int = (
        30  # steps in which a return to the level before is no news; half as many again after a ramp or a season
    )
    drift_gain: float = 0.015
    settling: int = 21  # steps after a fast finding in which slow growth in its direction is the same story
    growth: float = 1.7  # factor up to which a rise in that time is part of it
    pace: float = 0.048  # log growth within some days by which told growth is still going on
    quiet: int = 21  # steps after an accepted level in which growth in the same direction is part of it


DAILY = Tuning()


@dataclass
class State:
    """One row per series; every array's first axis is the series. Values are
    natural logs of cost unless said otherwise.
    """

    level: Floats
    trend: Floats  # log growth a step
    echo: Floats  # last autocorrelated residual
    covariance: Floats  # of neighbouring residuals
    variance: Floats
    scale: Floats  # robust standard deviation of one-step errors
    tail: Floats  # the same, sensitive to heavy tails
    drift_scale: Floats  # of the slow tier's statistic
    drift_before: Floats  # [blocks], the same as of the ends of the last ones, newest last
    run_scale: Floats  # [runs], of what runs usually come to
    profile: Floats  # [slots]
    slot_known: Floats  # [slots], 1 where the slot has come since the first profile
    edge_ratio: Floats  # [edges and working days x kept], log ratio to the usual
    edge_amount: Floats  # [edges x kept], in currency above the usual
    fee_date: Floats  # [fees], ordinal of the days on which spikes came, newest last, 0 none
    fee_ratio: Floats  # [fees]
    fee_amount: Floats  # [fees]
    story_day: Floats  # [stories], ordinal of the first day of moves that lasted, newest last, 0 none
    story_size: Floats  # [stories], log
    past: Floats  # [two months], newest last, as it was
    ring: Floats  # [ring], newest last, month edges removed, earlier levels aligned to the present one
    masked: Floats  # [ring], 1 where an episode or an unknown edge stood
    age: Floats  # steps with a value since the first spend
    settled: Floats  # steps since the level was set anew
    rise: Floats  # sum of errors beyond chance, in scales (CUSUM); empty within episodes
    fall: Floats
    episode: Floats  # direction of the open episode, 0 none
    episode_steps: Floats
    episode_mean: Floats
    episode_first: Floats  # log error of its first step
    announced: Floats  # whether the open episode was told
    forgiven: Floats  # steps running up to the last one on which a known charge was all that stood above the usual
    single: Floats  # 1 where it was told as a spike or a drop
    return_level: Floats  # the level before the present one
    return_steps: Floats  # steps left in which that is no news
    quiet: Floats  # steps left in which growth in `quiet_direction` is no news
    quiet_direction: Floats
    slot_alarm: Floats  # [slots], direction in which the slot was out of line when it last came
    fatigue: Floats  # number of recent alarms, slowly forgotten
    loudest: Floats  # largest recent alarm, log
    alarm_ago: Floats  # steps since the last trigger
    alarm_direction: Floats
    largest: Floats  # [blocks], largest size of an error outside told episodes, newest last
    highest: Floats  # [blocks], currency
    lowest: Floats  # [blocks], currency
    active: Floats  # share of recent steps with more than crumbs of the peak
    costly: Floats  # 1 where the last step cost more than crumbs
    onsets: Floats  # number of recent steps with cost after one without, slowly forgotten
    costly_mean: Floats  # log, of the steps with more than crumbs
    costly_spread: Floats  # log, their mean squared deviation from it
    costly_steps: Floats  # how many they were
    summit: Floats  # highest value ever, slowly forgotten, currency
    same: Floats  # steps running that cost the same to a thousandth
    latest: Floats  # what the last known step cost, currency
    zeros: Floats  # steps without spend before the first
    peak: Floats  # highest level, slowly forgotten, in currency

    def __len__(self) -> int:
        """The number of series."""
        return len(self.level)

    def copy(self) -> "State":
        """An independent state."""
        return State(**{name: value.copy() for name, value in self.arrays().items()})

    def arrays(self) -> dict[str, Floats]:
        """Every array by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def take(self, rows: npt.NDArray[np.intp] | list[int]) -> "State":
        """The state of some series, in that order."""
        return State(**{name: value[rows] for name, value in self.arrays().items()})

    def to_json(self, row: int) -> dict[str, Any]:
        """One series' memory as plain lists and numbers; NaN is null."""
        return {name: _plain(value[row]) for name, value in self.arrays().items()}


def _plain(value: Any) -> Any:
    array = np.asarray(value, dtype=float)
    rounded = np.round(array, 6)
    if array.ndim == 0:
        return None if np.isnan(array) else float(rounded)
    return [None if np.isnan(item) else float(item) for item in rounded.ravel()]


def shapes(tuning: Tuning) -> dict[str, tuple[int, ...]]:
    """Trailing shape of the arrays that hold more than a number per series."""
    edges = (len(EDGES) + 2, KEPT_EDGES)  # and the first and last working day
    return {
        **dict.fromkeys(("profile", "slot_known", "slot_alarm"), (tuning.slots,)),
        "edge_ratio": edges,
        "edge_amount": edges,
        **dict.fromkeys(("fee_date", "fee_ratio", "fee_amount"), (KEPT_FEES,)),
        **dict.fromkeys(("story_day", "story_size"), (KEPT_STORIES,)),
        "drift_before": (RAMPING_BLOCKS,),
        "run_scale": (len(RUNS),),
        "past": (TWO_MONTHS,),
        "ring": (tuning.ring,),
        "masked": (tuning.ring,),
        **dict.fromkeys(("largest", "highest", "lowest"), (KEPT_BLOCKS,)),
    }


def new_state(series: int, tuning: Tuning = DAILY) -> State:
    """The memory of series nothing is known about yet."""
    shaped = shapes(tuning)
    arrays = {item.name: np.zeros((series, *shaped.get(item.name, ()))) for item in fields(State)}
    unknown = ("level", "drift_before", "edge_ratio", "edge_amount", "past", "ring", "return_level")
    for name in (*unknown, "largest", "highest", "lowest"):
        arrays[name][:] = np.nan
    arrays["alarm_ago"][:] = 1e6
    return State(**arrays)


def from_json(rows: Iterable[dict[str, Any]], tuning: Tuning = DAILY) -> State:
    """The memory of several series from what `State.to_json` wrote, in the order given."""
    listed = list(rows)
    shaped = shapes(tuning)
    state = new_state(len(listed), tuning)
    for name, array in state.arrays().items():
        for row, stored in enumerate(listed):
            array[row] = np.array(stored[name], dtype=float).reshape(shaped.get(name, ()))
    return state


def is_current(stored: dict[str, Any], tuning: Tuning = DAILY) -> bool:
    """Whether a stored memory was written by this version of the detector;
    another one is rebuilt by replaying the last months.
    """
    shaped = shapes(tuning)
    return all(np.size(stored.get(item.name, ())) == np.prod(shaped.get(item.name, (1,))) for item in fields(State))


def join(states: Iterable[State]) -> State:
    """Several states one after the other."""
    listed = list(states)
    return State(**{name: np.concatenate([state.arrays()[name] for state in listed]) for name in listed[0].arrays()})


def tuning_for(every: timedelta) -> Tuning:
    """Tuning by the length of a step; the profile is a week's.

    A series of hours is judged from its fourth day on, and what weekends cost is learned silently from the first one.
    """
    if every >= DAY:
        return DAILY
    a_day = max(DAY // every, 2)
    return Tuning(
        slots=7 * a_day,
        profile_gain=0.3,  # an hour of the week comes once a week
        ring=9 * a_day,
        learning=2 * a_day,
        young=3 * a_day,
        refit=9 * a_day,
        accept=max(a_day // 4, 5),
        block=a_day,
        wild=np.inf,  # the day's profile of working days and weekends alone leaves large errors to calm series too
        few=0.0,
        calm_impact=0.2,
        slow_calm_impact=0.25,
        slow_sure=np.inf,
        decision=8.0,
        slow_z=5.0,
        run_z=np.inf,
        run_down_z=np.inf,
        run_calm=np.inf,
        wild_louder=np.inf,
        slow_own=1.0,
        pace=0.06,
        slow_trend=0.5,
        slow_recent=a_day,  # a whole day: a new resource that never sleeps lifts the nights more than the days
        slow_reference=(a_day, 3 * a_day),
        memory=2 * a_day,
        quiet=a_day,
        z=6.0,  # many more steps a day to be wrong on
        impact=0.3,
    )
