"""Sums of a month's line items by day, by hour and by resource: made by DuckDB from the files, copied into Postgres."""

import tempfile
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from flows.ingest.loading.placing.staging import Leaf, driver_cursor
from flows.ingest.loading.reading.ahead import behind

if TYPE_CHECKING:
    import duckdb

_DIMENSIONS = {
    "provider": "provider_name",
    "billing_account": "coalesce(billing_account_name, billing_account_id)",
    "account_id": "sub_account_id",
    "account": "coalesce(sub_account_name, sub_account_id)",
    "service": "service_name",
    "service_category": "service_category",
    "region": "region_id",
    "team": "team",
    "environment": "environment",
    "application": "application",
    "charge_category": "charge_category",
    "pricing_category": "pricing_category",
    "commitment_type": "commitment_discount_type",
    "commitment_status": "commitment_discount_status",
    "charge_class": "CASE WHEN charge_class = 'Correction' OR charge_category = 'Adjustment' THEN 'Correction' END",
    "publisher": "publisher_name",
    "service_subcategory": "service_subcategory",
    "invoice_id": "invoice_id",
    "usage_unit": "consumed_unit",
    "currency": "billing_currency",
}
_MEASURES = {
    "list_cost": "list_cost",
    "contracted_cost": "contracted_cost",
    "billed_cost": "billed_cost",
    "effective_cost": "effective_cost",
    "usage_quantity": "consumed_quantity",
    # a list price of 0 or none on a paid charge is unknown; the unused part of a commitment has none, and saves nothing
    "listed_cost": "CASE WHEN charge_category = 'Usage' AND (list_cost > 0 OR commitment_discount_status = 'Unused' "
    "OR effective_cost = 0) THEN effective_cost END",
}
_RESOURCE_DIMENSIONS = {
    "resource_id": "resource_id",
    "resource_name": "resource_name",
    "resource_type": "resource_type",
    **{
        name: _DIMENSIONS[name]
        for name in (
            "provider",
            "account_id",
            "account",
            "service",
            "region",
            "team",
            "environment",
            "application",
            "charge_category",
            "currency",
        )
    },
    "commitment_status": "commitment_discount_status",
    "usage_type": "coalesce(sku_meter, sku_id)",
}
_RESOURCE_MEASURES = {
    name: _MEASURES[name] for name in ("usage_quantity", "list_cost", "billed_cost", "effective_cost")
}
_HOUR = 3_600_000_000  # microseconds
_DAYS = "CAST(epoch_us(charge_period_start) // 86400000000 AS INTEGER)"  # since 1970; numbers group faster than times
_HOURS = f"CAST(epoch_us(charge_period_start) // {_HOUR} AS INTEGER)"
_WITHIN_AN_HOUR = f"epoch_us(charge_period_end) - epoch_us(charge_period_start) <= {_HOUR}"
_PERIOD = "billing_period_start"
_COSTS = {_PERIOD: _PERIOD, **_DIMENSIONS}
_RESOURCE_KEYS = {_PERIOD: _PERIOD, **_RESOURCE_DIMENSIONS}
_LARGEST_KNOWN = "1e12"  # of quantities, where their sum has more than twenty digits
MINE = (
    "source_id = :source AND billing_period_start >= CAST(:start AS timestamptz) AND billing_period_start < "
    "CAST(:end AS timestamptz)"
)
TABLES = ("daily_costs", "hourly_costs", "resource_costs")


def replace(
    connection: sa.Connection,
    engine: "duckdb.DuckDBPyConnection | None",
    leaf: Leaf,
    beside: Mapping[str, str] | None = None,
) -> None:
    """Put the sums of a leaf, whose rows the engine has as `line_items`, in place of those of its source and month; no
    engine where nothing is left of it. `beside` has more to copy: DuckDB's queries by `table (columns)` of Postgres.
    """
    for table in TABLES:
        connection.execute(sa.text(f"DELETE FROM finops.{table} WHERE {MINE}"), period(leaf))  # noqa: S608 - its names are constants, its values are bound
    if engine is None:
        return
    with (
        tempfile.TemporaryDirectory(prefix="finops-") as folder,
        behind() as call,
    ):  # a sum is made while another is copied
        for number, (target, query) in enumerate(chain(_sums(engine, leaf), (beside or {}).items())):
            path = Path(folder) / f"{number}.csv"
            engine.execute(f"COPY ({query}) TO {_literal(path)} (FORMAT csv, HEADER false)")
            call(_copy, connection, path, target)


