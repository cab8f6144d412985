"""ARIMA agrees with a textbook implementation."""

import numpy as np
import pytest

from analysis.forecasts.models.arima import arima
from tests.analysis.forecasts.builders import history


@pytest.mark.slow
def test_arima_agrees_with_statsmodels():
    """Conditional and exact likelihood give nearly the same forecast on a long series."""
    from statsmodels.tsa.arima.model import ARIMA

    rng = np.random.default_rng(5)
    shocks = rng.normal(0, 0.05, 602)
    changes = np.zeros(602)
    for index in range(1, 602):
        changes[index] = 0.6 * changes[index - 1] + shocks[index] - 0.3 * shocks[index - 1]
    values = np.cumsum(changes)[2:]
    theirs = ARIMA(values, order=(1, 1, 1)).fit().forecast(30)
    ours = arima(history(values))[:, 0]
    assert np.abs(ours - theirs).max() < 0.02
