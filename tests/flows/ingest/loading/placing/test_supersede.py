"""When a delivery waits for somebody's word instead of changing what stands."""

import pytest

from config.organisation import Organisation
from flows.ingest.loading.placing import supersede
from tests.flows.conftest import Bill, Load, rows
from tests.flows.ingest.loading.builders import CLOSED_PERIOD


@pytest.mark.parametrize(("percent", "status"), [(20, "held"), (60, "loaded"), (100, "loaded")])
def test_the_limit_of_shrinking_is_a_setting(load: Load, bill: Bill, percent: float, status: str) -> None:
    organisation = Organisation.model_validate({"holding": {"shrink_percent": percent}})
    load(bill(rows(2)))
    [one] = load(bill(rows(1)), organisation=organisation).loads
    assert one.status == status


def test_a_closed_period_keeps_its_figures(load: Load, bill: Bill) -> None:
    """Its last figures come with its close; what changes it later waits, what leaves it as it is does not."""
    load(bill(rows(1), "a.csv"))
    assert [one.status for one in load(bill(rows(2), "a.csv"), bill([CLOSED_PERIOD], "p.csv")).loads] == [
        "loaded",
        "loaded",
    ]
    [later] = load(bill(rows(3), "a.csv")).loads
    assert later.status == "held"
    assert "2026-09 of 4029 is closed and stands with 2.50 USD billed; it would stand with 3.75 USD" in (
        later.error or ""
    )
    [same] = load(bill(rows(2, ChargeDescription="as before"), "a.csv")).loads
    assert same.status == "loaded"
    reopened = load(bill(rows(3), "a.csv"), bill([{**CLOSED_PERIOD, "BillingPeriodStatus": "Open"}], "p.csv")).loads
    assert [one.status for one in reopened] == ["loaded", "loaded"]


def test_another_providers_close_holds_nothing(load: Load, bill: Bill) -> None:
    load(bill(rows(1), "a.csv"), bill([{**CLOSED_PERIOD, "InvoiceIssuerName": "Oracle"}], "p.csv"))
    assert load(bill(rows(2), "a.csv")).loads[0].status == "loaded"


@pytest.mark.parametrize(("days", "status"), [(None, "loaded"), (0, "held"), (100_000, "loaded")])
def test_a_setting_closes_periods_by_their_age(load: Load, bill: Bill, days: int | None, status: str) -> None:
    """A period that nobody has loaded yet is loaded, however old it is."""
    organisation = Organisation.model_validate({"holding": {"closed_after_days": days}})
    month = {"BillingPeriodStart": "2026-01-01", "BillingPeriodEnd": "2026-02-01"}
    assert load(bill(rows(1, **month)), organisation=organisation).loads[0].status == "loaded"
    assert load(bill(rows(2, **month)), organisation=organisation).loads[0].status == status


def test_a_held_delivery_is_accepted_by_its_digest(load: Load, bill: Bill) -> None:
    """Only while its files are the ones that were asked about."""
    load(bill(rows(2)))
    held = load(bill(rows(1)))
    assert held.held is not None
    assert supersede.question(held.held).endswith("Nothing was changed.")
    assert load(bill(rows(1, BilledCost="0.01")), accept=held.digest).held is not None
    assert load(bill(rows(1)), accept=held.digest).loads[0].status == "loaded"


def test_what_is_given_with_a_held_bill_waits_with_it(load: Load, bill: Bill) -> None:
    """A copy and a file that holds no charges have no fault of their own: the delivery is one question."""
    load(bill(rows(2), "a.csv"))
    files = bill(rows(1), "a.csv"), bill(rows(1), "copy.csv"), bill([CLOSED_PERIOD], "p.csv")
    held = load(*files)
    assert [one.status for one in held.loads] == ["held", "held", "held"]
    assert {one.error for one in held.loads} == {held.held}
    taken = load(*files, accept=held.digest)
    assert sorted(one.status for one in taken.loads) == ["loaded", "loaded", "unchanged"]
