"""A lasting shift is brought to today's level; a season is left alone."""

import numpy as np

from analysis.forecasts.history.levels import on_todays_level
from tests.analysis.forecasts.builders import history


def test_a_lasting_shift_is_taken_out_and_a_season_of_three_weeks_is_not():
    """After the first the past lies on today's level; the second returns and stays as it was."""
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.01, 200)
    shifted = noise + np.where(np.arange(200) >= 120, 0.4, 0.0)
    assert np.allclose(on_todays_level(history(shifted)).values[:110].mean(), 0.4, atol=0.02)
    season = noise + np.where((np.arange(200) >= 100) & (np.arange(200) < 121), 0.4, 0.0)
    assert np.array_equal(on_todays_level(history(season)).values[:, 0], season)
