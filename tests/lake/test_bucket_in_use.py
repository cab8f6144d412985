"""A house whose lake is in a bucket: loads, questions, allocation, retention, dumps, and the bucket's faults."""

import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from config.access import Actor
from config.errors import UserError
from config.organisation import Organisation, Retention
from config.settings import Settings
from db.database import Database
from db.maintenance import backup
from flows.ingest.loading.delivery import ingest
from flows.ingest.loading.placing import lake_fill
from flows.ingest.loading.reallocate import reallocate
from flows.retention.apply_retention import apply
from lake.place import place_of
from nl2sql.deps import Deps
from nl2sql.execution.run import AnswerRows, NotRun, run_checked

LEAD = Actor("lead", sees_all=True)
_SQL = "SELECT team, sum(effective_cost) AS effective_cost FROM charges GROUP BY 1 ORDER BY 1"
_HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,"
    "ChargePeriodStart,EffectiveCost,ProviderName,ServiceName,Tags\n"
)
_ROW = (
    "2,4029,USD,2026-{after}-01T00:00:00Z,2026-{month}-01T00:00:00Z,Usage,2026-{month}-11T00:00:00Z,"
    '2026-{month}-10T00:00:00Z,{cost},AWS,EC2,"{{""squad"": ""search""}}"\n'
)
_RULES = Organisation.model_validate({"allocation": {"team": [{"tag": "squad"}]}})


@pytest.fixture
def house(clean_database: Database, s3_server: ThreadedMotoServer, tmp_path: Path) -> Database:
    """The database with its lake in the bucket."""
    assert s3_server
    return replace(clean_database, lake="s3://house/lake", lake_cache=str(tmp_path / "copies"))


def _bill(folder: Path, month: int = 9, cost: str = "1.25") -> str:
    path = folder / f"{month}.csv"
    path.write_text(_HEADER + _ROW.format(month=f"{month:02d}", after=f"{month + 1:02d}", cost=cost), encoding="utf-8")
    return str(path)


def _keys() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket="house")
    return [item["Key"] for item in listed.get("Contents", [])]


def _elsewhere(house: Database, tmp_path: Path) -> Database:
    """The same house on a machine without copies."""
    return replace(house, lake_cache=str(tmp_path / "elsewhere"))


def _asked(house: Database, settings: Settings) -> AnswerRows | NotRun:
    ran = run_checked(_SQL, LEAD, Deps(house, settings, _RULES), raw=True)
    assert isinstance(ran, AnswerRows | NotRun)
    return ran


def _rows(house: Database, settings: Settings) -> list[tuple[object, ...]]:
    ran = _asked(house, settings)
    assert isinstance(ran, AnswerRows), ran
    return [tuple(row) for row in ran.rows]


def test_loaded_here_and_asked_there(house: Database, settings: Settings, tmp_path: Path) -> None:
    """Another machine answers, restates and allocates from what lies in the bucket."""
    assert not ingest([_bill(tmp_path)], house, Organisation()).failed
    there = _elsewhere(house, tmp_path)
    assert _rows(there, settings) == [(None, 1.25)]
    changed = reallocate(there, _RULES.allocation)
    assert changed
    assert _rows(house, settings) == [("search", 1.25)]
    assert not ingest([_bill(tmp_path, cost="3.5")], there, _RULES).failed
    assert _rows(house, settings) == [("search", 3.5)]
    assert ingest([_bill(tmp_path, cost="3.5")], house, _RULES).loads[0].status == "unchanged"


def test_retention_drops_objects(house: Database, tmp_path: Path) -> None:
    """Of months that are no longer kept, an hour after they went."""
    for month in (7, 9):
        assert not ingest([_bill(tmp_path, month)], house, Organisation()).failed
    assert len(_keys()) == 2
    apply(house, Retention(charges_days=30), datetime(2026, 9, 30, tzinfo=UTC))
    ago = "UPDATE finops.lake_files SET retired_at = now() - interval '2 hours' WHERE retired_at IS NOT NULL"
    with house.owner.begin() as connection:
        connection.exec_driver_sql(ago)
    apply(house, Retention(charges_days=0), datetime.now(UTC))
    assert [key.split("/")[2] for key in _keys()] == ["month=2026-09"]


def test_a_dump_holds_what_the_bucket_holds(house: Database, tmp_path: Path) -> None:
    """Wherever it is made; what is gone from the bucket is told."""
    assert not ingest([_bill(tmp_path)], house, Organisation()).failed
    (key,) = _keys()
    there = _elsewhere(house, tmp_path)
    assert backup.dump(there, tmp_path / "house.dump", place_of(there)) == ()
    with tarfile.open(tmp_path / "house.dump") as whole:
        assert whole.getnames() == ["tables.dump", key]
    boto3.client("s3").delete_object(Bucket="house", Key=key)
    nowhere = replace(house, lake_cache=str(tmp_path / "nowhere"))
    assert backup.dump(nowhere, tmp_path / "less.dump", place_of(nowhere)) == (key.removeprefix("lake/"),)


def test_a_bucket_that_is_away_changes_nothing(
    house: Database, settings: Settings, tmp_path: Path, s3_server: ThreadedMotoServer
) -> None:
    """A load says so and leaves what stood; a question says that line items cannot be reached."""
    assert not ingest([_bill(tmp_path)], house, Organisation()).failed
    s3_server.stop()
    with pytest.raises(UserError, match="s3://house/lake cannot be"):
        ingest([_bill(tmp_path, cost="9")], house, Organisation())
    with house.owner.connect() as connection:
        total = connection.exec_driver_sql("SELECT sum(effective_cost) FROM finops.daily_costs").scalar()
    assert total == Decimal("1.25")
    assert _rows(house, settings) == [(None, 1.25)]  # of its copies
    ran = _asked(_elsewhere(house, tmp_path), settings)
    assert isinstance(ran, NotRun)
    assert "cannot be reached" in ran.reason


def test_an_object_that_was_deleted_is_named(house: Database, settings: Settings, tmp_path: Path) -> None:
    """With the bill that brings it back, which then is not unchanged."""
    path = _bill(tmp_path)
    assert not ingest([path], house, Organisation()).failed
    (key,) = _keys()
    boto3.client("s3").delete_object(Bucket="house", Key=key)
    ran = _asked(_elsewhere(house, tmp_path), settings)
    assert isinstance(ran, NotRun)
    assert "2026-09" in ran.reason
    assert key.removeprefix("lake/") in ran.reason
    assert [(lost.month, lost.paths) for lost in lake_fill.lost(house)] == [("2026-09", (path,))]
    assert ingest([path], house, Organisation()).loads[0].status == "loaded"
    assert _rows(_elsewhere(house, tmp_path), settings) == [(None, 1.25)]
    assert lake_fill.lost(house) == []
