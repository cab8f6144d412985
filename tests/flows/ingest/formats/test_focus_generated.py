"""FOCUS as others generate it, three clouds and three versions: each sum is that of another engine over the file."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from db.database import Database
from flows.ingest.loading.reconcile import with_invoice_details
from tests.flows.conftest import Load, all_rows

_STANDING = """
    SELECT billing_account_id, currency, sum(billed_cost), sum(effective_cost), sum(list_cost), sum(contracted_cost),
        sum(tax) FROM finops.billed_periods GROUP BY 1, 2 ORDER BY 1, 2"""
_OF_FILE = """
    SELECT BillingAccountId, BillingCurrency, {sums}, sum(CASE WHEN ChargeCategory = 'Tax' THEN {billed} ELSE 0 END)
    FROM read_csv(?, all_varchar = true, header = true) GROUP BY 1, 2 ORDER BY 1, 2"""


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "focus_data_toolkit", *arguments], check=True, capture_output=True)


def _sums(path: Path) -> list[tuple[object, ...]]:
    amount = "coalesce(CAST({} AS DECIMAL(38, 15)), 0)".format
    columns = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
    sql = _OF_FILE.format(sums=", ".join(f"sum({amount(name)})" for name in columns), billed=amount("BilledCost"))
    return duckdb.execute(sql, [str(path)]).fetchall()


def _to_the_cent(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [tuple(round(one, 2) if isinstance(one, Decimal) else one for one in row) for row in rows]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_a_generated_bill_adds_up(
    load: Load, clean_database: Database, tmp_path: Path, cloud: str, version: str
) -> None:
    _run("generate", "--provider", cloud, "--focus-version", version, "--rows", "400", "--out", str(tmp_path))
    result = load(tmp_path)
    assert {one.status for one in result.loads if one.format} == {"loaded"}
    [bill] = tmp_path.glob("*cost_and_usage*.csv")
    assert _to_the_cent(all_rows(clean_database, _STANDING)) == _to_the_cent(_sums(bill))


def test_version_1_4_comes_as_four_datasets_that_agree(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Charges, invoices, billing periods and commitments of one folder; each invoice is what its charges add up to."""
    _run("generate", "--provider", "aws", "--focus-version", "1.3", "--rows", "400", "--out", str(tmp_path / "older"))
    [charges], [commitments] = ((tmp_path / "older").glob(f"*{name}*.csv") for name in ("cost_and_usage", "commitment"))
    newer = tmp_path / "newer"
    _run(
        *("convert", "--cost-and-usage", str(charges), "--contract-commitment", str(commitments)),
        *("--mode", "synthetic", "--exit-policy", "pipeline", "--out", str(newer)),
    )
    assert sorted(one.format or "" for one in load(newer).loads if one.status == "loaded") == [
        "FOCUS 1.4",
        "FOCUS Billing Period",
        "FOCUS Contract Commitment",
        "FOCUS Invoice Detail",
    ]
    invoices = with_invoice_details(clean_database)
    assert invoices
    assert {one.amount for one in invoices} == {0}
