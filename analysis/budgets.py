"""Where a budget stands in its period: spent, expected at the end, and the day each threshold is crossed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import numpy as np

from analysis.forecasts.series import DAY, Floats, Forecast
from analysis.months import add_months
from analysis.period_band import BandReach, reach
from config.organisation import Budget, Scope

Status = Literal["ok", "warning", "forecast_breach", "breached"]
COMMON_SHARE = (
    0.5  # of a day's uncertainty that is the level's and stays for the whole period; the rest is the day's own
)
_PERIODS = 16  # the running one, the next one's first day, and as many before as a year and a bit has


@dataclass(frozen=True)
class Period:
    """From `start` to before `end`."""

    start: date
    end: date


@dataclass(frozen=True)
class Crossing:
    """The day on which `threshold` (a share of the amount) was or will be
    passed; `earliest` and `latest` are the 80 % band's days.
    """

    threshold: float
    amount: float
    basis: Literal["actual", "forecast"]
    on: date
    earliest: date
    latest: date | None


@dataclass(frozen=True)
class BudgetStatus:
    """A budget in one period, in the budget's currency. `amount` contains what
    was rolled over; a forecast of None is explained by `note`.
    """

    budget: str
    period: Period
    amount: float
    rolled_over: float
    spent: float
    percent_used: float
    forecast: float | None
    forecast_low: float | None
    forecast_high: float | None
    crossings: tuple[Crossing, ...]
    status: Status
    note: str = ""
    reach: BandReach | None = None
    """Which earlier periods ended within the band, where it was measured on them."""

    def crossing(self, threshold: float = 1.0) -> Crossing | None:
        """When a threshold is crossed, or None."""
        return next((one for one in self.crossings if one.threshold == threshold), None)


@dataclass(frozen=True)
class OutsidePeriod:
    """The budget has no period on that day."""

    reason: str


def period_of(budget: Budget, day: date, fiscal_year_start: int = 1) -> Period | OutsidePeriod:
    """The budget's period that holds a day. Quarters and years are those of the
    fiscal year; `start` and `end` bound every kind of period.
    """
    if budget.start is not None and day < budget.start:
        return OutsidePeriod(f"{budget.name} starts on {budget.start.isoformat()}")
    if budget.end is not None and day >= budget.end:
        return OutsidePeriod(f"{budget.name} ended on {budget.end.isoformat()}")
    if budget.period == "custom":
        assert budget.start is not None
        assert budget.end is not None
        return Period(budget.start, budget.end)
    months = {"monthly": 1, "quarterly": 3, "yearly": 12}[budget.period]
    start = add_months(day.replace(day=1), -((day.month - fiscal_year_start) % months))
    return Period(start, add_months(start, months))


def _between(costs: Mapping[date, float | Decimal], start: date, end: date) -> float:
    return float(sum(Decimal(str(cost)) for day, cost in costs.items() if start <= day < end))


def rollover(
    budget: Budget, costs: Mapping[date, float | Decimal], period: Period, fiscal_year_start: int = 1
) -> float:
    """What the period before left unspent; nothing where the budget does not
    roll over, did not exist, or costs do not reach back that far.
    """
    if not budget.rollover or budget.period == "custom" or not costs:
        return 0.0
    before = period_of(budget, period.start - DAY, fiscal_year_start)
    if isinstance(before, OutsidePeriod) or min(costs) > before.start:
        return 0.0
    return max(float(budget.amount) - _between(costs, before.start, before.end), 0.0)


def total_with_band(forecast: Forecast, start: date, end: date) -> tuple[float, float, float]:
    """Sum of the forecast's days in [start, end) and its 80 % band."""
    first, last = (max((day - forecast.start).days, 0) for day in (start, end))
    return band_of_total(forecast.mean[first:last], forecast.low_80[first:last], forecast.high_80[first:last])


def band_of_total(mean: Floats, low: Floats, high: Floats) -> tuple[float, float, float]:
    """The total of some days and its 80 % band, from each day's: half of a
    day's variance is common to all days, half is the day's own.
    """
    total = float(mean.sum())

    def reach(distance: Floats) -> float:
        return float(np.sqrt(COMMON_SHARE * distance.sum() ** 2 + (1 - COMMON_SHARE) * (distance**2).sum()))

    return total, total - reach(mean - low), total + reach(high - mean)