def _sums(engine: "duckdb.DuckDBPyConnection", leaf: Leaf) -> Iterator[tuple[str, str]]:
    """Each table with its columns, and the query of its sums. Days are summed from hours where there are hours."""
    hours = _summed("line_items", {"step": _HOURS} | _COSTS, _MEASURES, _WITHIN_AN_HOUR)
    yield _made(engine, leaf, "hourly_costs", hours, f"make_timestamp(step * {_HOUR}) AS usage_hour")
    longer = _summed("line_items", {"step": _DAYS} | _COSTS, _MEASURES, f"NOT ({_WITHIN_AN_HOUR})")
    names = ", ".join([*_COSTS, *_MEASURES])
    both = f"(SELECT step // 24 AS step, {names} FROM hourly_costs UNION ALL {longer})"  # noqa: S608 - its names are constants
    days = _summed(both, {name: name for name in ("step", *_COSTS)}, {name: name for name in _MEASURES})
    yield _made(engine, leaf, "daily_costs", days, "make_date(CAST(step AS INTEGER)) AS usage_date")
    each = _summed("line_items", {"step": _DAYS} | _RESOURCE_KEYS, _RESOURCE_MEASURES, "resource_id IS NOT NULL")
    yield _made(engine, leaf, "resource_costs", each, "make_date(CAST(step AS INTEGER)) AS usage_date")


def _made(engine: "duckdb.DuckDBPyConnection", leaf: Leaf, table: str, query: str, time: str) -> tuple[str, str]:
    """Make a table of the engine with the sums of a query; its target in Postgres, and what to copy there. Where
    quantities add up to more than twenty digits, which no bill has, the largest of them are left out.
    """
    import duckdb

    try:
        engine.execute(f"CREATE TEMP TABLE {table} AS {query}")
    except duckdb.OutOfRangeException:
        for name in ("consumed_quantity", "usage_quantity"):
            bounded_sum = f"sum(CASE WHEN abs({name}) < {_LARGEST_KNOWN} THEN {name} END)"
            query = query.replace(f"sum({name})", bounded_sum)
        engine.execute(f"CREATE TEMP TABLE {table} AS {query}")
    keys, measures = (_RESOURCE_KEYS, _RESOURCE_MEASURES) if table == "resource_costs" else (_COSTS, _MEASURES)
    columns = ", ".join(["source_id", time.rpartition(" ")[2], *keys, *measures])
    values = ", ".join([f"{leaf.source_id:d}", time, *keys, *map(_exact, measures)])
    return f"finops.{table} ({columns})", f"SELECT {values} FROM {table}"  # noqa: S608 - its names are constants


def period(leaf: Leaf) -> dict[str, object]:
    """The parameters that pick a leaf's source and month."""
    return {"source": leaf.source_id, "start": f"{leaf.start}+00", "end": f"{leaf.end}+00"}


def _copy(connection: sa.Connection, path: Path, target: str) -> None:
    with path.open("rb") as file, driver_cursor(connection) as cursor:
        cursor.copy_expert(f"COPY {target} FROM STDIN (FORMAT csv)", file, 1024 * 1024)


def _exact(column: str) -> str:
    """A decimal as text without the zeros at its end."""
    return f"rtrim(rtrim(CAST({column} AS VARCHAR), '0'), '.')"  # the point is always there, so 100 stays 100


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _summed(rows: str, keys: dict[str, str], measures: dict[str, str], condition: str = "true") -> str:
    chosen = [
        *(f"{expression} AS {name}" for name, expression in keys.items()),
        *(f"sum({column}) AS {name}" for name, column in measures.items()),
    ]
    positions = ", ".join(str(number + 1) for number in range(len(keys)))
    return f"SELECT {', '.join(chosen)} FROM {rows} WHERE {condition} GROUP BY {positions}"  # noqa: S608 - its names are constants
