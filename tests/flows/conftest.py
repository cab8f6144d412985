"""Small FOCUS bills to break, and what the database then holds."""

import csv
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from config.organisation import Organisation
from db.database import Database
from db.focus import FILE_COLUMNS
from flows.ingest.loading.delivery import ingest
from flows.ingest.loading.result import IngestResult
from lake import catalogue
from lake.columns import duckdb_columns
from lake.place import open_place

ROW = {
    "BilledCost": "1.25",
    "BillingAccountId": "4029",
    "BillingAccountName": "Northwind",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargePeriodEnd": "2026-09-11T00:00:00Z",
    "ChargePeriodStart": "2026-09-10T00:00:00Z",
    "ConsumedQuantity": "24",
    "ConsumedUnit": "Hours",
    "EffectiveCost": "1.00",
    "ListCost": "2.00",
    "ProviderName": "AWS",
    "RegionId": "eu-west-1",
    "ResourceId": "i-1",
    "ResourceName": "web-1",
    "ServiceName": "Amazon Elastic Compute Cloud",
    "SubAccountId": "2100",
    "SubAccountName": "commerce-prod",
    "Tags": '{"team": "payments", "env": "prod"}',
}

Bill = Callable[..., Path]
Load = Callable[..., IngestResult]


def rows(count: int, **changes: str) -> list[dict[str, str]]:
    """Rows that differ in their resource."""
    return [{**ROW, "ResourceId": f"i-{number}", **changes} for number in range(count)]


@pytest.fixture
def bill(tmp_path: Path) -> Bill:
    """Writes rows as a CSV file with the columns of the first."""

    def write(content: Iterable[dict[str, Any]], name: str = "bill.csv") -> Path:
        content = list(content)
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(content[0]))
            writer.writeheader()
            writer.writerows(content)
        return path

    return write


@pytest.fixture
def load(clean_database: Database) -> Load:
    """Loads paths together, under default rules unless told otherwise."""

    def run(*paths: Path | str, organisation: Organisation | None = None, **options: Any) -> IngestResult:
        return ingest([str(path) for path in paths], clean_database, organisation or Organisation(), **options)

    return run


def all_rows(database: Database, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a query under the owner."""
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(sql), parameters)]


def state(database: Database) -> dict[str, tuple[int, Decimal]]:
    """Rows and effective cost of the charges, which lie in the lake, and of their sums: all agree, or what stands is
    torn. The catalogue and what stands of each period count the same rows.
    """
    queries = {
        "days": "SELECT count(*), coalesce(sum(effective_cost), 0) FROM finops.daily_costs",
        "resources": "SELECT count(*), coalesce(sum(effective_cost), 0) FROM finops.resource_costs",
    }
    found = {name: all_rows(database, sql)[0] for name, sql in queries.items()}
    ((rows, cost),) = lake_rows(database, "SELECT count(*), coalesce(sum(effective_cost), 0) FROM items")
    counted = "SELECT coalesce(sum(rows), 0) FROM finops.{}"
    for table in ("billed_periods", "lake_files WHERE retired_at IS NULL"):
        assert all_rows(database, counted.format(table)) == [(rows,)]
    return {"charges": (rows, cost), **found}


def lake_rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """Rows of DuckDB's query over `items`, the line items that stand."""
    place = open_place(database.lake)
    with database.owner.connect() as connection:
        files = [str(place.full(file.path)) for file in catalogue.standing(connection)]
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        if files:
            engine.read_parquet(files).create_view("items")
        else:
            engine.execute(f"CREATE TABLE items ({duckdb_columns(FILE_COLUMNS)})")
        return engine.execute(sql).fetchall()
