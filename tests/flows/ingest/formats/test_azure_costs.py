"""Azure's cost exports: columns of every make, and the actual and amortized export of a month as one bill."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from db.database import Database
from flows.ingest.formats.azure_words import of_region, resource_type, units
from tests.flows.conftest import Load, all_rows, lake_rows
from tests.flows.ingest.formats.builders import AZURE, BENEFIT, Row, camel_case, in_german, write_csv

COVERED = {**AZURE, "PricingModel": "Reservation", "ReservationId": "r1", "benefitId": BENEFIT, "PayGPrice": "0"}
PURCHASE = {
    **COVERED,
    "ChargeType": "Purchase",
    "Quantity": "1",
    "CostInBillingCurrency": "120",
    "Frequency": "OneTime",
    "ResourceId": "",
    "Date": "05/01/2026",
    "UnitOfMeasure": "1",
}
TAX = {**AZURE, "ChargeType": "Tax", "CostInBillingCurrency": "0.5", "Quantity": "1"}
ACTUAL = [AZURE, TAX, {**COVERED, "CostInBillingCurrency": "0"}, PURCHASE]
AMORTIZED = [
    AZURE,
    TAX,
    {**COVERED, "CostInBillingCurrency": "1.5"},
    {**COVERED, "ChargeType": "UnusedReservation", "CostInBillingCurrency": "2.37", "ResourceId": ""},
]


def _write(folder: Path, name: str, rows: list[Row]) -> Path:
    return write_csv(folder / name, rows)


@pytest.mark.parametrize("make", [dict, camel_case, in_german])
def test_each_make_of_the_header_is_read(load: Load, clean_database: Database, tmp_path: Path, make) -> None:
    """Enrollment, customer agreement, and another language: the same columns."""
    (loaded,) = load(_write(tmp_path, "part.csv", [make(AZURE)])).loads
    assert (loaded.status, loaded.format, loaded.own) == (
        "loaded",
        "Azure cost export",
        {"2026-05": {"EUR": {"billed": "2.40"}}},
    )
    columns = (
        "provider_name, billing_account_id, sub_account_name, service_name, service_category, region_id, "
        "resource_name, resource_type, team, "
        "charge_period_start::text, billing_period_end::text, billed_cost, list_cost, contracted_cost, "
        "consumed_quantity, consumed_unit, "
        "sku_price_details ->> 'InstanceType', extras ->> 'x_ResourceGroup'"
    )
    assert lake_rows(clean_database, f"SELECT {columns} FROM items") == [
        (
            "Microsoft",
            "8611",
            "shop-prod",
            "Virtual Machines",
            "Compute",
            "eastus",
            "vm1",
            "Microsoft.Compute/virtualMachines",
            "payments",
            "2026-05-03 00:00:00+00",
            "2026-06-01 00:00:00+00",
            Decimal("2.4"),
            Decimal("2.88"),
            Decimal("2.64"),
            Decimal(24),
            "Hours",
            "Standard_D2_v3",
            "web",
        )
    ]


def test_an_old_export_has_its_own_words(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """SubscriptionGuid, UsageDateTime, PreTaxCost, InstanceId, Currency."""
    old = {
        "DepartmentName": "Ops",
        "AccountOwnerId": "ops@contoso.com",
        "SubscriptionGuid": "sub-1",
        "SubscriptionName": "shop",
        "ResourceGroup": "web",
        "ResourceLocation": "US East 2",
        "UsageDateTime": "2026-05-03",
        "MeterCategory": "Storage",
        "MeterSubcategory": "Files",
        "MeterId": "m",
        "MeterName": "LRS Data Stored",
        "UnitOfMeasure": "10K",
        "UsageQuantity": "2",
        "PreTaxCost": "0.4",
        "InstanceId": "/x/y/z",
        "Currency": "EUR",
        "Tags": "",
    }
    load(_write(tmp_path, "old.csv", [old]))
    columns = (
        "billing_account_id, region_id, billing_period_start::text, effective_cost, consumed_quantity, consumed_unit"
    )
    assert lake_rows(clean_database, f"SELECT {columns} FROM items") == [
        ("ops@contoso.com", "eastus2", "2026-05-01 00:00:00+00", Decimal("0.4"), Decimal(20000), "Units")
    ]


def _money(database: Database) -> list[tuple[object, ...]]:
    columns = "charge_category, commitment_status, sum(billed_cost), sum(effective_cost), sum(usage_quantity)"
    return all_rows(database, f"SELECT {columns} FROM finops.daily_costs GROUP BY 1, 2 ORDER BY 1, 2 NULLS FIRST")


@pytest.mark.parametrize("order", [1, -1])
def test_actual_and_amortized_are_one_bill(load: Load, clean_database: Database, tmp_path: Path, order: int) -> None:
    """Billed is the actual export's sum, effective the amortized one's; nothing counts twice, whatever the order."""
    paths = [_write(tmp_path / "a", "part.csv", ACTUAL), _write(tmp_path / "b", "part.csv", AMORTIZED)]
    result = load(*paths[::order])
    assert [(one.status, one.note) for one in result.loads] == [("loaded", None)] * 2
    assert {one.format: one.own["2026-05"]["EUR"] for one in result.loads} == {
        "Azure cost export, actual": {"billed": "122.90"},
        "Azure cost export, amortized": {"effective": "6.77"},
    }
    assert _money(clean_database) == [
        ("Purchase", None, Decimal(120), Decimal(0), None),
        ("Tax", None, Decimal("0.5"), Decimal("0.5"), None),
        ("Usage", None, Decimal("2.4"), Decimal("2.4"), Decimal(24)),
        ("Usage", "Unused", Decimal(0), Decimal("2.37"), None),
        ("Usage", "Used", Decimal(0), Decimal("1.5"), Decimal(24)),
    ]


def test_one_alone_says_what_is_missing(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """The actual export is not spread; the amortized one has no purchases in its billed cost."""
    (actual,) = load(_write(tmp_path / "a", "part.csv", ACTUAL)).loads
    assert "not spread" in str(actual.note)
    assert all_rows(clean_database, "SELECT sum(billed_cost), sum(effective_cost) FROM finops.daily_costs") == [
        (Decimal("122.9"), Decimal("122.9"))
    ]
    (amortized,) = load(_write(tmp_path / "b", "part.csv", AMORTIZED), accept_shrink=True).loads
    assert "Load the actual export together with it" in str(amortized.note)
    assert all_rows(clean_database, "SELECT sum(billed_cost), sum(effective_cost) FROM finops.daily_costs") == [
        (Decimal("2.9"), Decimal("6.77"))
    ]


def test_a_part_without_commitments_is_of_its_folders_kind(
    load: Load, clean_database: Database, tmp_path: Path
) -> None:
    """Each export in two parts, one of which shows nothing of its kind."""
    more = {**AZURE, "ResourceId": "/other", "CostInBillingCurrency": "7"}
    paths = [
        _write(tmp_path / "run1", "part_0.csv", ACTUAL),
        _write(tmp_path / "run1", "part_1.csv", [more]),
        _write(tmp_path / "run2", "part_0.csv", AMORTIZED),
        _write(tmp_path / "run2", "part_1.csv", [{**more, "Quantity": "24.0"}]),
    ]
    result = load(*paths)
    assert {one.status for one in result.loads} == {"loaded"}
    assert all_rows(clean_database, "SELECT sum(billed_cost), sum(effective_cost) FROM finops.daily_costs") == [
        (Decimal("129.9"), Decimal("13.77"))
    ]


def test_what_does_not_fit_together_is_said(load: Load, tmp_path: Path) -> None:
    """A charge that only the actual export has, and is no purchase of a commitment."""
    lonely = {**AZURE, "ResourceId": "/lonely", "CostInBillingCurrency": "3"}
    actual = _write(tmp_path / "a", "part.csv", [*ACTUAL, lonely])
    amortized = _write(tmp_path / "b", "part.csv", AMORTIZED)
    notes = [one.note for one in load(actual, amortized).loads]
    assert "Of 2026-05 the billed cost that was stored is 122.90 EUR, the file's own column adds up to 125.90." in notes


def test_without_cost_or_currency_it_is_refused(load: Load, tmp_path: Path) -> None:
    """What is missing is named."""
    for column, what in (("CostInBillingCurrency", "cost"), ("BillingCurrencyCode", "currency")):
        rows = [{name: value for name, value in AZURE.items() if name != column}]
        (failed,) = load(_write(tmp_path, "bad.csv", rows)).loads
        assert failed.status == "failed"
        assert f"lacks the {what}" in str(failed.error)


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("US East 2", "eastus2"),
        ("EastUS2", "eastus2"),
        ("EU West", "westeurope"),
        ("Unassigned", None),
        ("uksouth", "uksouth"),
    ],
)
def test_regions_have_one_name(written: str, region: str | None) -> None:
    """As the other exports and the inventory call them."""
    assert pl.select(of_region(pl.lit(written))).item() == region


@pytest.mark.parametrize(
    ("measure", "count", "unit"),
    [
        ("1 Hour", 1, "Hours"),
        ("100 Hours", 100, "Hours"),
        ("10K", 10_000, "Units"),
        ("1 GB/Month", 1, "GB/Month"),
        ("1/Month", 1, "Month"),
        ("1M", 1_000_000, "Units"),
        ("1,000 GB", 1_000, "GB"),
        ("Each", 1, "Each"),
    ],
)
def test_measures_are_counts_of_units(measure: str, count: float, unit: str) -> None:
    """Ten gigabytes are not one unit of ten gigabytes."""
    each, name = units(pl.lit(measure))
    assert pl.select(each.alias("each"), name.alias("name")).row(0) == (count, unit)


def test_a_resources_type_stands_in_its_id() -> None:
    """The provider and the kind, also of what lies inside another resource."""
    path = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/b"
    assert pl.select(resource_type(pl.lit(path))).item() == "Microsoft.Sql/servers"
