"""Plans, growth and passed budgets in plain arithmetic."""

from datetime import date

import pytest

from analysis.what_if import HOURS_A_MONTH, break_even, growth, passing, savings_plan

HOURS = [3.0] * 12 + [1.0] * 12  # on demand by day, and less at night


def test_a_plan_is_paid_whether_it_is_used_or_not() -> None:
    """$1 an hour at half price covers $2 on demand: all of it by day, half of it by night."""
    found = savings_plan(1.0, HOURS, 0.5)
    assert found.replaced == pytest.approx(1.5 * HOURS_A_MONTH)
    assert found.saving == pytest.approx(0.5 * HOURS_A_MONTH)
    assert found.used == pytest.approx(0.75)
    assert savings_plan(4.0, HOURS, 0.3).saving < 0


def test_at_the_break_even_discount_nothing_is_saved_or_lost() -> None:
    least = break_even(1.5, HOURS)
    assert least is not None
    assert savings_plan(1.5, HOURS, least).saving == pytest.approx(0, abs=1e-3)
    assert break_even(0.5, HOURS) == pytest.approx(0, abs=1e-6)
    assert break_even(2.5, HOURS) is None


def test_growth_of_a_scope_is_the_same_amount_of_everything() -> None:
    found = growth([10.0] * 30, [50.0] * 30, 0.2)
    assert (found.scope_grown, found.total_grown) == (360.0, 1560.0)


def test_a_budget_is_passed_on_the_day_its_sum_is_reached() -> None:
    ahead = {date(2026, 11, day): 10.0 for day in range(10, 31)}
    end = date(2026, 12, 1)
    assert passing(95.0, 120.0, ahead, end).on == date(2026, 11, 12)
    within = passing(95.0, 400.0, ahead, end)
    assert (within.on, within.heading) == (None, 305.0)
    assert passing(95.0, 400.0, ahead | {date(2026, 12, 1): 900.0}, end).on is None
