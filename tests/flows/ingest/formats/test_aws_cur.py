"""AWS's cost and usage reports: the columns, amortization, and sums that are the report's."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from db.database import Database
from tests.flows.conftest import Load, all_rows, lake_rows
from tests.flows.ingest.formats.builders import CUR, PLAN, RESERVATION, Row, cur_2, write_csv

LINES = [
    CUR,
    # a reservation: its usage costs nothing, its fee is billed and what was not used is its effective cost
    {
        **CUR,
        "lineItem/LineItemType": "DiscountedUsage",
        "lineItem/UnblendedCost": "0",
        "reservation/ReservationARN": RESERVATION,
        "reservation/EffectiveCost": "0.06",
        "lineItem/ResourceId": "i-2",
    },
    {
        **CUR,
        "lineItem/LineItemType": "RIFee",
        "lineItem/UnblendedCost": "44.64",
        "reservation/ReservationARN": RESERVATION,
        "lineItem/ResourceId": "",
        "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "3.5",
        "reservation/UnusedRecurringFee": "1.25",
        "pricing/publicOnDemandCost": "",
    },
    {
        **CUR,
        "lineItem/LineItemType": "Fee",
        "lineItem/UnblendedCost": "500",
        "reservation/ReservationARN": RESERVATION,
        "lineItem/ResourceId": "",
    },
    # a savings plan: the usage at on-demand cost, the negation, the recurring fee
    {
        **CUR,
        "lineItem/LineItemType": "SavingsPlanCoveredUsage",
        "lineItem/UnblendedCost": "0.107",
        "savingsPlan/SavingsPlanARN": PLAN,
        "savingsPlan/SavingsPlanEffectiveCost": "0.07",
        "lineItem/ResourceId": "i-3",
    },
    {
        **CUR,
        "lineItem/LineItemType": "SavingsPlanNegation",
        "lineItem/UnblendedCost": "-0.107",
        "savingsPlan/SavingsPlanARN": PLAN,
    },
    {
        **CUR,
        "lineItem/LineItemType": "SavingsPlanRecurringFee",
        "lineItem/UnblendedCost": "10",
        "savingsPlan/SavingsPlanARN": PLAN,
        "savingsPlan/TotalCommitmentToDate": "10",
        "savingsPlan/UsedCommitment": "9.25",
        "lineItem/ResourceId": "",
    },
    {**CUR, "lineItem/LineItemType": "EdpDiscount", "lineItem/UnblendedCost": "-0.01", "lineItem/UsageAmount": "1"},
    {**CUR, "lineItem/LineItemType": "Credit", "lineItem/UnblendedCost": "-5"},
    {**CUR, "lineItem/LineItemType": "Refund", "bill/BillType": "Refund", "lineItem/UnblendedCost": "-2"},
    {**CUR, "lineItem/LineItemType": "Tax", "lineItem/UnblendedCost": "19", "lineItem/UsageAmount": "1"},
]
BILLED = Decimal("566.737")  # of all lines


def _legacy(path: Path, rows: list[Row]) -> Path:
    return write_csv(path / "cur.csv", rows)


def _two_csv(path: Path, rows: list[Row]) -> Path:
    return write_csv(path / "cur2.csv", [cur_2(row) for row in rows])


def _two_parquet(path: Path, rows: list[Row]) -> Path:
    maps = ("resource_tags", "product", "cost_category")
    content = [cur_2(row) for row in rows]
    frame = pl.DataFrame([{k: v for k, v in row.items() if k not in maps} for row in content])
    entries = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))
    for name in maps:
        values = [[{"key": key, "value": value} for key, value in row[name].items()] for row in content]
        frame = frame.with_columns(pl.Series(name, values, dtype=entries))
    file = path / "cur2.snappy.parquet"
    frame.with_columns(pl.col("line_item_unblended_cost").cast(pl.Float64)).write_parquet(file)
    return file


@pytest.mark.parametrize(
    ("write", "name"), [(_legacy, "AWS legacy CUR"), (_two_csv, "AWS CUR 2.0"), (_two_parquet, "AWS CUR 2.0")]
)
def test_each_make_of_the_report_says_the_same(
    load: Load, clean_database: Database, tmp_path: Path, write, name: str
) -> None:
    """Billed cost is the sum of the unblended costs, effective cost what AWS's columns amortize, to the cent."""
    loaded = load(write(tmp_path, LINES)).loads[0]
    assert (loaded.status, loaded.format, loaded.rows, loaded.note) == ("loaded", name, len(LINES), None)
    assert loaded.own == {"2026-05": {"USD": {"billed": f"{BILLED:.2f}"}}}
    totals = loaded.totals["2026-05"]["USD"]
    assert round(Decimal(totals["billed"]), 6) == BILLED
    assert round(Decimal(totals["effective"]), 6) == sum(
        map(Decimal, ("0.107", "0.06", "4.75", "0.07", "0.75", "-0.01", "-5", "-2", "19"))
    )
    assert Decimal(totals["tax"]) == 19
    columns = (
        "service, service_category, region, account_id, charge_category, commitment_status, "
        "round(sum(effective_cost), 4)"
    )
    rows = all_rows(clean_database, f"SELECT {columns} FROM finops.daily_costs GROUP BY 1, 2, 3, 4, 5, 6")
    compute = ("Amazon Elastic Compute Cloud", "Compute", "eu-west-1", "2100")
    assert sorted((row[4], row[5] or "", row[6]) for row in rows if row[:4] == compute) == [
        ("Adjustment", "", Decimal(-2)),
        ("Credit", "", Decimal(-5)),
        ("Purchase", "", Decimal(0)),
        ("Purchase", "Unused", Decimal("5.5")),
        ("Tax", "", Decimal(19)),
        ("Usage", "", Decimal("0.097")),
        ("Usage", "Used", Decimal("0.13")),
    ]


