"""Prophet, an optional extra; weaker than the ensemble in every backtest seen, here for those who want to compare."""

from importlib import import_module
from typing import Any

import numpy as np

from analysis.forecasts.history.cleaning import History
from analysis.forecasts.series import Floats
from config.errors import UserError


def _library() -> Any:
    try:
        return import_module("prophet")
    except ImportError as error:
        raise UserError(
            "The model prophet needs its package: pip install 'finops-bot[prophet]', or choose another model."
        ) from error


def prophet(history: History) -> Floats:
    """Work values ahead (days x series); raises `UserError` when the package is absent."""
    library = _library()
    pandas: Any = import_module("pandas")  # comes with Prophet, and ships no types
    days = [day.isoformat() for day in history.calendar.days]
    future = pandas.DataFrame({"ds": pandas.to_datetime(days[history.days :])})
    columns = []
    for column in history.values.T:
        model = library.Prophet(daily_seasonality=False, uncertainty_samples=0)
        model.fit(pandas.DataFrame({"ds": pandas.to_datetime(days[: history.days]), "y": column}))
        columns.append(model.predict(future)["yhat"].to_numpy())
    return np.array(columns).T
