"""Recurring charges and recent incidents leave the total of the next month where it belongs."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.forecasts import Series, forecast_many
from analysis.forecasts.history.calendar import calendar_of
from analysis.forecasts.history.charges import calendar_rules, recurring_charges

START, DAYS, AHEAD = date(2024, 11, 5), 420, 90
CALENDAR = [START + timedelta(offset) for offset in range(DAYS + AHEAD)]
WEEK = np.array([1, 1.03, 1.05, 1.0, 0.98, 0.7, 0.65])


def _usual(seed: int = 2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.asarray(
        100 * np.array([WEEK[day.weekday()] for day in CALENDAR]) * np.exp(rng.normal(0, 0.03, len(CALENDAR)))
    )


def _first_working(day: date) -> bool:
    return day.weekday() < 5 and (day.day == 1 or (day.weekday() == 0 and day.day <= 3))


RULES: dict[str, tuple[Callable[[date], bool], float]] = {
    "the 15th": (lambda day: day.day == 15, 1000),
    "every ten days": (lambda day: (day - START).days % 10 == 3, 400),
    "every fourteen days": (lambda day: (day - START).days % 14 == 5, 400),
    "once a quarter": (lambda day: day.day == 20 and day.month % 3 == 2, 4000),
    "the first working day": (_first_working, 500),
    "the last day": (lambda day: (day + timedelta(1)).day == 1, 500),
    "the last Friday": (lambda day: day.weekday() == 4 and (day + timedelta(7)).month != day.month, 600),
}


def _forecast(values: np.ndarray) -> np.ndarray:
    series = {"one": Series(START, values[:DAYS])}
    return forecast_many(series, AHEAD, START + timedelta(DAYS))["one"].mean


@pytest.mark.parametrize("name", RULES)
def test_a_recurring_charge_is_in_the_totals(name: str) -> None:
    """The totals of 30 and 90 days are within 5 %, whatever rule the charge follows."""
    due, amount = RULES[name]
    values = _usual() + [amount if due(day) else 0.0 for day in CALENDAR]
    mean = _forecast(values)
    for days in (30, AHEAD):
        assert mean[:days].sum() == pytest.approx(values[DAYS : DAYS + days].sum(), rel=0.05)


@pytest.mark.parametrize(("days", "factor"), [(1, 6.0), (3, 6.0), (2, 0.02)])
def test_an_incident_of_the_last_days_moves_no_total(days: int, factor: float) -> None:
    """Right after an alert the forecast is where it was before it."""
    values = _usual()
    values[DAYS - days : DAYS] *= factor
    assert _forecast(values)[:30].sum() == pytest.approx(_usual()[DAYS : DAYS + 30].sum(), rel=0.05)


def test_a_rule_that_was_contradicted_says_nothing() -> None:
    """A fee of the 15th that stopped half a year ago is not due again; two spikes on any days are no rule."""
    calendar = calendar_of(START, DAYS + AHEAD)
    stopped = _usual()[:DAYS] + [1000.0 if day.day == 15 and day.year == 2024 else 0.0 for day in CALENDAR[:DAYS]]
    chance = _usual()[:DAYS]
    chance[[380, 407]] *= 6
    for values in (stopped, chance):
        assert recurring_charges(values, calendar_rules(calendar), calendar) is None