def test_what_the_line_says_of_the_machine_and_its_owner_is_kept(
    load: Load, clean_database: Database, tmp_path: Path
) -> None:
    """Tags without AWS's prefix, usage type, instance type, zone, rate, the line's kind."""
    columns = (
        "team, environment, tags, sku_meter, sku_price_details ->> 'InstanceType', availability_zone, "
        "sku_price_id, consumed_quantity, consumed_unit, extras ->> 'x_Operation', "
        "extras ->> 'x_CostCategories', resource_id"
    )
    expected = (
        "payments",
        "prod",
        {"env": "prod", "team": "payments"},
        "EUW1-BoxUsage:m5.large",
        "m5.large",
        "eu-west-1a",
        "SKU1.T.R",
        Decimal(1),
        "Hrs",
        "RunInstances",
        '{"Unit":"shop"}',
        "i-1",
    )
    load(_legacy(tmp_path, [CUR]))
    assert lake_rows(clean_database, f"SELECT {columns} FROM items") == [expected]
    load(_two_csv(tmp_path, [CUR]))
    rows = lake_rows(clean_database, f"SELECT {columns} FROM items")
    assert [row[:10] for row in rows] == [expected[:10]]


def test_what_takes_money_off_uses_nothing(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Discounts and negations repeat the amount of what they are taken from; it counts once."""
    load(_legacy(tmp_path, LINES))
    assert all_rows(
        clean_database, "SELECT sum(usage_quantity) FROM finops.daily_costs WHERE charge_category = 'Usage'"
    ) == [(Decimal(3),)]


def test_a_report_without_its_cost_is_refused_by_name(load: Load, tmp_path: Path) -> None:
    """The column that is missing is named."""
    (failed,) = load(_legacy(tmp_path, [{k: v for k, v in CUR.items() if k != "lineItem/UnblendedCost"}])).loads
    assert (failed.status, failed.format) == ("failed", "AWS legacy CUR")
    assert "line_item_unblended_cost" in str(failed.error)


def test_a_rejected_row_is_told_beside_the_files_own_sum(load: Load, tmp_path: Path) -> None:
    """The number of the row is the file's; the difference is said in money."""
    rows = [{**CUR, "lineItem/ResourceId": f"i-{number}"} for number in range(300)]
    rows[41]["lineItem/UsageStartDate"] = "tomorrow"
    (loaded,) = load(_legacy(tmp_path, rows)).loads
    assert (loaded.status, loaded.rejected, loaded.rejections[0].row_number) == ("loaded", 1, 42)
    assert loaded.note == (
        "Of 2026-05 the billed cost that was stored is 31.99 USD, "
        "the file's own column adds up to 32.10: rows were rejected (1)."
    )
