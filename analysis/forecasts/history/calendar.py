"""What the calendar says about the days of a batch: weekday, place at the month's edge."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from analysis.forecasts.series import DAY

EDGES = (1, 2, 3, -2, -1)  # days of the month that carry monthly charges; negative ones count from its end


@dataclass(frozen=True)
class Calendar:
    """One entry a day: weekday 0 to 6, and index into EDGES or -1."""

    days: tuple[date, ...]
    weekday: npt.NDArray[np.intp]
    edge: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.days)

    def first(self, count: int) -> "Calendar":
        """The first days only."""
        return Calendar(self.days[:count], self.weekday[:count], self.edge[:count])


def _edge(day: date) -> int:
    from_end = day.day - monthrange(day.year, day.month)[1] - 1
    for place in (day.day, from_end):
        if place in EDGES:
            return EDGES.index(place)
    return -1


def calendar_of(start: date, days: int) -> Calendar:
    """The calendar of `days` days from `start`."""
    listed = tuple(start + offset * DAY for offset in range(days))
    return Calendar(
        listed,
        np.array([day.weekday() for day in listed], dtype=np.intp),
        np.array([_edge(day) for day in listed], dtype=np.intp),
    )
