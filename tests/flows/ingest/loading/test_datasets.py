"""Invoice details, billing periods and commitments that lie beside a bill's charges."""

from pathlib import Path

import pytest

from config.errors import UserError
from db.database import Database
from flows.ingest.loading.reconcile import with_invoice_details
from tests.flows.conftest import Bill, Load, all_rows, rows
from tests.flows.ingest.loading.builders import CLOSED_PERIOD

DETAIL = {
    "InvoiceDetailId": "d-1",
    "InvoiceId": "INV-1",
    "InvoiceIssuerName": "AWS",
    "BillingAccountId": "4029",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "BillingCurrency": "USD",
    "BilledCost": "2.50",
    "InvoiceIssueDate": "2026-10-03T00:00:00Z",
}
COMMITMENT = {
    "ContractCommitmentId": "arn:aws:savingsplans::1:savingsplan/1",
    "ContractCommitmentType": "Savings Plan",
    "ContractCommitmentPeriodStart": "2026-05-01T00:00:00Z",
    "ContractCommitmentPeriodEnd": "2027-05-01T00:00:00Z",
    "ContractCommitmentCost": "280460.16",
    "BillingCurrency": "USD",
}


def _statuses(load: Load, *paths: Path) -> list[str]:
    return [one.status for one in load(*paths).loads]


def test_a_folder_holds_charges_and_what_lies_beside_them(load: Load, bill: Bill, clean_database: Database) -> None:
    """All are kept; only charges count as rows, and the same folder again changes nothing."""
    files = [
        bill(rows(2, InvoiceId="INV-1"), "charges.csv"),
        bill([DETAIL], "details.csv"),
        bill([CLOSED_PERIOD], "periods.csv"),
        bill([COMMITMENT], "commitments.csv"),
    ]
    result = load(*files)
    assert [(one.format, one.status, one.rows) for one in result.loads[1:]] == [
        ("FOCUS Invoice Detail", "loaded", 1),
        ("FOCUS Billing Period", "loaded", 1),
        ("FOCUS Contract Commitment", "loaded", 1),
    ]
    assert result.to_json()["rows"] == 2
    assert f"{files[1]}: loaded, 1 row of FOCUS Invoice Detail." in result.to_text()
    recorded = "SELECT status, format, rows FROM finops.loads WHERE source_id IS NULL ORDER BY id LIMIT 1"
    assert all_rows(clean_database, recorded) == [("loaded", "FOCUS Invoice Detail", 1)]
    for view in ("invoices", "billing_periods", "contract_commitments"):
        assert all_rows(clean_database, f"SELECT count(*) FROM reporting.{view}") == [(1,)]
    assert set(_statuses(load, *files)) == {"unchanged"}
    assert _statuses(load, files[3]) == ["unchanged"]


def test_an_invoice_is_held_against_its_charges(load: Load, bill: Bill, clean_database: Database) -> None:
    """To the cent, an invoice a line; without details the person is told what else there is."""
    with pytest.raises(UserError, match="No invoice details"):
        with_invoice_details(clean_database)
    load(bill(rows(2, InvoiceId="INV-1"), "charges.csv"), bill([DETAIL, {**DETAIL, "InvoiceDetailId": "d-2"}], "d.csv"))
    [one] = with_invoice_details(clean_database, "2026-09")
    assert (one.account, one.measure, one.currency, one.amount) == ("4029", "invoice INV-1", "USD", -2.5)


def test_details_that_are_no_longer_named_are_gone(load: Load, bill: Bill, clean_database: Database) -> None:
    """A corrected invoice replaces what its issuer said of the account's month, and nothing else."""
    other = {**DETAIL, "InvoiceDetailId": "d-9", "BillingAccountId": "77"}
    load(bill([DETAIL, {**DETAIL, "InvoiceDetailId": "d-2"}, other], "d.csv"))
    assert _statuses(load, bill([{**DETAIL, "InvoiceDetailId": "d-3", "BilledCost": "5"}], "d.csv")) == ["loaded"]
    stored = "SELECT invoice_detail_id, billed_cost FROM finops.invoice_details ORDER BY 1"
    assert [tuple(map(str, row)) for row in all_rows(clean_database, stored)] == [("d-3", "5"), ("d-9", "2.50")]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"BilledCost": "1.234,56"}, "BilledCost is not a number in row 1: “1.234,56”."),
        ({"BilledCost": "NaN"}, "BilledCost is not a number"),
        ({"InvoiceIssueDate": "soon"}, "InvoiceIssueDate is not a time in row 1: “soon”."),
        ({"BillingAccountId": ""}, "BillingAccountId is missing in row 1."),
    ],
)
def test_what_cannot_be_read_is_left_out_and_the_charges_are_loaded(
    load: Load, bill: Bill, clean_database: Database, changes: dict[str, str], says: str
) -> None:
    charges, details = load(bill(rows(1), "charges.csv"), bill([{**DETAIL, **changes}], "d.csv")).loads
    assert (charges.status, details.status) == ("loaded", "skipped")
    assert says in (details.error or "")
    assert all_rows(clean_database, "SELECT count(*) FROM finops.invoice_details") == [(0,)]


def test_a_dataset_without_what_it_needs_is_named(load: Load, bill: Bill) -> None:
    lacking = {name: value for name, value in DETAIL.items() if name not in ("BilledCost", "BillingCurrency")}
    [one] = load(bill([lacking], "d.csv")).loads
    assert one.status == "skipped"
    assert "without the columns BillingCurrency, BilledCost" in (one.error or "")


def test_a_split_cost_belongs_to_whom_it_was_allocated(load: Load, bill: Bill, clean_database: Database) -> None:
    """FOCUS 1.3's allocated tags come before those of the shared machine, which count where these are silent."""
    load(bill(rows(1, AllocatedTags='{"team": "search"}')))
    assert all_rows(clean_database, "SELECT team, environment FROM finops.daily_costs") == [("search", "prod")]
