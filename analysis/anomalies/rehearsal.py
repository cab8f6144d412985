"""How well a sensitivity does on a scope's own history: events of known size are planted into its series, found or not.

Sizes are in the series' own noise: the robust deviation of log steps from the same day of the week before. An event
counts as found when it is told in its direction while it lasts or within a week of its start (a slow move: of its end);
what is told otherwise counts as a false alarm, though it may be a true one that history holds. Precision is so a lower
bound.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from analysis.anomalies.calendar import DAY
from analysis.anomalies.score import Finding, score
from analysis.anomalies.state import Floats, new_state

WARMING = 60  # days of a series that teach before anything counts
APART = 75  # days between two planted events of a series
GRACE = 7  # days in which an event is found
RAMP = 21  # days that a planted slow move takes
LEAST, MOST = 0.2, 4.0  # an event's smallest share, and largest factor
RESTLESS = 0.5  # log deviation from which a series' noise hides any event that can be planted
FEWEST = 20  # steps from which a deviation is known
SIZES = {"spike": (5.0, 12.0), "drop": (5.0, 12.0), "shift": (3.0, 8.0), "ramp": (3.0, 8.0)}  # deviations, log-uniform


@dataclass(frozen=True)
class Planted:
    """An event of known size in one series."""

    row: int
    kind: str
    first: int  # day's index
    until: int  # last day's index on which it counts as found
    up: bool


@dataclass(frozen=True)
class Measured:
    """What a sensitivity came to."""

    sensitivity: float
    planted: int
    found: int
    false: int  # findings beside the planted events
    findings: tuple[Finding, ...]  # those of the history as it was, after the warm-up; `row` is the group's column

    @property
    def recall(self) -> float | None:
        """Share of the planted events that were found; None without any."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Share of the planted events found among all that was told; None where nothing was."""
        return self.found / (self.found + self.false) if self.found + self.false else None


def rehearse(
    values: Floats,
    first: datetime,
    sensitivities: Sequence[float],
    units: Floats,
    names: Sequence[str],
    groups: Sequence[Sequence[int]],
) -> tuple[tuple[Measured, ...], ...]:
    """For each group of columns, one measurement a sensitivity over `values` [days x series], without looking ahead.

    The events of a series are the same for all sensitivities and for every call, whatever stands beside it: they
    depend on its name.
    """
    days, series = values.shape
    changed, events = plant(values, names)
    side_by_side = np.tile(np.concatenate([values, changed], axis=1), len(sensitivities))
    each = np.repeat(np.array(sensitivities, dtype=float), 2 * series)
    state, found = new_state(side_by_side.shape[1]), list[Finding]()
    for day in range(days):
        outcome, state = score(
            state,
            first + day * DAY,
            side_by_side[day],
            sensitivity=each,
            units=np.tile(units, 2 * len(sensitivities)),
        )
        found += outcome.findings
    begins = _begins(values)
    judged = [one for one in found if (one.moment - first) // DAY >= begins[one.row % series] + WARMING]
    return tuple(
        tuple(
            _measured(
                sensitivity,
                [one for one in judged if one.row // (2 * series) == place],
                series,
                first,
                [event for event in events if event.row in columns],
                columns,
            )
            for place, sensitivity in enumerate(sensitivities)
        )
        for columns in groups
    )


def _measured(
    sensitivity: float,
    found: Sequence[Finding],
    series: int,
    first: datetime,
    events: Sequence[Planted],
    columns: Sequence[int],
) -> Measured:
    hit, false = set[Planted](), 0
    place = {column: at for at, column in enumerate(columns)}
    mine = [one for one in found if one.row % series in place]
    plain = tuple(replace(one, row=place[one.row % series]) for one in mine if one.row % (2 * series) < series)
    for one in mine:
        row, day = one.row % (2 * series) - series, (one.moment - first) // DAY
        if row < 0:
            continue
        event = next((event for event in events if event.row == row and event.first <= day <= event.until), None)
        if event is not None and event.up == (one.direction == "up"):
            hit.add(event)
        elif not any(event.row == row and event.first <= day <= event.until + GRACE for event in events):
            false += 1
    return Measured(sensitivity, len(events), len(hit), false, plain)


def _begins(values: Floats) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """The day on which each series first cost something."""
    costs: np.ndarray[tuple[int], np.dtype[np.intp]] = (np.nan_to_num(values) > 0).argmax(axis=0)
    return costs


def plant(values: Floats, names: Sequence[str]) -> tuple[Floats, tuple[Planted, ...]]:
    """The series with an event every few months, the kinds in turns, and the events; which ones, names decide."""
    changed, events = values.copy(), list[Planted]()
    begins, kinds = _begins(values), list(SIZES)
    for row, name in enumerate(names):
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        deviation = _deviation(values[:, row])
        start, turn = int(begins[row]) + WARMING + int(rng.integers(1, GRACE + 8)), int(rng.integers(len(kinds)))
        if not np.isfinite(deviation) or deviation > RESTLESS:
            continue
        for place in range(start, len(values) - RAMP - GRACE, APART):
            kind = kinds[turn % len(kinds)]
            low, high = SIZES[kind]
            scales = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            size = min(max(scales * deviation, float(np.log1p(LEAST))), float(np.log(MOST)))
            if not values[place, row] > 0:
                continue
            changed[:, row] *= _shape(kind, place, len(values), -size if kind == "drop" else size)
            until = place + (RAMP if kind == "ramp" else 0) + GRACE
            events.append(Planted(row, kind, place, until, kind != "drop"))
            turn += 1
    return changed, tuple(events)


def _shape(kind: str, place: int, days: int, size: float) -> Floats:
    """The factor of each day: a day or two, a step or slow growth that lasts five weeks and goes."""
    age, lasts = np.arange(days) - place, {"spike": 1, "drop": 2}.get(kind, 5 * 7)
    grown = np.clip((age + 1) / RAMP, 0, 1) if kind == "ramp" else 1.0
    return np.where((age >= 0) & (age < lasts), 1 + np.expm1(size) * grown, 1.0)


def _deviation(values: Floats) -> float:
    """The robust deviation of the log steps from the same day of the week before; NaN where too few are known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.abs(np.log(values[7:] / values[:-7])) / np.sqrt(2)
    steps = steps[np.isfinite(steps)]
    if len(steps) < FEWEST:
        return float("nan")
    return float(max(1.4826 * np.median(steps), np.quantile(steps, 0.95) / 1.96))
