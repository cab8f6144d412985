"""Replay a CSV of series through the detector as if every step arrived in its turn."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.anomalies.calendar import DAY
from analysis.anomalies.score import Finding, score
from analysis.anomalies.state import Flags, Floats, Tuning, new_state, tuning_for
from commands.analyze.series_csv import SeriesFile, read_series, rounded, utc
from config.errors import UserError

SHORTEST = timedelta(minutes=5)
EMPTY = 400  # steps without a value after which a memory has forgotten all that fades
LARGEST = 50_000_000  # steps x series that are held at once


@dataclass(frozen=True)
class Grid:
    """Series of one granularity side by side: values [steps x series], NaN where a series has none."""

    names: tuple[str, ...]
    first: datetime  # a day's midnight as the file has it, or UTC for shorter steps
    every: timedelta
    values: Floats
    stamps: Mapping[tuple[str, datetime], str] = field(
        default_factory=dict
    )  # how the file writes a series' moment, where not plainly


def replay_csv(path: Path) -> Iterator[dict[str, Any]]:
    """Findings of a file with the columns series, timestamp and value, in the
    order they would have been told; UserError names a bad line.
    """
    records = [record for grid in grids(read_series(path)) for record in replay(grid)]
    yield from sorted(records, key=lambda record: (record["detected_at"], record["series"]))


def replay(grid: Grid, tuning: Tuning | None = None) -> Iterator[dict[str, Any]]:
    """Findings in a grid; each is known from its step and earlier ones alone.

    One that `renames` is no second finding: what was told as a spike or a drop some days before has become a shift.
    """
    tuning = tuning or tuning_for(grid.every)
    state = new_state(len(grid.names), tuning)
    state.zeros[_appeared(grid.values, tuning)] = tuning.learning
    for index in _worth_a_look(grid.values):
        moment, values = grid.first + int(index) * grid.every, grid.values[index]
        outcome, state = score(state, moment, values, tuning=tuning, every=grid.every)
        for finding in outcome.findings:
            yield _record(grid, finding)
        for finding in outcome.renamed:
            yield {**_record(grid, finding), "renames": "spike" if finding.direction == "up" else "drop"}


def _worth_a_look(values: Floats) -> npt.NDArray[np.intp]:
    """The steps to replay: of a long gap without values, as a mistyped year leaves, only the last part."""
    has_value = np.isfinite(values).any(axis=1)
    ahead = np.where(has_value, np.arange(len(values)), len(values) + EMPTY)
    following = np.minimum.accumulate(ahead[::-1])[::-1]
    return np.flatnonzero(following - np.arange(len(values)) <= EMPTY)


def _appeared(values: Floats, tuning: Tuning) -> Flags:
    """Series that began well after a population that began together: what they
    cost is new spend, not a file that starts late.
    """
    starts = np.where(np.isfinite(values).any(axis=0), np.isfinite(values).argmax(axis=0), len(values))
    together = int((starts == 0).sum())
    earlier = (starts[:, None] > starts[None, :]).sum(axis=1)
    late: Flags = (starts >= tuning.young) & (together >= np.maximum(3, 0.8 * earlier))
    return late


def _record(grid: Grid, finding: Finding) -> dict[str, Any]:
    name = grid.names[finding.row]

    def write(moment: datetime) -> str:
        plain = moment.date().isoformat() if grid.every >= DAY else moment.isoformat()
        return grid.stamps.get((name, moment), plain)

    return {
        "series": name,
        "timestamp": write(finding.since),
        "detected_at": write(finding.moment),
        "kind": finding.kind,
        "direction": finding.direction,
        "expected": rounded(finding.expected),
        "actual": rounded(finding.actual),
        "impact": rounded(finding.impact),
        "score": round(finding.score, 2),
    }


def grids(file: SeriesFile) -> list[Grid]:
    """One grid a granularity, which is the commonest distance of a series'
    first points, a day at most; values of one step add up.
    """
    grouped: dict[timedelta, list[str]] = defaultdict(list)
    for name in file.series:
        every = file.step(name)
        if every < SHORTEST:
            raise UserError(
                f"The series {name} has a value every {every}; sum them up to hours or days, the shortest step is "
                "five minutes."
            )
        grouped[every].append(name)
    return [_grid(every, names, file) for every, names in grouped.items()]


def _grid(every: timedelta, names: list[str], file: SeriesFile) -> Grid:
    daily = every == DAY
    used = {stamp for name in names for stamp in file.series[name].stamps}
    at = {stamp: _day(file.moments[stamp]) if daily else utc(file.moments[stamp]) for stamp in used}
    first, last = min(at.values()), max(at.values())
    steps = (last - first) // every + 1
    if steps * len(names) > LARGEST:
        raise UserError(
            f"{len(names)} series over {steps} steps are too many at once; split the file by series or by years."
        )
    step = {stamp: (moment - first) // every for stamp, moment in at.items()}
    written = {
        stamp: moment for stamp, moment in at.items() if stamp != (moment.date() if daily else moment).isoformat()
    }
    values = np.full((steps, len(names)), np.nan)
    stamps: dict[tuple[str, datetime], str] = {}
    for column, name in enumerate(names):
        rows = file.series[name]
        for stamp, value in zip(rows.stamps, rows.values, strict=True):
            before = values[step[stamp], column]
            values[step[stamp], column] = (
                value if math.isnan(before) else before if math.isnan(value) else before + value
            )
            if stamp in written:
                stamps.setdefault((name, first + step[stamp] * every), stamp)
    return Grid(tuple(names), first, every, values, stamps)


def _day(moment: datetime) -> datetime:
    """The moment's day where it was written: a bill's day is its own calendar's."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
