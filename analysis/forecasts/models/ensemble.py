"""The models by name, and their ensemble: a weighted median, which one model gone wrong cannot move far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from analysis.forecasts.history.cleaning import History
from analysis.forecasts.history.levels import on_todays_level
from analysis.forecasts.models.arima import arima
from analysis.forecasts.models.drift import drift, year
from analysis.forecasts.models.ets import ets
from analysis.forecasts.models.prophet import prophet
from analysis.forecasts.models.sma import sma
from analysis.forecasts.models.structural import FULL, QUICK, structural
from analysis.forecasts.models.theta import theta
from analysis.forecasts.series import Floats

Model = Literal["ensemble", "structural", "arima", "theta", "ets", "sma", "drift", "year", "prophet"]
Tier = Literal["full", "cheap"]
MODELS: tuple[Model, ...] = get_args(Model)
FLAT: Model = "sma"  # the plain level, beside the ensemble in every tier

_SINGLE: Mapping[str, Callable[[History], Floats | None]] = {
    "arima": arima,
    "theta": theta,
    "ets": ets,
    "sma": sma,
    "drift": drift,
    "year": year,
    "prophet": prophet,
}
# Votes in the median. The structural model was the best single one over all seeds of benchmarks/forecasts.py, so it
# decides unless the others agree on one side. What has no vote is there for series whose backtests prefer it.
VOTES: Mapping[Tier, Mapping[str, int]] = {
    "full": {"structural": 2, "arima": 1, "theta": 1, "year": 1, "sma": 0},
    "cheap": {"structural": 3, "sma": 1, "theta": 1, "ets": 1, "year": 1},
}


@dataclass(frozen=True)
class ModelOutlook:
    """Work values ahead (days x series) by model, and the structural model's
    standard deviation, which scales the bands.
    """

    paths: Mapping[str, Floats]
    spread: Floats
    open_steps: Floats  # by column, in work values: of a step that has not lasted a week, 0 where there is none
    own_bands: dict[int, Floats] = field(default_factory=dict)
    """By column: low and high of 80 and 95 % in currency, where a series' days are bands enough."""


def outlook(history: History, model: Model, tier: Tier) -> ModelOutlook:
    """Everything a tier predicts, or one model alone. Members that need more history than there is stay out."""
    level = on_todays_level(history)
    paths: dict[str, Floats] = {}
    probable = structural(level, FULL if tier == "full" else QUICK)
    members: Mapping[str, int] = VOTES[tier] if model == "ensemble" else {model: 1}
    for name in members:
        path = probable.mean if name == "structural" else _SINGLE[name](level)
        if path is not None:
            paths[name] = path
    if model == "ensemble":
        paths["ensemble"] = np.median(np.array([paths[name] for name in paths for _ in range(members[name])]), axis=0)
    elif not paths:
        paths[model] = probable.mean
    return ModelOutlook(paths, probable.spread, np.zeros(history.values.shape[1]))
