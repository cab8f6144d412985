"""A step of the last days is no level until it has lasted a week."""

from datetime import date

import numpy as np
import pytest

from analysis.forecasts.history.calendar import calendar_of
from analysis.forecasts.history.latest import open_steps


def looked_at(last_days: int, size: float, noise: float = 0.03) -> tuple[list[bool], float]:
    """Of a series whose last days are `size` higher: which of its last eight days are held back, and what size is
    seen.
    """
    work = np.random.default_rng(5).normal(0, noise, (200, 1))
    work[200 - last_days :] += size
    held, sizes = open_steps(work, calendar_of(date(2026, 3, 2), 230))
    return held[-8:, 0].tolist(), float(sizes[0])


@pytest.mark.parametrize("last_days", [1, 3, 5, 6])
@pytest.mark.parametrize("size", [0.5, -0.5])
def test_a_step_within_the_week_is_held_back(last_days: int, size: float) -> None:
    """Its days, and no other."""
    held, found = looked_at(last_days, size)
    assert held == [False] * (8 - last_days) + [True] * last_days
    assert found == pytest.approx(size, abs=0.08)


@pytest.mark.parametrize(("last_days", "size", "noise"), [(8, 0.5, 0.03), (4, 0.05, 0.01), (5, 0.3, 0.3), (0, 0, 0.03)])
def test_what_lasts_a_week_or_is_small_is_not(last_days: int, size: float, noise: float) -> None:
    """A level is a level, and noise is noise."""
    assert looked_at(last_days, size, noise) == ([False] * 8, 0.0)


def test_days_that_have_not_arrived_end_no_step() -> None:
    """The bill of the newest day is often late."""
    work = np.random.default_rng(5).normal(0, 0.03, (200, 1))
    work[196:] += 0.5
    work[199] = np.nan
    held, _ = open_steps(work, calendar_of(date(2026, 3, 2), 230))
    assert held[196:199, 0].all()
    assert not held[:196].any()
