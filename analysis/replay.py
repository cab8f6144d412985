"""Replay a CSV of series through the detector as if every step arrived in its turn."""

import csv
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from analysis.anomalies import Finding, score
from analysis.anomaly_calendar import DAY
from analysis.anomaly_state import Flags, Floats, Tuning, new_state, tuning_for
from errors import UserError

COLUMNS = ("series", "timestamp", "value")
SHORTEST = timedelta(minutes=5)
LARGEST = 50_000_000  # steps x series that are held at once
Points = dict[datetime, float]


@dataclass(frozen=True)
class Grid:
    """Series of one granularity side by side: values [steps x series], NaN where a series has none."""

    names: tuple[str, ...]
    first: datetime
    every: timedelta
    values: Floats


def replay_csv(path: Path) -> Iterator[dict[str, Any]]:
    """Findings of a file with the columns series, timestamp and value, in the order they would have been told; UserError names a bad line."""
    records = [record for grid in grids(read_points(path)) for record in replay(grid)]
    yield from sorted(records, key=lambda record: (record["detected_at"], record["series"]))


def replay(grid: Grid, tuning: Tuning | None = None) -> Iterator[dict[str, Any]]:
    """Findings in a grid; each is known from its step and earlier ones alone."""
    tuning = tuning or tuning_for(grid.every)
    state = new_state(len(grid.names), tuning)
    state.zeros[_appeared(grid.values, tuning)] = tuning.learning
    for index, values in enumerate(grid.values):
        outcome, state = score(state, grid.first + index * grid.every, values, tuning=tuning, every=grid.every)
        for finding in outcome.findings:
            yield _record(grid.names[finding.row], finding, daily=grid.every >= DAY)


def _appeared(values: Floats, tuning: Tuning) -> Flags:
    """Series that began well after a population that began together: what they cost is new spend, not a file that starts late."""
    starts = np.where(np.isfinite(values).any(axis=0), np.isfinite(values).argmax(axis=0), len(values))
    together = int((starts == 0).sum())
    earlier = (starts[:, None] > starts[None, :]).sum(axis=1)
    late: Flags = (starts >= tuning.young) & (together >= np.maximum(3, 0.8 * earlier))
    return late


def _record(name: str, finding: Finding, *, daily: bool) -> dict[str, Any]:
    def write(moment: datetime) -> str:
        return moment.date().isoformat() if daily else moment.isoformat()

    return {
        "series": name,
        "timestamp": write(finding.since),
        "detected_at": write(finding.moment),
        "kind": finding.kind,
        "direction": finding.direction,
        "expected": round(finding.expected, 4),
        "actual": round(finding.actual, 4),
        "impact": round(finding.impact, 4),
        "score": round(finding.score, 2),
    }


# ------------------------------------------------------------------ the file


def read_points(path: Path) -> dict[str, Points]:
    """Series -> moment (UTC, naive) -> value; an empty value is a missing one."""
    series: dict[str, Points] = defaultdict(dict)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise UserError(f"{path}, line 1: the column {missing[0]} is missing; the file needs the columns series, timestamp, value.")
            for row in reader:
                _take(series, row, f"{path}, line {reader.line_num}")
    except FileNotFoundError:
        raise UserError(f"There is no file {path}; give a CSV with the columns series, timestamp, value.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path} cannot be read as CSV: {error}.") from error
    return dict(series)


def _take(series: dict[str, Points], row: dict[str, str | None], where: str) -> None:
    name, moment, value = row["series"], row["timestamp"], row["value"]
    if name is None or moment is None or value is None:
        raise UserError(f"{where}: three fields are needed: series, timestamp, value.")
    at = _moment(moment.strip(), where)
    if at in series[name]:
        raise UserError(f"{where}: {name} has a second value for {moment.strip()}; keep one a series and timestamp.")
    series[name][at] = _value(value.strip(), where)


def _moment(text: str, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"{where}: {text[:40]!r} is no date or time; write it like 2026-11-15 or 2026-11-15T13:00:00.") from None
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _value(text: str, where: str) -> float:
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise UserError(f"{where}: {text[:40]!r} is no number; write the cost like 1234.56, or leave the field empty where it is unknown.")
    return value


def grids(series: dict[str, Points]) -> list[Grid]:
    """One grid a granularity; the granularity of a series is the commonest distance of its first steps, a day at most."""
    grouped: dict[timedelta, list[str]] = defaultdict(list)
    for name, points in series.items():
        every = _every(sorted(points)[:50])
        if every < SHORTEST:
            raise UserError(
                f"The series {name} has a value every {every}; sum them up to hours or days, the shortest step is five minutes."
            )
        grouped[every].append(name)
    return [_grid(every, names, series) for every, names in grouped.items()]


def _every(moments: Sequence[datetime]) -> timedelta:
    steps = Counter(after - before for before, after in itertools.pairwise(moments))
    return min(DAY, steps.most_common(1)[0][0]) if steps else DAY


def _grid(every: timedelta, names: list[str], series: dict[str, Points]) -> Grid:
    first = min(min(series[name]) for name in names)
    last = max(max(series[name]) for name in names)
    if every == DAY:
        first = first.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = (last - first) // every + 1
    if steps * len(names) > LARGEST:
        raise UserError(f"{len(names)} series over {steps} steps are too many at once; split the file by series or by years.")
    values = np.full((steps, len(names)), np.nan)
    for column, name in enumerate(names):
        for moment, value in series[name].items():
            values[(moment - first) // every, column] = value
    return Grid(tuple(names), first, every, values)
