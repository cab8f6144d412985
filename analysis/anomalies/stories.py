"""Moves that come back on the same day of each month: a free tier that is used up, a quota that begins anew.

A step that lasted is kept with its first day and size. One like it, a month later on the same day of the month or as
many days before the end, is no news: it is learned silently.
"""

from calendar import monthrange
from datetime import date

import numpy as np

from analysis.anomalies.calendar import Step
from analysis.anomalies.state import Flags, Floats, State

LASTED = 3  # steps after which a deviation is a move and no single day
ONE_LASTS, TWO_LAST = 100, 190  # days for which one such move, or two, are remembered
APART = 20  # days; nearer ones are the same month's
NEAR = 3  # days by which a move may come earlier or later when two months have shown it
SLOW = 14  # days by which the slow tier may notice it later
LARGER = 1.35  # times the size of then up to which it is the same


def recurring(state: State, step: Step, size: Floats, direction: Floats, scale: Floats, late: int = NEAR) -> Flags:
    """Whether a deviation in `direction` of log `size` begins on the day of the month on which others began.

    Two months that began near that day allow it to begin some days sooner, or up to `late` days later.
    """
    kept = state.story_day
    if not step.daily or not direction.any() or not kept.any():
        return np.zeros(len(state), dtype=bool)
    today = step.moment.toordinal()
    apart = {int(day): _apart(int(day), today) for day in np.unique(kept[kept > 0]) if APART <= today - day <= TWO_LAST}
    exact = np.isin(kept, [day for day, places in apart.items() if 0 in places and today - day <= ONE_LASTS])
    near = np.isin(kept, [day for day, places in apart.items() if any(-NEAR <= place <= late for place in places)])
    alike = np.sign(state.story_size) == direction[:, None]
    alike &= np.abs(size)[:, None] <= LARGER * np.abs(state.story_size) + 2.5 * scale[:, None]
    once: Flags = (exact & alike).any(axis=1)
    twice: Flags = (near & alike).sum(axis=1) >= 2
    return once | twice


def _apart(then: int, today: int) -> tuple[int, int]:
    """Days by which today is later in its month than that day was in its own, from the start and from the end."""
    first, second = date.fromordinal(then), date.fromordinal(today)
    ends = [monthrange(day.year, day.month)[1] - day.day for day in (first, second)]
    return second.day - first.day, ends[0] - ends[1]


def keep_move(state: State, step: Step, rows: Flags, steps: Floats, size: Floats) -> None:
    """Keep the first days and log sizes of moves of the chosen series that are over today, after some `steps`."""
    if not (step.daily and rows.any()):
        return
    began = step.moment.toordinal() - steps + 1
    for memory, latest in ((state.story_day, began), (state.story_size, size)):
        memory[rows, :-1] = memory[rows, 1:]
        memory[rows, -1] = latest[rows]
