"""Bands follow what backtests missed by."""

import numpy as np

from analysis.forecasts.intervals import PRIOR, widths


def test_bands_widen_where_backtests_were_worse():
    """Without a backtest the prior holds; with many the pooled quantile does."""
    assert np.all(widths([]).w80 == PRIOR[0.8])
    scores = [np.full((30, 3000), 3.0)]
    found = widths(scores)
    assert 2.7 < found.w80[0] <= 3.0
    assert PRIOR[0.8][0] < widths([np.full((30, 200), 3.0)]).w80[0] < 2.7
    assert found.w80[3] == PRIOR[0.8][3]
    assert (found.w95 >= found.w80).all()
