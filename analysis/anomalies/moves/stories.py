"""Moves that come back on the same day of each month: a free tier that is used up, a quota that begins anew.

A step that lasted is kept with its first day and size. One like it, a month later on the same day of the month or as
many days before the end, is no news: it is learned silently.
"""

import numpy as np
import numpy.typing as npt

from analysis.anomalies.calendar import DAY, Step
from analysis.anomalies.months import EPOCH
from analysis.anomalies.state import TWO_MONTHS, Flags, Floats, State, nanmean, nanmedian

Integers = npt.NDArray[np.int64]
CHARGED, LEAST = 3, 0.1  # scales, and log, above the usual from which a day is known to have carried its charge
LASTED = 3  # steps after which a deviation is a move and no single day
ONE_LASTS, TWO_LAST = 100, 190  # days for which one such move, or two, are remembered
APART = 20  # days; nearer ones are the same month's
NEAR = 3  # days by which a move may come earlier or later when two months have shown it
SLOW = 5  # days by which what gathers over days may seem to have begun later
LATELY, EARLIER = 2, 12  # steps whose mean is a month's level then, and before it those whose median is the one before
ALIKE, MOST = 0.3, 0.6  # of a move's size: what months may differ by then, and the part they must have moved by
LARGER = 1.35  # times the size of then up to which it is the same


def recurring(
    state: State,
    step: Step,
    size: Floats,
    direction: Floats,
    scale: Floats,
    late: int = NEAR,
    ago: Floats | None = None,
) -> Flags:
    """Whether a deviation in `direction` of log `size` that began `ago` steps ago, today where None, began on the day
    of the month on which others began.

    Two months that began near that day allow it to begin some days sooner, or up to `late` days later.
    """
    kept = state.story_day
    if not step.daily or not direction.any() or not kept.any():
        return np.zeros(len(state), dtype=bool)
    began = step.moment.toordinal() - (np.zeros(len(state)) if ago is None else ago)[:, None]
    between, (day, left), (day_then, left_then) = began - kept, _places(began), _places(kept)
    places = (day - day_then, left_then - left)  # days later in its month, from the start and from the end
    alike = (kept > 0) & (between >= APART) & (between <= TWO_LAST) & (np.sign(state.story_size) == direction[:, None])
    alike &= np.abs(size)[:, None] <= LARGER * np.abs(state.story_size) + 2.5 * scale[:, None]
    exact = (between <= ONE_LASTS) & np.any([place == 0 for place in places], axis=0)
    near = np.any([(place >= -NEAR) & (place <= late) for place in places], axis=0)
    once: Flags = (exact & alike).any(axis=1)
    twice: Flags = (near & alike).sum(axis=1) >= 2
    return once | twice


def as_in_months_before(state: State, step: Step, size: Floats, where: Flags, since: Floats, scale: Floats) -> Flags:
    """Which of the chosen series stand where they stood on this day of each of the last two months, and had come there
    by such a move of log `size` that began `since` steps before: a tier used up, a quota, a monthly rhythm.
    """
    if not (step.daily and where.any()):
        return np.zeros(len(state), dtype=bool)
    rows = np.flatnonzero(where)
    slots = (step.slot - np.arange(TWO_MONTHS - 1, -1, -1)) % 7
    past, size = state.past[rows] - state.profile[rows][:, slots], size[rows]
    today, alike = _level(past, 0), np.ones(len(rows), dtype=bool)
    began = np.clip(since[rows], 0, EARLIER).astype(np.int64)
    for back in _months_back(step):
        then = _level(past, back)
        moved = then - _before(past, back + began + 1)
        alike &= np.abs(today - then) <= np.maximum(2.5 * scale[rows], ALIKE * np.abs(size))
        alike &= moved * np.sign(size) >= MOST * np.abs(size)
    found = np.zeros(len(state), dtype=bool)
    found[rows] = alike
    return found


def _level(past: Floats, back: int) -> Floats:
    return nanmean(past[:, TWO_MONTHS - LATELY - back : TWO_MONTHS - back])


def _before(past: Floats, back: npt.NDArray[np.int64]) -> Floats:
    """The median of the steps that ended so many steps ago."""
    place = TWO_MONTHS - back[:, None] - np.arange(1, EARLIER + 1)
    return nanmedian(np.where(place >= 0, np.take_along_axis(past, np.maximum(place, 0), 1), np.nan))


def _months_back(step: Step) -> tuple[int, int]:
    """Days since this day of the last month and of the one before; since its last where it has no such day."""
    day, backs = step.moment.day, []
    first = step.moment.replace(day=1)
    for _ in range(2):
        last = first - DAY
        backs.append((step.moment - last.replace(day=min(day, last.day))).days)
        first = last.replace(day=1)
    return backs[0], backs[1]


def _places(ordinals: Floats) -> tuple[Integers, Integers]:
    """The day of the month and the days that are left of it."""
    days = (ordinals.astype(np.int64) - EPOCH).astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    return (days - month).astype(np.int64) + 1, ((month + 1).astype("datetime64[D]") - days).astype(np.int64) - 1


def keep_move(state: State, step: Step, rows: Flags, steps: Floats, size: Floats) -> None:
    """Keep the first days and log sizes of moves of the chosen series that have lasted some `steps`, each once."""
    if not (step.daily and rows.any()):
        return
    began = step.moment.toordinal() - steps + 1
    same = (np.abs(began[:, None] - state.story_day) < APART) & (np.sign(state.story_size) == np.sign(size)[:, None])
    rows = rows & ~same.any(axis=1)
    for memory, latest in ((state.story_day, began), (state.story_size, size)):
        memory[rows, :-1] = memory[rows, 1:]
        memory[rows, -1] = latest[rows]


def keep_charged(state: State, step: Step, beyond: Floats, error: Floats, scale: Floats) -> None:
    """Count the days running on which a known charge was all that stood `beyond` the usual (log), in place.

    Some of them running are a move like any other: a free tier's first days are known by then as the month's edge.
    """
    charged = (state.episode == 0) & (beyond > np.maximum(CHARGED * scale, LEAST)) & (error < beyond / 2)
    state.forgiven = np.where(charged, state.forgiven + 1, 0.0)
    keep_move(state, step, state.forgiven == LASTED, state.forgiven, beyond)
