"""Where budgets stand: periods, rollover, crossings and status."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from analysis.budgets import BudgetStatus, OutsidePeriod, Period, covers, evaluate, period_of, total_with_band
from analysis.forecasts.series import Forecast
from config.organisation import Budget, Scope


def budget(**fields):
    """A monthly budget of 3,000 unless said otherwise."""
    return Budget(**{"name": "payments", "amount": Decimal(3000), **fields})


def flat(start, days, mean=100.0, spread=20.0):
    """A forecast of the same amount each day."""
    level = np.full(days, mean)
    return Forecast(start, level, level - spread, level + spread, level - 2 * spread, level + 2 * spread, "ensemble")


def spent(start, days, amount=100):
    """The same cost each day."""
    return {start + timedelta(offset): Decimal(amount) for offset in range(days)}


def status(*args, **kwargs) -> BudgetStatus:
    """An evaluation that has a period."""
    found = evaluate(*args, **kwargs)
    assert isinstance(found, BudgetStatus)
    return found


@pytest.mark.parametrize(
    ("fields", "day", "fiscal", "start", "end"),
    [
        ({}, date(2026, 2, 28), 1, date(2026, 2, 1), date(2026, 3, 1)),
        ({}, date(2026, 12, 31), 1, date(2026, 12, 1), date(2027, 1, 1)),
        ({"period": "quarterly"}, date(2026, 5, 15), 1, date(2026, 4, 1), date(2026, 7, 1)),
        ({"period": "quarterly"}, date(2026, 1, 15), 2, date(2025, 11, 1), date(2026, 2, 1)),
        ({"period": "yearly"}, date(2026, 3, 31), 4, date(2025, 4, 1), date(2026, 4, 1)),
        ({"period": "yearly"}, date(2026, 4, 1), 4, date(2026, 4, 1), date(2027, 4, 1)),
        (
            {"period": "custom", "start": date(2026, 3, 10), "end": date(2026, 5, 2)},
            date(2026, 4, 1),
            1,
            date(2026, 3, 10),
            date(2026, 5, 2),
        ),
    ],
)
def test_periods_follow_the_calendar_and_the_fiscal_year(fields, day, fiscal, start, end):
    """Start inclusive, end exclusive."""
    assert period_of(budget(**fields), day, fiscal) == Period(start, end)


def test_a_budget_has_no_period_before_it_starts_or_after_it_ended():
    """The reason names the date."""
    custom = budget(period="custom", start=date(2026, 3, 10), end=date(2026, 5, 2))
    for day, says in ((date(2026, 3, 9), "starts on 2026-03-10"), (date(2026, 5, 2), "ended on 2026-05-02")):
        found = evaluate(custom, {}, None, day)
        assert isinstance(found, OutsidePeriod)
        assert says in found.reason


def test_a_budget_that_will_burst_names_the_day():
    """100 a day against 2,500 in June: the 25th, from the forecast; 80 % on the 20th."""
    today = date(2026, 6, 11)
    found = status(budget(amount=Decimal(2500)), spent(date(2026, 6, 1), 10), flat(today, 60), today)
    assert found.status == "forecast_breach"
    assert (found.spent, found.percent_used, found.forecast) == (1000, 40, 3000)
    assert found.forecast_low < 3000 < found.forecast_high
    whole, most = found.crossing(), found.crossing(0.8)
    assert (whole.on, whole.basis) == (date(2026, 6, 25), "forecast")
    assert whole.earliest < whole.on < whole.latest
    assert most.on == date(2026, 6, 20)


def test_what_is_passed_already_is_passed_on_its_day():
    """Breached on the 20th of the month, with no word of the future needed."""
    today = date(2026, 6, 25)
    found = status(budget(amount=Decimal(2000)), spent(date(2026, 6, 1), 24), None, today)
    assert found.status == "breached"
    assert found.crossing().basis == "actual"
    assert found.crossing().on == date(2026, 6, 20)
    assert found.forecast is None
    assert "no forecast" in found.note


def test_a_threshold_on_the_way_is_a_warning_and_less_is_ok():
    """80 % spent and the rest of the month cheap: warning; half spent: ok."""
    today = date(2026, 6, 26)
    assert status(budget(), spent(date(2026, 6, 1), 25), flat(today, 10, 10, 1), today).status == "warning"
    assert status(budget(), spent(date(2026, 6, 1), 25, 50), flat(today, 10, 10, 1), today).status == "ok"


def test_a_forecast_that_does_not_reach_the_end_is_not_stretched():
    """A year's end cannot be told from 30 days."""
    today = date(2026, 6, 11)
    found = status(budget(period="yearly"), spent(date(2026, 1, 1), 161, 10), flat(today, 30), today)
    assert found.forecast is None
    assert "ends before the period" in found.note


def test_what_was_left_rolls_over_and_overspending_does_not():
    """200 left of May are added to June; without all of May's costs nothing is."""
    today = date(2026, 6, 2)
    rolling = budget(rollover=True)
    may = spent(date(2026, 5, 1), 31, 100) | {date(2026, 5, 1): Decimal(-200)}
    assert status(rolling, may, None, today).rolled_over == 200
    assert status(rolling, may, None, today).amount == 3200
    assert status(rolling, spent(date(2026, 5, 1), 31, 200), None, today).rolled_over == 0
    assert status(rolling, spent(date(2026, 5, 2), 30, 10), None, today).rolled_over == 0
    assert status(budget(), may, None, today).rolled_over == 0


def test_the_band_of_a_total_is_narrower_than_the_sum_of_the_days_and_wider_than_independent_days():
    """Half of a day's variance is common to all days."""
    total, low, high = total_with_band(flat(date(2026, 6, 1), 30), date(2026, 6, 1), date(2026, 7, 1))
    assert total == 3000
    assert 20 * 30**0.5 < high - total < 20 * 30
    assert high - total == pytest.approx(total - low)


def test_a_scope_covers_what_has_all_of_its_dimensions():
    """An empty scope covers everything."""
    assert covers(Scope(team="payments"), {"team": "payments", "account": "a"})
    assert not covers(Scope(team="payments", environment="prod"), {"team": "payments", "environment": "dev"})
    assert not covers(Scope(team="payments"), {"team": None})
    assert covers(Scope(), {})
