"""The band of a running period is as wide as the periods before needed from the same day, and holds what it says."""

import random
from datetime import date, timedelta

import pytest

from analysis.period_band import months, reach

DAY = timedelta(days=1)
FIRST = date(2025, 9, 1)


def costs(seed: int, end: date, noise: float) -> dict[date, float]:
    chance = random.Random(seed)
    days = [FIRST + at * DAY for at in range((end - FIRST).days)]
    return {day: (80 if day.weekday() >= 5 else 100) * chance.uniform(1 - noise, 1 + noise) for day in days}


def test_most_of_the_months_before_ended_within_it() -> None:
    """Of a year, at least nine in twelve; it is around the expected rest, not around the whole."""
    today = date(2026, 11, 15)
    found = reach(costs(1, today, 0.3), months(today - DAY), today)
    assert found is not None
    assert found.periods >= 12
    assert 0.8 * found.periods <= found.held <= found.periods
    low, high = found.around(1_000.0, 500.0)
    assert low == pytest.approx(1_000 + 500 / found.factor)
    assert high == pytest.approx(1_000 + 500 * found.factor)


def test_what_varies_more_has_a_wider_band() -> None:
    """And what is even has nearly none."""
    today = date(2026, 11, 15)
    factors = []
    for noise in (0.0, 0.1, 0.5):
        found = reach(costs(1, today, noise), months(today - DAY), today)
        assert found is not None
        factors.append(found.factor)
    assert factors[0] == pytest.approx(1.0)
    assert factors == sorted(factors)


def test_it_holds_for_the_month_that_follows() -> None:
    """Counted over many worlds: four in five or more of the months end within the band told on their 15th."""
    today, end = date(2026, 11, 15), date(2026, 12, 1)
    inside = 0
    for seed in range(60):
        whole = costs(seed, end, 0.4)
        known = {day: cost for day, cost in whole.items() if day < today}
        found = reach(known, months(today - DAY), today)
        assert found is not None
        before = [today - back * DAY for back in range(1, 29)]
        usual = [sum(known[day] for day in before if day.weekday() == at) / 4 for at in range(7)]
        left = [day for day in whole if day >= today]
        low, high = found.around(0.0, sum(usual[day.weekday()] for day in left))
        inside += low <= sum(whole[day] for day in left) <= high
    assert inside >= 0.75 * 60


@pytest.mark.parametrize("first", [date(2026, 6, 1), date(2026, 11, 1)])
def test_too_few_months_are_no_measure(first: date) -> None:
    """Nor is a month that is over."""
    today = date(2026, 11, 15)
    known = {day: cost for day, cost in costs(1, today, 0.2).items() if day >= first}
    assert reach(known, months(today - DAY), today) is None
    assert reach(costs(1, date(2026, 12, 1), 0.2), months(date(2026, 11, 30)), date(2026, 12, 1)) is None
