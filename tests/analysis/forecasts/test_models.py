"""Single models against what a textbook says they are."""

from datetime import date

import numpy as np

from analysis.forecasts.arima import arima
from analysis.forecasts.calendar import calendar_of
from analysis.forecasts.cleaning import History
from analysis.forecasts.intervals import PRIOR, widths
from analysis.forecasts.levels import on_todays_level
from analysis.forecasts.sma import sma
from analysis.forecasts.structural import QUICK, structural


def history(values: np.ndarray, horizon: int = 30) -> History:
    """Work values without a profile."""
    column = np.asarray(values, dtype=float)[:, None]
    calendar = calendar_of(date(2025, 1, 1), len(column) + horizon)
    return History(calendar, column, np.zeros((len(calendar), 1)))


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


def test_sma_is_the_mean_of_four_weeks():
    """Nothing older counts."""
    values = np.concatenate([np.full(50, 9.0), np.arange(28.0)])
    assert np.allclose(sma(history(values)), 13.5)


def test_the_structural_model_is_surer_of_tomorrow_than_of_next_quarter():
    """Its standard deviation grows with the distance."""
    rng = np.random.default_rng(2)
    paths = structural(history(4 + rng.normal(0, 0.05, 200), 90), QUICK)
    assert paths.spread[0, 0] < paths.spread[-1, 0]
    assert abs(paths.mean[0, 0] - 4) < 0.05


def test_a_lasting_shift_is_taken_out_and_a_season_of_three_weeks_is_not():
    """After the first the past lies on today's level; the second returns and stays as it was."""
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.01, 200)
    shifted = noise + np.where(np.arange(200) >= 120, 0.4, 0.0)
    assert np.allclose(on_todays_level(history(shifted)).values[:110].mean(), 0.4, atol=0.02)
    season = noise + np.where((np.arange(200) >= 100) & (np.arange(200) < 121), 0.4, 0.0)
    assert np.array_equal(on_todays_level(history(season)).values[:, 0], season)


def test_bands_widen_where_backtests_were_worse():
    """Without a backtest the prior holds; with many the pooled quantile does."""
    assert np.all(widths([]).w80 == PRIOR[0.8])
    scores = [np.full((30, 3000), 3.0)]
    found = widths(scores)
    assert 2.7 < found.w80[0] <= 3.0
    assert PRIOR[0.8][0] < widths([np.full((30, 200), 3.0)]).w80[0] < 2.7
    assert found.w80[3] == PRIOR[0.8][3]
    assert (found.w95 >= found.w80).all()
