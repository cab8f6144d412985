"""Parquet that one reader does not take is read by another."""

from pathlib import Path

from db.database import Database
from tests.flows.conftest import Load, all_rows


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
