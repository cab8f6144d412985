"""Forecasts of daily cost: several models, their ensemble, bands calibrated on
backtests, and the backtests themselves.
"""

from analysis.forecasts.backtest import BacktestError as BacktestError
from analysis.forecasts.backtest import backtest as backtest
from analysis.forecasts.batch import forecast_many as forecast_many
from analysis.forecasts.models.ensemble import MODELS as MODELS
from analysis.forecasts.models.ensemble import Model as Model
from analysis.forecasts.models.ensemble import Tier as Tier
from analysis.forecasts.series import Forecast as Forecast
from analysis.forecasts.series import KnownStep as KnownStep
from analysis.forecasts.series import Series as Series
from analysis.forecasts.series import series_of as series_of
