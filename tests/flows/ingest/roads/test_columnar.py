"""Parquet that one reader does not take is read by another."""

import json
from pathlib import Path

import duckdb
import pytest

from db.database import Database
from tests.flows.conftest import Bill, Load, all_rows, rows


def test_decimals_of_fifty_digits_are_read(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """As Spark and some exports write them (decimal256); times and maps of such a file are read as any others, and its
    name is a name, whatever pattern or partition it looks like.
    """
    path = tmp_path / "month=2026-09" / "bill[1].parquet"
    path.parent.mkdir()
    path.write_bytes(Path(__file__).with_name("wide_decimals.parquet").read_bytes())
    [one] = load(path.parent).loads
    assert (one.status, one.rows, one.rejected) == ("loaded", 3, 0)
    billed = "SELECT usage_date::text, team, billed_cost::text FROM finops.daily_costs ORDER BY usage_date"
    assert all_rows(clean_database, billed) == [
        ("2026-09-01", "payments", "1.25"),
        ("2026-09-02", "payments", "0.1"),
        ("2026-09-03", "payments", "1234567.89"),
    ]


def test_kinds_that_one_reader_does_not_know_are_read_by_another(
    load: Load, bill: Bill, clean_database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A span of time, as DuckDB writes it, beside times, lists, maps and structs; nobody reads what the first one says
    about it.
    """
    path = tmp_path / "bill.parquet"
    with duckdb.connect() as connection:
        connection.read_csv(str(bill(rows(2))), all_varchar=True).create_view("bill")
        connection.execute(
            "COPY (SELECT *, INTERVAL 1 DAY AS x_span, TIME '10:00' AS x_time, [1, 2] AS x_list, "
            f"MAP {{'a': 1.5}} AS x_map, {{'a': {{'b': 1}}}} AS x_struct FROM bill) TO '{path}' (FORMAT parquet)"
        )
    [one] = load(path).loads
    assert (one.status, one.rows, one.rejected) == ("loaded", 2, 0)
    assert all_rows(clean_database, "SELECT sum(billed_cost)::text FROM finops.daily_costs") == [("2.5",)]
    said = capfd.readouterr().err.splitlines()  # nothing but what is logged, where a log is set up
    assert {json.loads(line)["event"] for line in said} <= {"bills.loaded"}
