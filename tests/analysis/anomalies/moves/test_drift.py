"""Slow moves are held against what the comparison of weeks ago usually gave."""

import numpy as np

from analysis.anomalies.calendar import step_of
from analysis.anomalies.moves.drift import slow_drift, still_there
from analysis.anomalies.state import DAILY, new_state
from tests.analysis.anomalies.builders import START, usual, watch


def test_a_slow_move_does_not_hide_itself() -> None:
    """Growth by 70 % within 25 days, in series whose days differ by 15 %: its own days do not count as usual."""
    growth = 1 + 0.7 * np.clip((np.arange(200) - 149) / 25, 0, 1)
    found = watch(np.array([usual(200, seed=seed, noise=0.15) * growth for seed in range(40)]))
    days = [(finding.row, (finding.moment - START).days, finding.direction) for finding in found]
    assert len({row for row, day, way in days if 150 <= day <= 182 and way == "up"}) >= 12
    assert sum(day < 150 for _, day, _ in days) <= 3


def test_growth_by_an_eighth_is_told_where_it_stands_out() -> None:
    """A calm series may say so; in a restless one it could be chance."""
    growth = np.ones(200)
    growth[150:170], growth[170:] = 1 + 0.15 * np.arange(20) / 20, 1.15
    calm, restless = usual(200, noise=0.015) * growth, usual(200, noise=0.06) * growth
    assert [finding.kind for finding in watch(calm)] == ["ramp"]
    assert watch(restless) == []


def test_growth_that_is_over_today_is_none() -> None:
    """Three high days out of four still lift their mean on the day on which a month's dear days end."""
    state, step = new_state(2), step_of(START)
    state.ring[:], state.age[:], state.scale[:], state.tail[:] = 0.0, 100.0, 0.05, 0.05
    state.ring[:, -4:-1], state.ring[1, -1] = 0.5, 0.5
    drift = slow_drift(state, step, DAILY)
    assert (drift.size > 0.3).all()
    assert still_there(state, step, drift).tolist() == [False, True]
