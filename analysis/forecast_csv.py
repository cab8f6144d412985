"""Forecasts of series in a CSV file, for the command line."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from analysis.forecasts.batch import forecast_many
from analysis.forecasts.ensemble import Tier
from analysis.forecasts.series import Forecast, Series, series_of
from errors import UserError

COLUMNS = ("series", "timestamp", "value")
MANY = 300  # series beyond which the cheap tier is taken


@dataclass
class _Read:
    """What a file says of one series; `suffix` is what its timestamps have after the date."""

    suffix: str
    stamps: set[str] = field(default_factory=set)
    points: dict[date, float] = field(default_factory=dict)


def forecast_csv(path: Path, days: int) -> Iterator[dict[str, Any]]:
    """One line a series and day ahead, starting after the series' own last day; hours are added up to days, absent days are gaps.

    The columns are series, timestamp (ISO 8601) and value (empty for a gap). Raises `UserError` naming the line for anything else.
    """
    read = _read(path)
    series = {name: series_of(one.points) for name, one in read.items()}
    by_end: dict[date, dict[str, Series]] = {}
    for name, one in series.items():
        by_end.setdefault(one.end, {})[name] = one
    tier: Tier = "cheap" if len(series) > MANY else "full"
    forecasts: dict[str, Forecast] = {}
    for end, group in by_end.items():
        forecasts.update(forecast_many(group, days, end, tier, workers=2))
    for name in series:
        yield from _lines(name, read[name].suffix, forecasts[name])


def _lines(name: str, suffix: str, forecast: Forecast) -> Iterator[dict[str, Any]]:
    bands = (forecast.mean, forecast.low_80, forecast.high_80, forecast.low_95, forecast.high_95)
    for day, *values in zip(forecast.days(), *bands, strict=True):
        mean, low_80, high_80, low_95, high_95 = (round(float(value), 4) for value in values)
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


def _read(path: Path) -> dict[str, _Read]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _rows(path, csv.DictReader(file))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}. Give the path of a CSV file.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text. Save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise UserError(f"{path} is not CSV: {error}.") from error


def _rows(path: Path, reader: "csv.DictReader[str]") -> dict[str, _Read]:
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or [])]:
        raise UserError(f"{path} line 1: the column {missing[0]} is missing; the columns needed are {', '.join(COLUMNS)}.")
    found: dict[str, _Read] = {}
    for row in reader:
        place = f"{path} line {reader.line_num}"
        name, stamp = (row["series"] or "").strip(), (row["timestamp"] or "").strip()
        if not name:
            raise UserError(f"{place}: the series has no name.")
        day, value = _day(place, stamp), _value(place, (row["value"] or "").strip())
        one = found.setdefault(name, _Read(stamp[10:]))
        if stamp in one.stamps:
            raise UserError(f"{place}: {name} has {stamp} twice. Add the values up or remove one.")
        one.stamps.add(stamp)
        if value is not None:
            one.points[day] = one.points.get(day, 0.0) + value
        else:
            one.points.setdefault(day, math.nan)
    if not found:
        raise UserError(f"{path} has no rows under its header.")
    return found


def _day(place: str, stamp: str) -> date:
    try:
        return datetime.fromisoformat(stamp).date()
    except ValueError:
        raise UserError(f"{place}: {stamp!r} is not a timestamp; write it as 2026-01-31 or 2026-01-31T00:00:00Z.") from None


def _value(place: str, text: str) -> float | None:
    if text.lower() in ("", "nan", "null"):
        return None
    try:
        value = float(text)
    except ValueError:
        raise UserError(f"{place}: {text!r} is not a number.") from None
    if not math.isfinite(value):
        raise UserError(f"{place}: {text!r} is not a finite number.")
    return value
