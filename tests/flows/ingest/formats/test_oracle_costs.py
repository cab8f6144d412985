"""Oracle's cost reports before FOCUS."""

from decimal import Decimal
from pathlib import Path

from db.database import Database
from tests.flows.conftest import Load, lake_rows
from tests.flows.ingest.formats.builders import ORACLE, write_csv


def test_the_columns_and_the_sum(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Times without seconds, compartments, namespaced tags, a correction that is one and uses nothing."""
    correction = {**ORACLE, "lineItem/isCorrection": "true", "cost/myCost": "-0.02", "lineItem/backreferenceNo": "r0"}
    (loaded,) = load(write_csv(tmp_path / "cost.csv", [ORACLE, correction])).loads
    assert (loaded.status, loaded.format) == ("loaded", "Oracle cost report")
    assert loaded.own == {"2026-05": {"USD": {"billed": "0.03"}}}
    columns = (
        "billing_account_id, sub_account_name, service_name, service_category, region_id, charge_class, "
        "effective_cost, consumed_quantity, "
        "charge_period_end::text, billing_period_start::text, tags"
    )
    shared = ("ocid1.tenancy.oc1..a", "shop", "COMPUTE", "Compute", "eu-frankfurt-1")
    times = ("2026-05-03 11:00:00+00", "2026-05-01 00:00:00+00", {"Ops.team": "payments"})
    assert lake_rows(clean_database, f"SELECT {columns} FROM items ORDER BY effective_cost") == [
        (*shared, "Correction", Decimal("-0.02"), None, *times),
        (*shared, None, Decimal("0.05"), Decimal(2), *times),
    ]


def test_what_is_free_has_no_cost(load: Load, tmp_path: Path) -> None:
    """Oracle leaves it empty; that refuses nobody's bill."""
    (loaded,) = load(write_csv(tmp_path / "cost.csv", [ORACLE, {**ORACLE, "cost/myCost": ""}])).loads
    assert (loaded.status, loaded.rows, loaded.rejected) == ("loaded", 2, 0)
    assert loaded.own == {"2026-05": {"USD": {"billed": "0.05"}}}


def test_a_usage_report_is_refused_for_what_it_is(load: Load, tmp_path: Path) -> None:
    """It has no costs; the message says where they are."""
    usage = {name: value for name, value in ORACLE.items() if not name.startswith("cost/")}
    (failed,) = load(write_csv(tmp_path / "usage.csv", [usage])).loads
    assert failed.status == "failed"
    assert "holds no costs" in str(failed.error)
