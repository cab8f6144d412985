"""The simplest model."""

import numpy as np

from analysis.forecasts.models.sma import sma
from tests.analysis.forecasts.builders import history


def test_sma_is_the_mean_of_four_weeks():
    """Nothing older counts."""
    values = np.concatenate([np.full(50, 9.0), np.arange(28.0)])
    assert np.allclose(sma(history(values)), 13.5)
