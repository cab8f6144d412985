"""Steps of some days are seen before the level has learned them."""

import numpy as np
import pytest

from tests.analysis.anomalies.builders import told, usual, watch


@pytest.mark.parametrize(("factor", "way"), [(1.25, "up"), (0.78, "down")])
def test_a_small_step_that_stays_is_told_within_a_week_as_a_shift(factor: float, way: str) -> None:
    """Each day of it is within what days differ by."""
    values = usual(200) * np.exp(0.04 * np.random.default_rng(3).normal(size=200))
    values[150:] *= factor
    found = told(watch(values))
    assert [(kind, direction) for kind, direction, _ in found] == [("shift", way)]
    assert 152 <= found[0][2] <= 157


def test_one_high_day_makes_no_run() -> None:
    """Three quarters of the days must agree."""
    values = usual(200) * np.exp(0.025 * np.random.default_rng(3).normal(size=200))
    values[150] *= 1.6
    assert {kind for kind, _, _ in told(watch(values))} == {"spike"}


def test_a_fall_by_an_eighth_of_a_calm_series_is_told() -> None:
    """Days that differ by a seventieth, each of them lower from some day on."""
    values = usual(260, noise=0.015)
    values[200:] *= 0.885
    found = told(watch(values))
    assert [(kind, way) for kind, way, _ in found] == [("shift", "down")]
    assert 202 <= found[0][2] <= 207
