"""Google's billing export: nested and flat, four kinds of file, credits that discount and credits that pay."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from db.database import Database
from tests.flows.conftest import Load, lake_rows
from tests.flows.ingest.formats.builders import GOOGLE, Row, flattened, write_csv, write_lines

DISCOUNT = {"name": "Committed use discount: CPU", "amount": -3.0, "type": "COMMITTED_USAGE_DISCOUNT"}
PROMOTION = {"name": "Free trial", "full_name": "Free trial credit", "amount": -4.0, "type": "PROMOTION"}
ROWS = [
    GOOGLE,
    {
        **GOOGLE,
        "credits": [DISCOUNT, PROMOTION],
        "usage_start_time": "2026-05-03 11:00:00 UTC",
        "usage_end_time": "2026-05-03 12:00:00 UTC",
    },
    {**GOOGLE, "sku": {"id": "S-2", "description": "Commitment v1: Cpu in Americas for 1 Year"}, "cost": 20.0},
    {**GOOGLE, "cost": 1.9, "cost_type": "tax", "service": {"id": "T", "description": "Invoice"}},
    {**GOOGLE, "cost": -0.01, "cost_type": "rounding_error"},
    {**GOOGLE, "cost": 5.0, "usage_start_time": "2026-04-30 23:00:00 UTC", "usage_end_time": "2026-05-01 00:00:00 UTC"},
]
TOTAL = Decimal("39.89")  # 10 + 10 - 3 - 4 + 20 + 1.9 - 0.01 + 5


def _flat_csv(path: Path, rows: list[Row]) -> Path:
    return write_csv(path / "export.csv", [flattened(row) for row in rows])


def _lines(path: Path, rows: list[Row]) -> Path:
    return write_lines(path / "export.jsonl", rows)


def _parquet(path: Path, rows: list[Row]) -> Path:
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(path / "export.parquet")
    return path / "export.parquet"


def _avro(path: Path, rows: list[Row]) -> Path:
    pl.DataFrame(rows, infer_schema_length=None).write_avro(path / "export.avro")
    return path / "export.avro"


@pytest.mark.parametrize("write", [_flat_csv, _lines, _parquet, _avro])
def test_each_kind_of_file_says_the_same(load: Load, clean_database: Database, tmp_path: Path, write) -> None:
    """The sum is that of cost and credits, the invoice's; the period is the invoice's month."""
    (loaded,) = load(write(tmp_path, ROWS)).loads
    assert (loaded.status, loaded.format, loaded.note) == ("loaded", "Google Cloud billing export", None)
    assert loaded.own == {"2026-05": {"USD": {"billed": f"{TOTAL}"}}}
    columns = "charge_category, pricing_category, sum(billed_cost), sum(effective_cost), count(*)"
    money = lake_rows(clean_database, f"SELECT {columns} FROM items GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST")
    assert money == [
        ("Adjustment", None, Decimal("-0.01"), Decimal("-0.01"), 1),
        ("Credit", None, Decimal("-4.0"), Decimal("-4.0"), 1),
        ("Purchase", None, Decimal("20.0"), Decimal("20.0"), 1),
        ("Tax", None, Decimal("1.9"), Decimal("1.9"), 1),
        ("Usage", "Committed", Decimal("7.0"), Decimal("7.0"), 1),
        ("Usage", "Standard", Decimal("15.0"), Decimal("15.0"), 2),
    ]


def test_the_rows_columns(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Project, labels of the row before those of the project, machine type, zone, the resource of a detailed export."""
    load(_lines(tmp_path, [GOOGLE]))
    columns = (
        "sub_account_id, sub_account_name, service_name, service_category, region_id, availability_zone, "
        "tags, team, "
        "sku_price_details ->> 'InstanceType', resource_name, consumed_quantity, "
        "consumed_unit, charge_period_start::text"
    )
    assert lake_rows(clean_database, f"SELECT {columns} FROM items") == [
        (
            "shop",
            "Shop",
            "Compute Engine",
            "Compute",
            "us-central1",
            "us-central1-a",
            {"team": "payments", "unit": "retail"},
            "payments",
            "n1-standard-2",
            "vm-1",
            Decimal("3600.0"),
            "seconds",
            "2026-05-03 10:00:00+00",
        )
    ]


def test_a_credit_is_a_row_with_its_name_and_no_usage(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """The usage counts once."""
    load(_lines(tmp_path, [ROWS[1]]))
    columns = "charge_category, charge_description, billed_cost, consumed_quantity"
    assert lake_rows(clean_database, f"SELECT {columns} FROM items ORDER BY 1") == [
        ("Credit", "Free trial credit", Decimal("-4.0"), None),
        ("Usage", "N1 Predefined Instance Core running in Americas", Decimal("7.0"), Decimal("3600.0")),
    ]


def test_credits_as_python_prints_them_are_read(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Some exporters write the list that way; what is no list fails the row."""
    rows = [{**flattened(GOOGLE), "credits": "[{'name': 'x', 'amount': -2.5, 'type': 'DISCOUNT'}]"} for _ in range(200)]
    rows[7]["credits"] = "many"
    (loaded,) = load(write_csv(tmp_path / "python.csv", rows)).loads
    assert (loaded.rows, loaded.rejected, loaded.rejections[0].reason) == (199, 1, "BilledCost is missing")
    assert lake_rows(clean_database, "SELECT sum(billed_cost) FROM items") == [(Decimal("1492.5"),)]


def test_a_line_that_is_no_record_is_named(load: Load, tmp_path: Path) -> None:
    """Cut off in the middle."""
    path = _lines(tmp_path, ROWS)
    path.write_text(path.read_text()[:-40])
    (failed,) = load(path).loads
    assert failed.error == "Line 6 is not a JSON object. Export the file again as JSON lines, one object a line."


def test_json_of_a_folder_is_data_where_nothing_else_is(load: Load, tmp_path: Path) -> None:
    """BigQuery calls its shards .json; a manifest is none."""
    folder = tmp_path / "export"
    folder.mkdir()
    write_lines(folder / "000000000000.json", ROWS)
    (folder / "manifest.json").write_text("{}")
    by_status = {one.status: one.path for one in load(folder).loads}
    assert by_status["loaded"].endswith("000000000000.json")
    assert by_status["skipped"].endswith("manifest.json")
