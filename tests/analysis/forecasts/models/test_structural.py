"""The structural model's own idea of its uncertainty."""

import numpy as np

from analysis.forecasts.models.structural import QUICK, structural
from tests.analysis.forecasts.builders import history


def test_the_structural_model_is_surer_of_tomorrow_than_of_next_quarter():
    """Its standard deviation grows with the distance."""
    rng = np.random.default_rng(2)
    paths = structural(history(4 + rng.normal(0, 0.05, 200), 90), QUICK)
    assert paths.spread[0, 0] < paths.spread[-1, 0]
    assert abs(paths.mean[0, 0] - 4) < 0.05
