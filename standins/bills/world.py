"""How much of everything is used a day: growth, weekdays, what was planted, what has been stopped since."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from standins.bills.commitments import effective_share
from standins.bills.fleet import lines
from standins.bills.lines import Line

Array = npt.NDArray[np.float64]

AHEAD = 120  # days after the anchor that can be simulated
PAYMENTS_LAST_MONTH = (86_000, 89_000)  # dollars, effective; the budget of organisation.yaml is 90,000 a month
PAYMENTS_THIS_MONTH = (92_500, 96_000)
_PAYMENTS_RISE = 1.06  # of a day's cost from month to month, as far as months of other lengths allow
_QUIET_LAST_MONTH, _QUIET_THIS_MONTH = 83_000, 83_500
_GROWTH = {
    "payments": 0.012,
    "checkout": 0.010,
    "search": -0.004,
    "data-platform": 0.012,
    "ml": 0.020,
    "web": 0.004,
    None: 0.005,
}  # a month
_WEEKEND = {
    "payments": 0.93,
    "checkout": 1.06,
    "search": 1.03,
    "data-platform": 0.86,
    "ml": 0.82,
    "web": 1.07,
    None: 0.95,
}
_OFF_HOURS = 0.55  # of a weekday, at weekends, outside production


@dataclass(frozen=True)
class World:
    """The organisation as of `anchor`, the day of its first run; everything
    planted lies before it. Nothing depends on the clock.

    `planted` False leaves out what was planted, for counting false alarms. `ids` holds the resource
    ids a cloud chose, by name; `stopped` the day from which a resource (by name or id) costs
    nothing. `corrected` is the world after the provider took back the transfer it had counted twice.
    """

    anchor: date
    seed: int = 1
    planted: bool = True
    corrected: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)
    stopped: Mapping[str, date] = field(default_factory=dict)

    @cached_property
    def first_day(self) -> date:
        """The first day of the bills: the 1st, twelve months before the month that the day before the anchor is in."""
        yesterday = self.anchor - timedelta(1)
        return yesterday.replace(year=yesterday.year - 1, day=1)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every day there can be charges for."""
        return tuple(self.first_day + timedelta(n) for n in range((self.anchor - self.first_day).days + AHEAD))

    def resource_id(self, line: Line) -> str:
        """The id of a line's resource."""
        return self.ids.get(line.name) or line.made_up_id

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The fleet of this world."""
        return tuple(line for line in lines() if self.planted or not line.planted)

    @cached_property
    def quantities(self) -> Array:
        """Units used, a row a line, a column a day."""
        table = np.vstack([self._quantity(line) for line in self.lines])
        self._fit_payments(table)
        self._count_twice(table)
        for row, line in enumerate(self.lines):
            since = self.stopped.get(line.name) or self.stopped.get(self.resource_id(line))
            if since is not None:
                table[row, max(0, (since - self.first_day).days) :] = 0.0
        return table.round(6)

    def _quantity(self, line: Line) -> Array:
        count, anchor = len(self.days), (self.anchor - self.first_day).days
        months = np.arange(count) / 30.4
        noise = np.random.default_rng([self.seed, zlib.crc32(f"{line.name} {line.meter_key}".encode())])
        if line.shape == "steady":
            curve = np.full(count, line.quantity)
        elif line.shape == "stored":
            curve = line.quantity * (1 + abs(_GROWTH[line.team])) ** months * noise.normal(1, 0.004, count)
        else:
            weekend = _WEEKEND[line.team] if line.environment in ("prod", None) else _OFF_HOURS
            weekday = np.array([day.weekday() >= 5 for day in self.days])
            level = noise.uniform(0.94, 1.06) * line.quantity
            curve = (
                level
                * (1 + _GROWTH[line.team]) ** months
                * np.where(weekday, weekend, 1.0)
                * noise.normal(1, 0.03, count).clip(0.9, 1.1)
            )
        if line.first is not None:
            curve[: max(0, anchor + line.first)] = 0.0
        if line.last is not None:
            curve[anchor + line.last + 1 :] = 0.0
        return curve

    def _fit_payments(self, table: Array) -> None:
        """Scale what customers drive in payments, so that last month stayed
        under the budget and this month heads past it.
        """
        this = (self.anchor - timedelta(1)).replace(day=1)
        last = (this - timedelta(1)).replace(day=1)
        dates = np.array(self.days)
        inside = [(dates >= last) & (dates < this), (dates >= this) & (dates < (this + timedelta(31)).replace(day=1))]
        offsets = np.arange(len(self.days)) - (this - self.first_day).days
        ramp = np.clip((offsets + 12) / 16, 0, 1)  # from twelve days before the month to its fourth
        cost = np.array([line.meter.price * effective_share(line) for line in self.lines])[:, None] * table
        mine = np.array([line.team == "payments" for line in self.lines])
        moving = np.array(
            [line.team == "payments" and line.shape == "elastic" and not line.planted for line in self.lines]
        )
        elastic, fixed = cost[moving].sum(axis=0), cost[mine & ~moving].sum(axis=0)
        days = [int(month.sum()) for month in inside]
        goals = _goals(*days) if self.planted else (_QUIET_LAST_MONTH, _QUIET_THIS_MONTH)
        rest = [goal - fixed[month].sum() for goal, month in zip(goals, inside, strict=True)]
        level, rise = np.linalg.solve([[elastic[month].sum(), (elastic * ramp)[month].sum()] for month in inside], rest)
        table[moving] *= level + rise * ramp

    def _count_twice(self, table: Array) -> None:
        """The day before yesterday the media distributions' traffic is on the
        bill two and a half times; a restated bill takes that back.
        """
        if self.planted and not self.corrected:
            day = (self.anchor - self.first_day).days - 2
            for row, line in enumerate(self.lines):
                if line.application == "media" and line.meter_key == "cloudfront":
                    table[row, day] *= 2.5


def _goals(last_days: int, this_days: int) -> tuple[float, float]:
    """What payments costs in a month of so many days and in the next one, in dollars, as evenly as can be."""
    last = float(np.clip(93_500 / this_days * last_days / _PAYMENTS_RISE, *PAYMENTS_LAST_MONTH))
    return last, float(np.clip(_PAYMENTS_RISE * last / last_days * this_days, *PAYMENTS_THIS_MONTH))
