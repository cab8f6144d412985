"""What the calendar says about a step of time: its slot in the weekly or daily
profile, the month's edges, the festive days.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

EDGES = (1, 2, 3, -2, -1)  # days of the month that carry monthly charges; negative ones count from its end
FIRST_WORKING, LAST_WORKING = len(EDGES), len(EDGES) + 1  # their charges are kept after those of the edges
DAY = timedelta(days=1)
SHUT = ((1, 1), (12, 25))  # months and days


@dataclass(frozen=True)
class Step:
    """A step of time as the detector sees it."""

    moment: datetime
    every: timedelta
    daily: bool
    slot: int  # index into the profile
    past_slots: npt.NDArray[np.intp]  # the slots of the steps up to this one, newest last
    alike: npt.NDArray[np.intp]  # [slots], slots of the same number are taken for each other until each is known
    edge: int  # index into EDGES, or -1
    working: int  # FIRST_WORKING or LAST_WORKING where it is that day of its month, or -1
    sale: bool  # the last days hold the great sale of the year
    festive_up: float  # share by which more spend is no surprise in the season of sales
    festive_down: float  # share by which less spend is none while offices are shut


def _edge(moment: datetime) -> int:
    """The month-edge slot of a day, or -1."""
    if moment.day in EDGES:
        return EDGES.index(moment.day)
    from_end = moment.day - monthrange(moment.year, moment.month)[1] - 1
    return EDGES.index(from_end) if from_end in EDGES else -1


def _working(moment: datetime) -> int:
    """Whether a day is the first or the last working day of its month."""
    left = monthrange(moment.year, moment.month)[1] - moment.day
    weekday = moment.weekday()
    if weekday < 5 and (moment.day == 1 or (weekday == 0 and moment.day <= 3)):
        return FIRST_WORKING
    return LAST_WORKING if weekday < 5 and (left == 0 or (weekday == 4 and left <= 2)) else -1


def _sale(moment: datetime) -> bool:
    """The days around Thanksgiving, the fourth Thursday of November, when sales begin and end."""
    thanksgiving = 1 + (3 - moment.replace(month=11, day=1).weekday()) % 7 + 21
    day = moment.day + (30 if moment.month == 12 else 0)
    return moment.month in (11, 12) and thanksgiving - 3 <= day < thanksgiving + 6


def _shut(moment: datetime) -> float:
    """The share by which less spend is no surprise: much on days when nearly everything is shut, some near New Year."""
    thanksgiving = 1 + (3 - moment.replace(month=11, day=1).weekday()) % 7 + 21
    if (moment.month, moment.day) in (*SHUT, (11, thanksgiving), (11, thanksgiving + 1)):
        return 0.85
    return 0.5 if (moment.month, moment.day) >= (12, 23) or (moment.month, moment.day) <= (1, 2) else 0.0


def step_of(moment: datetime, every: timedelta = DAY, past: int = 42) -> Step:
    """Everything the detector asks of the calendar about one moment.

    Steps shorter than a day have a profile of the week, in which the working days, and the days of the weekend, are
    taken for each other at first, and no month edges.
    """
    daily = every >= DAY
    back = np.arange(past - 1, -1, -1)
    if daily:
        slots, alike = (moment.weekday() - back) % 7, np.arange(7)
    else:
        a_day = DAY // every
        within = int((moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)) / every)
        slots = (moment.weekday() * a_day + within - back) % (7 * a_day)
        places = np.arange(7 * a_day)
        alike = places % a_day + a_day * (places // a_day >= 5)
    edge = _edge(moment) if daily else -1
    working = _working(moment) if daily else -1
    month_day = (moment.month, moment.day)
    return Step(
        moment=moment,
        every=every,
        daily=daily,
        slot=int(slots[-1]),
        past_slots=slots,
        alike=alike,
        edge=edge,
        working=working,
        sale=_sale(moment) or _sale(moment - 3 * DAY),
        festive_up=0.5 if _sale(moment) else 0.3 if (11, 18) <= month_day <= (12, 31) else 0.0,
        festive_down=_shut(moment),
    )
