"""From raw cost to what models can work on: one scale for all, gaps filled,
one-off spikes taken out, the calendar's profile apart.
"""

from dataclasses import dataclass

import numpy as np

from analysis.forecasts.history.calendar import EDGES, Calendar
from analysis.forecasts.series import Floats

SPIKE = 4.0  # robust standard deviations beyond which a day is a one-off
RECENT_WEEKS = 26  # the weekly profile is of the last half year
RECENT_MONTHS = 5  # the month's edges are the median of the last five months
WINDOW = 15  # days of the running median


@dataclass(frozen=True)
class Scale:
    """How a cost becomes a work value and back: log(sign * cost / unit), or cost /
    unit where too many days are zero or of the other sign.
    """

    sign: float
    unit: float
    log: bool

    def work(self, cost: Floats) -> Floats:
        """Work values; NaN where the logarithm has none."""
        if not self.log:
            return cost / self.unit
        signed = cost * self.sign / self.unit
        return np.log(np.where(signed > 0, signed, np.nan))

    def cost(self, work: Floats) -> Floats:
        """Costs of work values."""
        return self.sign * self.unit * np.exp(np.clip(work, -50, 50)) if self.log else work * self.unit


@dataclass(frozen=True)
class History:
    """A batch of series over the same days: cleaned work values (days x series)
    and the calendar profile of past and future days.
    """

    calendar: Calendar
    values: Floats
    profile: Floats

    @property
    def days(self) -> int:
        """Days of history."""
        return int(self.values.shape[0])

    @property
    def horizon(self) -> int:
        """Days to forecast."""
        return len(self.calendar) - self.days

    @property
    def plain(self) -> Floats:
        """Work values without the calendar's profile."""
        return self.values - self.profile[: self.days]

    @property
    def ahead(self) -> Floats:
        """The calendar's profile of the days to forecast."""
        return self.profile[self.days :]


def scale_of(cost: Floats) -> Scale:
    """Logarithms where at least nine in ten known days have the same sign, else currency in units of the usual day."""
    finite_costs = cost[np.isfinite(cost)]
    sign = -1.0 if np.median(finite_costs) < 0 else 1.0
    if np.mean(finite_costs * sign > 0) >= 0.9:
        return Scale(sign, float(np.median(np.abs(finite_costs[finite_costs != 0]))), log=True)
    usual = float(np.mean(np.abs(finite_costs)))
    restless = float(np.median(np.abs(np.diff(finite_costs)))) / 0.1 if len(finite_costs) > 1 else 0.0
    return Scale(1.0, max(usual, restless, 1e-9), log=False)


def _filled(values: Floats) -> Floats:
    """Gaps bridged by straight lines; columns without any value are zero."""
    filled = values.copy()
    days = np.arange(len(values))
    for column in np.flatnonzero(~np.isfinite(values).all(axis=0)):
        finite = np.isfinite(values[:, column])
        filled[:, column] = np.interp(days, days[finite], values[finite, column]) if finite.any() else 0.0
    return filled


def running_median(values: Floats) -> Floats:
    """The median of the fortnight around each day, per column."""
    from scipy.ndimage import median_filter  # noqa: PLC0415 - slow to load, and only forecasts need it

    return np.asarray(median_filter(values, size=(min(WINDOW, len(values)), 1), mode="mirror"))


def _profile(deviations: Floats, calendar: Calendar) -> Floats:
    """Per day of the calendar and series: the median deviation of its weekday
    and month edge in the recent past, shrunk where few were seen.
    """
    days = len(deviations)
    profile = np.zeros((len(calendar), deviations.shape[1]))
    for weekday in range(7):
        recent = np.flatnonzero((calendar.weekday[:days] == weekday) & (calendar.edge[:days] < 0))[-RECENT_WEEKS:]
        if len(recent):
            profile[calendar.weekday == weekday] = (
                np.median(deviations[recent], axis=0) * len(recent) / (len(recent) + 0.5)
            )
    rest = deviations - profile[:days]
    for edge in range(len(EDGES)):
        recent = np.flatnonzero(calendar.edge[:days] == edge)[-RECENT_MONTHS:]
        if len(recent):
            profile[calendar.edge == edge] += np.median(rest[recent], axis=0) * len(recent) / (len(recent) + 0.5)
    return profile


def clean(values: Floats, calendar: Calendar) -> History:
    """Fill gaps and replace one-off spikes of work values (days x series) by
    level and profile; the calendar reaches into the future.
    """
    finite = np.isfinite(values)
    filled = _filled(values)
    level = running_median(filled)
    profile = _profile(filled - level, calendar)
    for _ in range(2):
        level = running_median(filled - profile[: len(values)])
        profile = _profile(filled - level, calendar)
    usual = level + profile[: len(values)]
    rest = np.where(finite, filled - usual, np.nan)
    spread = 1.4826 * np.nanmedian(np.abs(rest), axis=0)
    spike = ~finite | (np.abs(np.where(finite, rest, 0.0)) > SPIKE * np.maximum(spread, 1e-3))
    return History(calendar, np.where(spike, usual, filled), profile)
