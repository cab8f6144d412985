"""What the calendar says about a step of time: its slot in the weekly or daily profile, the month's edges, the festive days."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

EDGES = (1, 2, 3, -2, -1)  # days of the month that carry monthly charges; negative ones count from its end
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """A step of time as the detector sees it."""

    moment: datetime
    every: timedelta
    slot: int  # index into the profile
    past_slots: npt.NDArray[np.intp]  # the slots of the steps up to this one, newest last
    edge: int  # index into EDGES, or -1
    first_edge: bool  # the first or the last day itself, on which most monthly charges fall
    festive_up: bool  # days of sales, when more spend is no surprise
    festive_down: bool  # days without offices, when less spend is none


def _edge(moment: datetime) -> int:
    """The month-edge slot of a day, or -1."""
    if moment.day in EDGES:
        return EDGES.index(moment.day)
    from_end = moment.day - monthrange(moment.year, moment.month)[1] - 1
    return EDGES.index(from_end) if from_end in EDGES else -1


def _sale(moment: datetime) -> bool:
    """Thanksgiving, the fourth Thursday of November, and the five days after it."""
    thanksgiving = 1 + (3 - moment.replace(month=11, day=1).weekday()) % 7 + 21
    day = moment.day + (30 if moment.month == 12 else 0)
    return moment.month in (11, 12) and thanksgiving <= day < thanksgiving + 6


def step_of(moment: datetime, every: timedelta = DAY, past: int = 42) -> Step:
    """Everything the detector asks of the calendar about one moment; steps shorter than a day have a profile of the day and no month edges."""
    daily = every >= DAY
    if daily:
        slots = (moment.weekday() - np.arange(past - 1, -1, -1)) % 7
    else:
        a_day = DAY // every
        now = int((moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)) / every)
        slots = (now - np.arange(past - 1, -1, -1)) % a_day
    edge = _edge(moment) if daily else -1
    month_day = (moment.month, moment.day)
    return Step(
        moment=moment,
        every=every,
        slot=int(slots[-1]),
        past_slots=slots,
        edge=edge,
        first_edge=edge >= 0 and EDGES[edge] in (1, -1),
        festive_up=_sale(moment),
        festive_down=month_day >= (12, 22) or month_day <= (1, 3),
    )
