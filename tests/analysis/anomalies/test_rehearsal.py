"""A sensitivity is measured on a scope's own history, with events of known size."""

import numpy as np
import pytest

from analysis.anomalies.rehearsal import APART, SIZES, WARMING, plant, rehearse
from tests.analysis.anomalies.builders import START, usual

DAYS = 300
NAMES = tuple("abcdefghijkl")
ALL = (tuple(range(12)),)
HISTORY = np.stack([usual(DAYS, seed=seed, noise=0.04) for seed in range(12)], axis=1)


def test_more_sensitivity_finds_more_and_tells_more() -> None:
    """On the same events; and the same call gives the same figures."""
    ((few, usually, many),) = rehearse(HISTORY, START, (0.6, 1.0, 1.5), np.ones(12), NAMES, ALL)
    assert few.planted == usually.planted == many.planted > 24
    assert few.recall is not None
    assert usually.recall is not None
    assert many.recall is not None
    assert few.recall < usually.recall <= many.recall
    assert len(few.findings) <= len(usually.findings) <= len(many.findings)
    assert usually.recall >= 0.6
    assert rehearse(HISTORY, START, (1.0,), np.ones(12), NAMES, ALL) == ((usually,),)


def test_what_history_holds_counts_as_an_alert_and_lowers_precision() -> None:
    """A spike of its own, beside the planted ones."""
    eventful = HISTORY.copy()
    eventful[WARMING + 5, :] *= 3
    ((calm,),), ((told,),) = (
        rehearse(values, START, (1.0,), np.ones(12), NAMES, ALL) for values in (HISTORY, eventful)
    )
    assert len(told.findings) >= len(calm.findings) + 12
    assert told.false > calm.false


def test_planted_events_are_apart_and_of_every_kind() -> None:
    """After the warm-up, one at a time, and only where the series costs something."""
    changed, events = plant(HISTORY, NAMES)
    assert {event.kind for event in events} == set(SIZES)
    for row in range(12):
        firsts = [event.first for event in events if event.row == row]
        assert min(firsts) >= WARMING
        assert np.diff(firsts).min() >= APART
        assert np.array_equal(changed[: firsts[0], row], HISTORY[: firsts[0], row])


@pytest.mark.parametrize("values", [np.zeros((200, 1)), np.where(np.arange(200)[:, None] % 4, 1.0, 90.0)])
def test_a_series_that_hides_everything_gets_no_event(values: np.ndarray) -> None:
    """Nothing at all, or a job every fourth day: recall would say nothing about it."""
    ((measured,),) = rehearse(values, START, (1.0,), np.ones(1), ("a",), ((0,),))
    assert measured.planted == 0
    assert measured.recall is None


def test_groups_are_measured_as_if_alone() -> None:
    """Whatever stands beside them: the figures of a scope are the same in every call."""
    beside = rehearse(HISTORY, START, (1.0,), np.ones(12), NAMES, ((1, 4), (5,)))
    alone = rehearse(HISTORY[:, [1, 4]], START, (1.0,), np.ones(2), ("b", "e"), ((0, 1),))
    assert beside[0] == alone[0]
    assert beside[1][0].planted > 0
    assert {one.row for one in beside[0][0].findings} <= {0, 1}
