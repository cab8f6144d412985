"""What the detector is told and what it remembers: young series, events, arriving days, gaps, its memory."""

import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.anomalies.completeness import Maturity
from analysis.anomalies.score import score, score_arriving
from analysis.anomalies.state import Floats, from_json, is_current, join, new_state
from tests.analysis.anomalies.builders import START, told, usual, watch


def test_a_new_series_is_told_by_amount() -> None:
    """After weeks of nothing, spend above the absolute amount is news once; below it is not."""
    large, small = (
        np.concatenate([np.zeros(40), usual(60, level=400)]),
        np.concatenate([np.zeros(40), usual(60, level=40)]),
    )
    found = watch([large, small])
    assert told(found) == [("new", "up", 40)]
    assert found[0].row == 0


def test_a_young_series_is_judged_by_amount_only() -> None:
    """In its first month a doubling below the absolute amount is not told, one far above it is, on its second day."""
    small, large = usual(28, level=60), usual(28, level=800)
    small[20:23] *= 2
    large[20:23] *= 3
    assert [(finding.row, (finding.moment - START).days) for finding in watch([small, large])] == [(1, 21)]


def test_a_single_high_day_of_a_young_series_is_no_news() -> None:
    """It may be the fee of the month, and it is known when it comes back."""
    values = usual(90)
    values[[day for day in range(90) if (START + timedelta(day)).day == 15]] *= 4
    assert watch(values) == []


def test_a_declared_event_absorbs_the_step() -> None:
    """What was announced is learned, not told, and neither is what follows."""
    values = usual(200)
    values[100:] *= 2
    absorbed = np.zeros((200, 1), dtype=bool)
    absorbed[100:108] = True
    assert watch(values, absorbed=absorbed) == []


def test_an_immature_day_is_told_only_upward() -> None:
    """A bill that is still arriving says nothing by being low."""
    upward_only = np.ones((1, 1), dtype=bool)
    settled = usual(100)
    state = new_state(1)
    for day, value in enumerate(settled):
        _, state = score(state, START + timedelta(day), [value])
    low = watch(np.array([[200.0]]), state, START + timedelta(100), upward_only=upward_only)
    high = watch(np.array([[2000.0]]), state, START + timedelta(100), upward_only=upward_only)
    assert low == []
    assert told(high) == [("spike", "up", 100)]


def test_arriving_days_are_completed_before_they_are_judged() -> None:
    """Sixty percent of a usual day is a usual day; sixty percent of a tripled one is a spike; neither is learned."""
    values, state = usual(102), new_state(2)
    for day in range(100):
        _, state = score(state, START + timedelta(day), [values[day], values[day]])
    known = [Maturity(0.6, 0.0, upward_only=True, judged=True), Maturity(0.1, 0.0, upward_only=True, judged=False)]
    costs = np.stack([0.6 * values[100] * np.array([1, 3]), 0.1 * values[101] * np.array([1, 9])])
    first, second = score_arriving(state, START + timedelta(100), costs, known)
    assert [(finding.row, finding.kind) for finding in first.findings] == [(1, "spike")]
    assert second.findings == ()


def test_a_memory_of_another_version_is_recognised() -> None:
    """So that it can be rebuilt instead of read wrongly."""
    stored = new_state(1).to_json(0)
    assert is_current(stored)
    assert not is_current({**stored, "profile": [0.0]})
    assert not is_current({name: value for name, value in stored.items() if name != "ring"})


def test_scoring_leaves_the_given_memory_as_it_was() -> None:
    """A day that is still arriving can be judged on a memory that is kept for the day's final figures."""
    state = new_state(2)
    for day in range(60):
        _, state = score(state, START + timedelta(day), [100.0, 200.0])
    before = state.copy()
    score(state, START + timedelta(60), [900.0, 0.0])
    for name, array in state.arrays().items():
        np.testing.assert_array_equal(array, before.arrays()[name])


def test_sensitivity_decides_about_small_deviations() -> None:
    """The same 25 % are told at high sensitivity and kept back at low."""
    values = np.tile(usual(150, noise=0.045), (2, 1))
    values[:, 100] *= 1.25
    sensitivity = np.tile([2.0, 0.5], (150, 1))
    assert [
        finding.row for finding in watch(values, sensitivity=sensitivity) if (finding.moment - START).days == 100
    ] == [0]


def test_missing_days_are_neither_told_nor_learned() -> None:
    """A gap is unknown, not nothing."""
    values = usual(150)
    values[90:97] = np.nan
    assert watch(values) == []


def _mixed() -> Floats:
    values = np.stack([usual(160, seed) for seed in range(4)])
    values[0, 100:102] *= 3
    values[1, 90:] *= 1.7
    values[2, 80:] *= np.clip(1 + np.arange(80) / 20, 1, 2)
    return values


@pytest.mark.slow
def test_series_do_not_touch_each_other() -> None:
    """Many at once find what each alone finds."""
    together = watch(_mixed())
    alone = [(row, finding.moment, finding.kind) for row in range(4) for finding in watch(_mixed()[row])]
    assert sorted((finding.row, finding.moment, finding.kind) for finding in together) == sorted(alone)
    assert len(together) == 3


def test_a_memory_written_and_read_goes_on_alike() -> None:
    """Through JSON, row by row, and joined from parts, the findings after it are the same."""
    values, state = _mixed(), new_state(4)
    for day in range(85):
        _, state = score(state, START + timedelta(day), values[:, day])
    stored = [json.loads(json.dumps(state.to_json(row), allow_nan=False)) for row in range(4)]
    read = join([from_json(stored[:1]), from_json(stored[1:])])
    later = START + timedelta(85)
    assert told(watch(values[:, 85:], read, later)) == told(watch(values[:, 85:], state, later))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.floats(-1e9, 1e12), st.just(float("nan")), st.just(0.0)), min_size=1, max_size=90))
def test_whatever_comes_every_finding_has_finite_figures(values: list[float]) -> None:
    """Zeros, gaps, credits and absurd sums break nothing."""
    for finding in watch([np.array(values)]):
        assert np.isfinite([finding.expected, finding.actual, finding.impact, finding.score]).all()
        assert finding.since <= finding.moment


def test_what_lasts_is_called_a_shift_after_three_days() -> None:
    """A spike of three days is not renamed; one of four is, with the day on which it began."""
    short, long = usual(150), usual(150)
    short[100:103] *= 2
    long[100:104] *= 2
    state, renamed = new_state(2), []
    for day in range(150):
        outcome, state = score(state, START + timedelta(day), [short[day], long[day]])
        renamed += [(one.row, one.kind, one.since, day) for one in outcome.renamed]
    assert renamed == [(1, "shift", START + timedelta(100), 103)]
