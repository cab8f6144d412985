"""Forecasts of series in a CSV file, for the command line."""

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

from analysis.forecasts.batch import forecast_many
from analysis.forecasts.models.ensemble import Model, Tier
from analysis.forecasts.series import Forecast, Series, series_of
from commands.analyze.series_csv import SeriesFile, read_series, rounded
from config.errors import UserError

MANY = 300  # series beyond which the cheap tier is taken
FEW_ENDS = (
    8  # days on which series may end before those of a week are forecast together: each day needs matrices of its own
)
WHOLE = 0.75  # share of a usual day's points under which the first or last day is not whole


def forecast_csv(path: Path, days: int, model: str = "ensemble") -> Iterator[dict[str, Any]]:
    """One line per series and day ahead, starting after the series' own last day;
    hours are added up to days, absent days are gaps.

    Raises `UserError` naming the line for anything else than series_csv describes, and for a model there is not.
    """
    file = read_series(path)
    if not file.series:
        raise UserError(f"{path} has no rows under its header.")
    series = {name: series_of(_by_day(file, name)) for name in file.series}
    tier: Tier = "cheap" if len(series) > MANY else "full"
    forecasts: dict[str, Forecast] = {}
    for today, group in _groups(series):
        longest = days + max((one.end - today).days for one in group.values())
        forecasts.update(forecast_many(group, longest, today, tier, cast(Model, model), workers=2))
    for name, one in series.items():
        suffix = min(stamp[10:] for stamp in file.series[name].stamps)
        yield from itertools.islice(_lines(name, suffix, forecasts[name], one.end), days)


def _groups(series: Mapping[str, Series]) -> Iterator[tuple[date, dict[str, Series]]]:
    """Series that are forecast together, and the day from which: their own end,
    or where ends are many, the first one of the week.
    """
    ends = {one.end for one in series.values()}
    grouped: dict[date, dict[str, Series]] = {}
    for name, one in series.items():
        grouped.setdefault(one.end if len(ends) <= FEW_ENDS else one.end - timedelta(one.end.weekday()), {})[name] = one
    for group in grouped.values():
        yield min(one.end for one in group.values()), group


def _lines(name: str, suffix: str, forecast: Forecast, first: date) -> Iterator[dict[str, Any]]:
    bands = (forecast.mean, forecast.low_80, forecast.high_80, forecast.low_95, forecast.high_95)
    for day, *values in zip(forecast.days(), *bands, strict=True):
        if day < first:
            continue
        mean, low_80, high_80, low_95, high_95 = (rounded(float(value)) for value in values)
        yield {
            "series": name,
            "timestamp": day.isoformat() + suffix,
            "mean": mean,
            "low_80": low_80,
            "high_80": high_80,
            "low_95": low_95,
            "high_95": high_95,
            "model": forecast.model,
        }


def _by_day(file: SeriesFile, name: str) -> dict[date, float]:
    """A series' cost by day; the first and last day of a series of hours are gaps where they are not whole."""
    rows, points = file.series[name], dict[date, float]()
    counts: Counter[date] = Counter()
    for stamp, value in zip(rows.stamps, rows.values, strict=True):
        day = file.moments[stamp].date()
        counts[day] += not math.isnan(value)
        points[day] = points.get(day, 0.0) + (0.0 if math.isnan(value) else value)
    usual = statistics.median(counts.values())
    gaps = {day for day in (min(points), max(points)) if counts[day] < WHOLE * usual} | {
        day for day in points if counts[day] == 0
    }
    return {day: math.nan if day in gaps else amount for day, amount in points.items()}
