"""What is no bill is called by its name."""

import pytest

from flows.ingest.formats.detect import NotFocus, detect


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ("InvoiceID,PayerAccountId,LinkedAccountId,RecordType,ProductName,UnBlendedCost", "detailed billing report"),
        ("Service,EC2-Instances ($),Total costs ($)", "Cost Explorer"),
        ("Linked Account,Total costs($)", "Cost Explorer"),
        ("Billing account ID,Project ID,Service description,Usage start date,Cost ($)", "Google Cloud's console"),
        ("Meter ID,Meter name,Unit of measure,Unit price,Currency code", "a price sheet of Azure"),
        ("Invoice ID,Billing profile,Charges,Tax,Total", "an invoice of Azure"),
        ("Date,Namespace,PodName,CPUCost,RAMCost,TotalCost", "OpenCost or Kubecost"),
        ("lineitem/id,lineitem/type,cost/cost,time/usage_start", "Common Bill Format"),
        ("version,currency,projects,totalMonthlyCost", "an estimate of Infracost"),
    ],
)
def test_an_export_that_is_no_bill_is_named(columns: str, name: str) -> None:
    """With what to load in its place."""
    found = detect(tuple(columns.split(",")))
    assert isinstance(found, NotFocus)
    assert name in found.reason
    assert "FOCUS" in found.reason or "instead" in found.reason or "bill" in found.reason.rpartition(". ")[2]
