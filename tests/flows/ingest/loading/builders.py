"""Rows of what lies beside a bill's charges."""

CLOSED_PERIOD = {
    "InvoiceIssuerName": "Amazon Web Services, Inc.",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "BillingPeriodStatus": "Closed",
}
