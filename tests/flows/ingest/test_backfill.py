"""Years of bills: month by month, told as it goes, and gone on with after a kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import moto
import pytest

from config.organisation import Organisation
from db.database import Database
from flows.ingest.backfill import Stage, backfill
from flows.ingest.loading.result import IngestResult
from flows.ingest.roads import buckets
from flows.ingest.roads.buckets import BucketObject
from flows.ingest.roads.pieces import BillFile
from flows.ingest.watching import in_words, outcome
from tests.flows.conftest import Bill, all_rows, rows, state

BUCKET = "years"
# Backfills a folder with SIGKILL to itself in the transaction of the second month.
_KILLED = """
import os, signal, sys
import sqlalchemy as sa
from db.database import Database
from flows.ingest.backfill import backfill
from config.organisation import Organisation
owner, lake, folder = sys.argv[1:]
database = Database(owner, owner, owner, embedded=False, lake=lake)
seen = []
@sa.event.listens_for(database.owner, "before_cursor_execute")
def die(connection, cursor, statement, parameters, context, many):
    if statement.strip().startswith("INSERT INTO finops.lake_files"):
        seen.append(1)
        if len(seen) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
backfill([folder], "2026-01", database, Organisation(), lambda stage: None)
"""


def _month(number: int, count: int, **changes: str) -> list[dict[str, str]]:
    period = {
        "BillingPeriodStart": f"2026-{number:02d}-01T00:00:00Z",
        "BillingPeriodEnd": f"2026-{number + 1:02d}-01T00:00:00Z",
        "ChargePeriodStart": f"2026-{number:02d}-10T00:00:00Z",
        "ChargePeriodEnd": f"2026-{number:02d}-11T00:00:00Z",
    }
    return rows(count, **(period | changes))


@pytest.fixture
def run(clean_database: Database) -> Any:
    """Backfills and gives the result with all that was told."""

    def go(*paths: Path | str, since: str = "2026-01", **options: Any) -> tuple[IngestResult, list[Stage]]:
        stages: list[Stage] = []
        result = backfill(
            [str(path) for path in paths], since, clean_database, Organisation(), stages.append, **options
        )
        return result, stages

    return go


def _folder(bill: Bill, tmp_path: Path) -> Path:
    folder = tmp_path / "years"
    folder.mkdir()
    for number in range(1, 5):
        bill(_month(number, 100 * number), f"years/aws-2026-{number:02d}.csv")
    return folder


def _by_month(database: Database) -> dict[str, Decimal]:
    month = "to_char(billing_period_start AT TIME ZONE 'UTC', 'MM')"
    sql = f"SELECT {month}, sum(effective_cost) FROM finops.daily_costs GROUP BY 1"
    return dict(all_rows(database, sql))


def test_each_month_is_a_delivery_and_told(clean_database: Database, bill: Bill, tmp_path: Path, run: Any) -> None:
    """Older months are passed over and named; files, rows, bytes and the time that is left are told."""
    result, stages = run(_folder(bill, tmp_path), since="2026-02")
    assert [(one.status, one.rows) for one in result.loads] == [
        ("loaded", 200),
        ("loaded", 300),
        ("loaded", 400),
        ("skipped", 0),
    ]
    assert "older than 2026-02" in (result.loads[-1].error or "")
    assert _by_month(clean_database) == {"02": 200, "03": 300, "04": 400}
    assert all_rows(clean_database, "SELECT count(DISTINCT delivery) FROM finops.loads") == [(3,)]
    done = [stage for stage in stages if stage.done]
    assert [outcome(stage) for stage in done] == ["2026-02: loaded", "2026-03: loaded", "2026-04: loaded"]
    assert (done[-1].files, done[-1].rows, done[-1].bytes) == (3, 900, done[-1].of_bytes)
    assert done[0].seconds_left
    assert in_words(done[-1]).startswith("3 of 3 files, 900 rows, 0 of 0 MB")


def test_it_goes_on_after_a_kill(clean_database: Database, bill: Bill, tmp_path: Path, run: Any) -> None:
    """SIGKILL while the second month is put in place: the first stands whole and is not loaded again."""
    folder = _folder(bill, tmp_path)
    command = [sys.executable, "-c", _KILLED, clean_database.owner_url, clean_database.lake, str(folder)]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parents[3],
        check=False,
        capture_output=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert _by_month(clean_database) == {"01": 100}
    assert state(clean_database)["charges"] == (100, 100)
    result, _ = run(folder)
    assert [one.status for one in result.loads] == ["unchanged", "loaded", "loaded", "loaded"]
    assert _by_month(clean_database) == {"01": 100, "02": 200, "03": 300, "04": 400}


def test_a_month_that_is_refused_leaves_the_others(
    clean_database: Database, bill: Bill, tmp_path: Path, run: Any
) -> None:
    folder = _folder(bill, tmp_path)
    bill(_month(2, 10, BilledCost="much"), "years/aws-2026-02.csv")
    result, _ = run(folder)
    assert [one.status for one in result.loads] == ["loaded", "failed", "loaded", "loaded"]
    assert _by_month(clean_database) == {"01": 100, "03": 300, "04": 400}


@pytest.mark.parametrize("name", ["a-2026-01.csv", "z-2026-03.csv"])
def test_a_month_in_two_files_is_loaded_whole(
    clean_database: Database, bill: Bill, tmp_path: Path, run: Any, name: str
) -> None:
    """A file that holds a second month, whose own file comes later or came before: neither takes the other's place, and
    the next time all is unchanged.
    """
    folder = tmp_path / "years"
    folder.mkdir()
    number = int(name[-6:-4])
    mine = [*_month(number, 50), *({**row, "ResourceId": f"x{row['ResourceId']}"} for row in _month(2, 30))]
    bill(mine, f"years/{name}")
    bill(_month(2, 100), "years/b-2026-02.csv")
    result, stages = run(folder)
    assert not result.failed, result.to_json()
    assert _by_month(clean_database) == {f"{number:02d}": 50, "02": 130}
    assert stages[-1].rows == sum(load.rows for load in result.loads) == 180
    again, _ = run(folder)
    assert {one.status for one in again.loads} == {"unchanged"}


def test_files_whose_names_say_nothing_are_sorted_by_their_rows(
    clean_database: Database, bill: Bill, tmp_path: Path, run: Any
) -> None:
    folder = tmp_path / "years"
    folder.mkdir()
    for name, number in (("x", 3), ("y", 1), ("z", 2)):
        bill(_month(number, 10 * number), f"years/{name}.csv")
    result, _ = run(folder)
    assert [one.billing_periods for one in result.loads] == [("2026-01",), ("2026-02",), ("2026-03",)]
    assert _by_month(clean_database) == {"01": 10, "02": 20, "03": 30}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket of a pretended S3."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with moto.mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


def test_a_bucket_is_fetched_month_by_month_and_once(
    clean_database: Database, bill: Bill, tmp_path: Path, run: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Objects that are the same are not fetched again, one that changed is."""
    keys = {number: f"focus/data/BILLING_PERIOD=2026-{number:02d}/part-0.csv" for number in range(1, 4)}
    for number, key in keys.items():
        bucket.upload_file(str(bill(_month(number, 100 * number))), BUCKET, key)
    result, _ = run(f"s3://{BUCKET}/focus/")
    assert [one.status for one in result.loads] == ["loaded"] * 3
    fetched: list[str] = []
    fetch = buckets.fetch

    def counted(one: BucketObject) -> BillFile:
        fetched.append(one.key)
        return fetch(one)

    monkeypatch.setattr(buckets, "fetch", counted)
    result, _ = run(f"s3://{BUCKET}/focus/")
    assert [one.status for one in result.loads] == ["unchanged"] * 3
    assert fetched == []
    bucket.upload_file(str(bill(_month(2, 250))), BUCKET, keys[2])
    result, _ = run(f"s3://{BUCKET}/focus/")
    assert [one.status for one in result.loads] == ["unchanged", "loaded", "unchanged"]
    assert fetched == [keys[2]]
    assert _by_month(clean_database) == {"01": 100, "02": 250, "03": 300}
