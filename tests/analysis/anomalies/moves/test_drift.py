"""Slow moves are held against what the comparison of weeks ago usually gave."""

import numpy as np

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
