"""Parquet that one reader does not take is read by another."""

from pathlib import Path

from db.database import Database
from tests.flows.conftest import Load, all_rows


def test_decimals_of_fifty_digits_are_read(load: Load, clean_database: Database) -> None:
    """As Spark and some exports write them (decimal256); times and maps of such a file are read as any others."""
    [one] = load(Path(__file__).with_name("wide_decimals.parquet")).loads
    assert (one.status, one.rows, one.rejected) == ("loaded", 3, 0)
    billed = "SELECT usage_date::text, team, billed_cost::text FROM finops.daily_costs ORDER BY usage_date"
    assert all_rows(clean_database, billed) == [
        ("2026-09-01", "payments", "1.25"),
        ("2026-09-02", "payments", "0.1"),
        ("2026-09-03", "payments", "1234567.89"),
    ]
