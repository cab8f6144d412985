"""A table's folder holds older versions beside the newest: only the newest counts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from config.errors import UserError
from db.database import Database
from tests.flows.conftest import Bill, Load, all_rows, rows

Commit = Callable[..., None]


@pytest.fixture
def commit(bill: Bill, tmp_path: Path) -> Commit:
    """Writes a version of the Delta table `focus`: the files it adds, each with a cost, and the names it takes out."""
    table = tmp_path / "focus"
    (table / "_delta_log").mkdir(parents=True)

    def write(version: int, added: dict[str, str], removed: tuple[str, ...] = (), **more: Any) -> None:
        for name, cost in added.items():
            source = bill(rows(1, BilledCost=cost, ResourceId=name, ChargeDescription=name), "rows.csv")
            target = table / name
            target.parent.mkdir(exist_ok=True)
            with duckdb.connect() as connection:
                connection.read_csv(str(source), all_varchar=True).write_parquet(str(target))
        actions = [
            {"commitInfo": {"operation": "MERGE"}},
            *({"remove": {"path": name.replace(" ", "%20")}} for name in removed),
            *({"add": {"path": name.replace(" ", "%20"), "size": 1, **more}} for name in added),
        ]
        log = table / "_delta_log" / f"{version:020}.json"
        log.write_text("\n".join(json.dumps(action) for action in actions))

    return write


def _billed(database: Database) -> list[tuple[Any, ...]]:
    return all_rows(database, "SELECT sum(billed_cost)::text FROM finops.daily_costs")


def test_files_that_a_table_took_out_do_not_count(
    load: Load, commit: Commit, clean_database: Database, tmp_path: Path
) -> None:
    commit(0, {"a 1.parquet": "100", "b.parquet": "7"})
    commit(1, {"c.parquet": "50"}, removed=("a 1.parquet",))
    loads = load(tmp_path / "focus").loads
    assert {Path(one.path).name: one.status for one in loads if one.path.endswith(".parquet")} == {
        "a 1.parquet": "skipped",
        "b.parquet": "loaded",
        "c.parquet": "loaded",
    }
    assert "the table focus no longer holds it" in " ".join(one.error or "" for one in loads)
    assert _billed(clean_database) == [("57",)]


def test_a_checkpoint_stands_for_the_versions_before_it(
    load: Load, commit: Commit, clean_database: Database, tmp_path: Path
) -> None:
    """The log's older files are deleted after some weeks."""
    commit(10, {"a.parquet": "100", "b.parquet": "7"})
    commit(11, {"c.parquet": "50"}, removed=("a.parquet",))
    log = tmp_path / "focus" / "_delta_log"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT {'path': name, 'size': 1} AS add FROM (VALUES ('a.parquet'), ('b.parquet')) AS t(name) "
            f"UNION ALL SELECT NULL) TO '{log / f'{10:020}.checkpoint.parquet'}' (FORMAT parquet)"
        )
    (log / f"{10:020}.json").unlink()
    load(tmp_path / "focus")
    assert _billed(clean_database) == [("57",)]


def test_a_log_with_gaps_is_refused(load: Load, commit: Commit, tmp_path: Path) -> None:
    commit(0, {"a.parquet": "1"})
    commit(2, {"b.parquet": "1"})
    with pytest.raises(UserError, match="has gaps"):
        load(tmp_path / "focus")


def test_a_file_that_is_missing_is_named(load: Load, commit: Commit, tmp_path: Path) -> None:
    commit(0, {"a.parquet": "1", "b.parquet": "2"})
    (tmp_path / "focus" / "b.parquet").unlink()
    with pytest.raises(UserError, match=r"holds 2 files, and 1 of them are not there: b\.parquet"):
        load(tmp_path / "focus")


def test_rows_marked_as_deleted_are_refused(load: Load, commit: Commit, tmp_path: Path) -> None:
    commit(0, {"a.parquet": "1"}, deletionVector={"storageType": "u", "cardinality": 1})
    with pytest.raises(UserError, match="marks rows of its files as deleted"):
        load(tmp_path / "focus")


def test_a_log_that_is_no_log_is_refused(load: Load, commit: Commit, tmp_path: Path) -> None:
    commit(0, {"a.parquet": "1"})
    (tmp_path / "focus" / "_delta_log" / f"{0:020}.json").write_text("{")
    with pytest.raises(UserError, match="Copy the whole folder again"):
        load(tmp_path / "focus")


@pytest.mark.parametrize(
    ("kind", "mark"), [("Iceberg", "metadata/v1.metadata.json"), ("Hudi", ".hoodie/hoodie.properties")]
)
def test_other_tables_are_refused(load: Load, bill: Bill, tmp_path: Path, kind: str, mark: str) -> None:
    bill(rows(1))
    (tmp_path / mark).parent.mkdir()
    (tmp_path / mark).write_text("{}")
    with pytest.raises(UserError, match=f"The folder is a table of {kind}"):
        load(tmp_path)
