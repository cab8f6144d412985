"""The band of a saving is as wide as placebos were wrong."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean

import pytest

from analysis.savings.band import Placebo, placebo

APPLIED = date(2026, 9, 1)


def expect(origin: date, costs: Mapping[date, float], _: Sequence[date]) -> float | None:
    """The mean of the week before; None before the series begins."""
    before = [costs.get(origin - timedelta(back)) for back in range(1, 8)]
    return None if None in before else fmean(value for value in before if value is not None)


def test_steady_series_have_no_error_and_peers_count_beside_the_own_past() -> None:
    steady = {APPLIED + timedelta(offset): 10.0 for offset in range(-90, 20)}
    dearer = {day: cost * (1.2 if day > APPLIED else 1.0) for day, cost in steady.items()}
    found = placebo(APPLIED, 7, steady, [dearer] * 4, expect)
    assert set(found.own) == {0.0}
    assert found.peers == pytest.approx([0.2] * 4)
    width = found.half_width()
    assert width is not None
    assert 0 < width < 0.2


def test_no_placebo_looks_at_the_change_itself() -> None:
    """A stopped resource's own placebos end before the change."""
    costs = {APPLIED + timedelta(offset): 10.0 if offset < 0 else 0.0 for offset in range(-60, 20)}
    assert set(placebo(APPLIED, 14, costs, [], expect).own) == {0.0}


def test_peers_are_held_against_the_moved_counterfactual() -> None:
    halved = {APPLIED + timedelta(offset): 5.0 if offset > 0 else 10.0 for offset in range(-30, 20)}
    assert placebo(APPLIED, 7, {}, [halved], expect, moved=0.5).peers == pytest.approx([0.0])


def test_few_errors_say_nothing() -> None:
    assert Placebo((0.1, 0.2), (0.3,)).half_width() is None
    assert Placebo((), (-0.5, 0.1, -0.2)).as_low(0.4) == (1, 3)
