"""What no charge is of is told as that, and not as nothing that was spent."""

from datetime import date

import pytest

from nl2sql.answers.wording.no_charges import nothing_metered
from nl2sql.dates.periods import period_of
from nl2sql.grammar.query import CostQuery, Filter

_OCTOBER = period_of(date(2026, 10, 1), date(2026, 11, 1), "month")


@pytest.mark.parametrize(
    ("filter_", "says"),
    [
        (Filter("usage_type", ("snapshot",), "snapshots", contains=True), "a meter with “snapshot” in its name"),
        (Filter("instance_type", ("m5.large",), "m5.large"), "names m5.large as its machine type"),
    ],
)
def test_a_kind_of_charge_that_no_meter_tells(filter_: Filter, says: str) -> None:
    """A sum of 0 would be read as a price."""
    query = CostQuery("effective_cost", _OCTOBER, filters=(filter_,))
    told = nothing_metered(query, [(0.0,)])
    assert told is not None
    assert says in told.text
    assert nothing_metered(query, []) is not None
    assert nothing_metered(query, [(12.5,)]) is None


def test_names_of_the_bills_may_have_cost_nothing() -> None:
    """A team without charges is known."""
    query = CostQuery("effective_cost", _OCTOBER, filters=(Filter("team", ("ml",), "ml"),))
    assert nothing_metered(query, [(0.0,)]) is None
