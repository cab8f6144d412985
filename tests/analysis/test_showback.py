"""Shared costs split over teams."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from analysis.showback import split

COSTS = st.decimals(Decimal("-1000000"), Decimal("1000000"), places=6)
OWN = st.dictionaries(st.sampled_from("abcdef"), st.decimals(Decimal(0), Decimal("100000"), places=2))


@given(COSTS, st.sampled_from(["even", "proportional"]), OWN)
def test_parts_add_up_exactly(cost, how, own):
    """Whatever is split, nothing is lost or made up."""
    parts = split(cost, how, own, {})
    assert sum(parts.values(), Decimal(0)) == cost
    assert set(parts) - {None} <= {team for team, spent in own.items() if spent > 0}


@given(COSTS, st.dictionaries(st.sampled_from("abc"), st.floats(0, 0.33)))
def test_fixed_shares_leave_what_they_leave(cost, shares):
    """The rest is nobody's, and still there."""
    assert sum(split(cost, "fixed", {}, shares).values(), Decimal(0)) == cost


def test_nobody_bears_what_no_team_can():
    """Without a team that spends there is nobody to split over."""
    assert split(Decimal(5), "even", {"a": Decimal(0)}, {}) == {None: Decimal(5)}
