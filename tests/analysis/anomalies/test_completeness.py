"""How complete a day is, and what may be said about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.anomalies.completeness import Curve, Sighting, complete, learn, maturity

SHARES = (0.6, 0.9, 0.97, 0.99)


def _history(days: int) -> list[Sighting]:
    """Every day seen daily until it is settled."""
    ages = range(12)
    return [
        Sighting(day, age, 100 * (SHARES[age] if age < len(SHARES) else 1.0)) for day in range(days) for age in ages
    ]


def test_the_curve_is_what_earlier_loads_showed() -> None:
    """The median share per age."""
    assert learn(_history(20)).shares[:5] == pytest.approx((*SHARES, 1.0))


def test_too_little_history_teaches_nothing() -> None:
    """Two settled days are no curve: young days are then taken as they stand, upward only."""
    curve = learn(_history(2))
    assert curve == Curve()
    assert maturity(curve, 1.0).upward_only
    assert not maturity(curve, 5.0).upward_only


def test_days_never_seen_settled_teach_nothing() -> None:
    """A first sighting without a last one has no share."""
    assert learn([Sighting(day, 0, 50) for day in range(30)]) == Curve()


@pytest.mark.parametrize(("age", "upward_only"), [(0, True), (1, True), (2, True), (3, False), (20, False)])
def test_less_is_said_only_of_days_three_days_old(age: int, upward_only: bool) -> None:
    """A young day may cost more than usual, never less."""
    assert maturity(learn(_history(20)), age).upward_only is upward_only


def test_a_day_that_is_nearly_empty_is_not_judged() -> None:
    """Dividing by a tenth multiplies noise by ten."""
    assert not maturity(Curve((0.1, 1.0), (0.0, 0.0)), 0.5).judged


def test_a_partial_day_is_completed_by_its_share() -> None:
    """Sixty of a day known to be 60 % complete are a hundred."""
    assert complete(60, maturity(learn(_history(20)), 0)) == pytest.approx(100)


@given(st.lists(st.builds(Sighting, st.integers(0, 8), st.floats(0, 30), st.floats(0, 1e6)), max_size=60))
def test_the_curve_never_falls_and_never_passes_one(sightings: list[Sighting]) -> None:
    """Whatever was loaded, in whatever order."""
    shares = learn(sightings).shares
    assert list(shares) == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
