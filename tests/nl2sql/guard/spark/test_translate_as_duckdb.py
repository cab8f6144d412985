"""What is sent elsewhere answers as DuckDB does: the same statement on both engines, over the same rows."""

import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import duckdb
import pytest

from lake import reading, spark_worker, worker
from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, check
from nl2sql.guard.spark.translate import for_spark
from tests.nl2sql.guard.builders import AS_POSTGRES, EVERYTHING, plain, planted

# Statements that Apache Spark answers as DuckDB does, and Sail cannot run.
BEYOND_SAIL = (
    "SELECT avg(count(*)) OVER () AS x FROM charges",
    "SELECT a.team FROM charges a NATURAL JOIN charges b",
    "SELECT a.team FROM charges a JOIN charges b USING (team) ORDER BY 1",
)
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
Rows = list[tuple[Any, ...]]


def _sendable() -> Iterator[str]:
    for sql in AS_POSTGRES:
        safe = check(sql, reporting(), EVERYTHING)
        if sql not in BEYOND_SAIL and isinstance(safe, SafeQuery) and isinstance(for_spark(safe.sql), str):
            yield sql


@pytest.fixture(scope="module")
def both(spark: str) -> Iterator[Callable[[str], tuple[Rows, Rows]]]:
    """Answers of DuckDB and of the engine elsewhere, in this order; without an order of its own, sorted."""
    with patch.object(sys.modules["__main__"], "__file__", __file__, create=True):  # without one it looks for doctests
        from pyspark.sql.connect.session import SparkSession

    here = duckdb.connect(":memory:")
    worker._lock(here, {"threads": 1, "megabytes": 512, "files": [], "columns": "x int", "view": planted()})
    session = SparkSession(connection=spark)
    view = planted(lambda text: text.replace("\\", "\\\\"), {"timestamptz": "timestamp", "text": "string"})
    job = {"files": [], "expected": 0, "columns": "x INT", "view": view, "rows": 1_000, "bytes": 1_000_000}

    def asked(sql: str) -> tuple[Rows, Rows]:
        safe = check(sql, reporting(), EVERYTHING)
        assert isinstance(safe, SafeQuery)
        answers = (
            worker._run(here, {"sql": safe.sql, "rows": 1_000, "bytes": 1_000_000}),
            spark_worker._run(session, {**job, "sql": for_spark(safe.sql)}),
        )
        rows = [[tuple(plain(reading._cell(cell)) for cell in row) for row in one["rows"]] for one in answers]
        if "ORDER BY" not in sql:
            rows = [sorted(one, key=str) for one in rows]
        return rows[0], rows[1]

    yield asked
    session.stop()
    here.close()


@pytest.mark.parametrize("sql", list(_sendable()))
def test_both_engines_answer_the_same(both: Callable[[str], tuple[Rows, Rows]], sql: str) -> None:
    wanted, found = both(sql)
    assert found == wanted