def evaluate(
    budget: Budget,
    costs: Mapping[date, float | Decimal],
    forecast: Forecast | None,
    today: date,
    fiscal_year_start: int = 1,
) -> BudgetStatus | OutsidePeriod:
    """Judge a budget on `today`, the first day whose cost is not complete;
    `costs` are the scope's, a day each, in the budget's currency.
    """
    period = period_of(budget, today, fiscal_year_start)
    if isinstance(period, OutsidePeriod):
        return period
    rolled = rollover(budget, costs, period, fiscal_year_start)
    amount = float(budget.amount) + rolled
    spent = _between(costs, period.start, today)
    note = _unusable(forecast, today, period)
    usable = None if note else forecast
    ahead = None if usable is None else total_with_band(usable, today, period.end)
    measured = None if ahead is None else _measured(budget, costs, period, today, fiscal_year_start)
    if ahead is not None and measured is not None:
        ahead = (ahead[0], *measured.around(0.0, ahead[0]))
    crossings = tuple(_crossings(sorted({*budget.thresholds, 1.0}), amount, _path(costs, usable, today, period), today))
    return BudgetStatus(
        budget=budget.name,
        period=period,
        amount=amount,
        rolled_over=rolled,
        spent=spent,
        percent_used=100 * spent / amount,
        forecast=None if ahead is None else spent + ahead[0],
        forecast_low=None if ahead is None else spent + ahead[1],
        forecast_high=None if ahead is None else spent + ahead[2],
        crossings=crossings,
        status=_status(crossings),
        note=note,
        reach=measured,
    )


def _measured(
    budget: Budget, costs: Mapping[date, float | Decimal], period: Period, today: date, fiscal_year_start: int
) -> BandReach | None:
    """How the scope's periods before went on from the same day of theirs, whether or not there was a budget then."""
    if budget.period == "custom":
        return None
    always = budget.model_copy(update={"start": None, "end": None})
    starts = [period.end, period.start]
    while len(starts) < _PERIODS and costs and starts[-1] > min(costs):
        before = period_of(always, starts[-1] - DAY, fiscal_year_start)
        assert isinstance(before, Period)
        starts.append(before.start)
    return reach({day: float(cost) for day, cost in costs.items()}, starts[::-1], today)


def _unusable(forecast: Forecast | None, today: date, period: Period) -> str:
    """Why nothing can be said about the period's end, or nothing."""
    if forecast is None:
        return "there is no forecast for this scope yet"
    if forecast.start > today:
        return f"the forecast starts on {forecast.start.isoformat()}, after the newest cost"
    if forecast.start + len(forecast.mean) * DAY < period.end:
        return f"the forecast ends before the period, on {(forecast.start + len(forecast.mean) * DAY).isoformat()}"
    return ""


def _path(
    costs: Mapping[date, float | Decimal], forecast: Forecast | None, today: date, period: Period
) -> Sequence[tuple[date, float, float, float]]:
    """For each day of the period, spent by its end: as expected, if cheap, if dear."""
    spent, path = 0.0, []
    for offset in range((today - period.start).days):
        day = period.start + offset * DAY
        spent += float(costs.get(day, 0))
        path.append((day, spent, spent, spent))
    if forecast is not None:
        for offset in range((period.end - today).days):
            day = today + offset * DAY
            mean, low, high = total_with_band(forecast, today, day + DAY)
            path.append((day, spent + mean, spent + low, spent + high))
    return path


def _crossings(
    thresholds: Iterable[float], amount: float, path: Sequence[tuple[date, float, float, float]], today: date
) -> Iterable[Crossing]:
    for threshold in thresholds:
        limit = threshold * amount
        expected = next((day for day, mean, _, _ in path if mean >= limit), None)
        if expected is not None:
            early = next((day for day, _, _, high in path if high >= limit), expected)
            late = next((day for day, _, low, _ in path if low >= limit), None)
            yield Crossing(threshold, limit, "actual" if expected < today else "forecast", expected, early, late)


def _status(crossings: Sequence[Crossing]) -> Status:
    """The gravest that holds; 1.0 is always among the thresholds."""
    whole = next((one for one in crossings if one.threshold == 1.0), None)
    if whole is not None:
        return "breached" if whole.basis == "actual" else "forecast_breach"
    return "warning" if any(one.basis == "actual" for one in crossings) else "ok"


def covers(scope: Scope, charge: Mapping[str, str | None]) -> bool:
    """Whether a charge, given by its dimensions, lies in a budget's scope."""
    return all(charge.get(dimension) == value for dimension, value in scope.pairs())
