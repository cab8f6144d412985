"""What goes into a forecast and what comes out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Series:
    """Daily cost from `start` on in one currency; NaN where nothing is known of a day."""

    start: date
    values: Floats

    def before(self, day: date) -> "Series":
        """The part that was known before a day."""
        return Series(self.start, self.values[: max((day - self.start).days, 0)])

    @property
    def end(self) -> date:
        """The first day after the series."""
        return self.start + len(self.values) * DAY


@dataclass(frozen=True)
class KnownStep:
    """A dated change nobody has to predict: from `start` to before `end` a day
    costs `amount_per_day` more (or less, when negative).
    """

    start: date
    amount_per_day: float
    end: date | None = None

    def on(self, day: date) -> float:
        """What it adds to a day."""
        return self.amount_per_day if self.start <= day and (self.end is None or day < self.end) else 0.0


@dataclass(frozen=True)
class Forecast:
    """Expected cost of each day from `start` on, with bands that held 80 and 95
    % of backtested days; `note` says what limits it.
    """

    start: date
    mean: Floats
    low_80: Floats
    high_80: Floats
    low_95: Floats
    high_95: Floats
    model: str
    note: str = ""

    def days(self) -> tuple[date, ...]:
        """The forecast's days, in order."""
        return tuple(self.start + offset * DAY for offset in range(len(self.mean)))


def series_of(points: Mapping[date, float], absent: float = float("nan")) -> Series:
    """A series of dated amounts; days between that are absent become `absent`:
    NaN for a gap in the data, 0 for a day without cost.
    """
    if not points:
        return Series(date.min, np.empty(0))
    start, last = min(points), max(points)
    return Series(
        start, np.array([float(points.get(start + offset * DAY, absent)) for offset in range((last - start).days + 1)])
    )


def step_amounts(steps: Iterable[KnownStep], start: date, days: int) -> Floats:
    """What known steps add to each day from `start`, over what they already
    added to the day before (that is in the history).
    """
    amounts = np.zeros(days)
    for step in steps:
        already = step.on(start - DAY)
        amounts += [step.on(start + offset * DAY) - already for offset in range(days)]
    return amounts
