"""Moves that come back every month, and charges of the month's working days."""

from datetime import timedelta

import numpy as np
import pytest

from tests.analysis.anomalies.builders import START, told, usual, watch


@pytest.mark.parametrize(("until", "share"), [(10, 0.6), (7, 0.6)])
def test_a_free_tier_is_told_until_its_month_is_known(until: int, share: float) -> None:
    """From some day of the month on usage costs less: after two months that is what the series does."""
    days = [START + timedelta(day) for day in range(400)]
    values = usual(400) * [1.0 if day.day <= until else share for day in days]
    found = [day for _, _, day in told(watch(values))]
    assert 1 <= len(found) <= 4
    assert all(day < 125 for day in found)


def test_a_fall_on_another_day_of_the_month_is_told() -> None:
    """What is known of the eleventh says nothing about the twenty-second."""
    days = [START + timedelta(day) for day in range(400)]
    values = usual(400) * [1.0 if day.day <= 10 else 0.6 for day in days]
    fall = next(index for index, day in enumerate(days) if index > 250 and day.day == 22)
    values[fall:] *= 0.4
    assert fall in [day for _, way, day in told(watch(values)) if way == "down"]


def test_a_fee_of_the_first_working_day_is_no_news_on_a_third() -> None:
    """Months that begin on a weekend are charged on their first Monday."""
    days = [START + timedelta(day) for day in range(420)]
    first = [
        index
        for index, day in enumerate(days)
        if day.weekday() < 5 and (day.day == 1 or (day.weekday() == 0 and day.day <= 3))
    ]  # fmt: skip - a table, read across
    values = usual(420)
    values[first] += 800
    assert [day for _, _, day in told(watch(values)) if day > 90] == []
    values[first[-1]] += 4000
    assert first[-1] in [day for _, _, day in told(watch(values))]


def test_a_dormant_account_is_heard_above_its_peak_only() -> None:
    """Cents on one day of ten are its way; ten times its largest day is news."""
    rng = np.random.default_rng(4)
    values = np.where(rng.random(500) < 0.1, rng.uniform(1, 3, 500), 0.0)
    assert [day for _, _, day in told(watch(values)) if day >= 90] == []
    values[400] = 30
    assert [day for _, _, day in told(watch(values)) if day >= 90] == [400]


def test_a_tier_of_half_the_cost_is_known_after_two_months() -> None:
    """From the tenth on each month costs half: that it does so again is no news, wherever its level was looked for."""
    days = [START + timedelta(day) for day in range(430)]
    tier = np.array([1.0 if day.day <= 9 else 0.5 for day in days])
    noise = np.stack([np.random.default_rng(seed).normal(0, 0.03, 430) for seed in range(4)])
    assert len([day for _, _, day in told(watch(100 * tier * np.exp(noise))) if day >= 75]) <= 2
