"""Ask line items, and the same SQL of a Postgres heap of the same rows: python -m benchmarks.lake [ROWS], 10M when none
are given.

One run: the bill of benchmarks.ingest is loaded once, and copied into a table of Postgres beside it; each question
goes through the guard, then five times through the process that reads the lake, which stands ready as in the bot, and
three times through Postgres over that table. Bars: each question at least five times faster than the heap, the slowest
under a second, at most a quarter of the bytes.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from benchmarks.ingest import copy_into_heap, write_bill
from config.access import SYSTEM
from config.organisation import Organisation
from config.settings import Settings
from db import engines
from db.database import Database
from db.embedded import postgres
from lake import reading
from nl2sql.catalog.views import reporting
from nl2sql.execution import line_items
from nl2sql.execution.execute import ExecutionLimits, FetchedRows
from nl2sql.guard import SafeQuery, check

FASTER, SLOWEST, BYTES = 5.0, 1.0, 0.25
_LIMITS = ExecutionLimits(seconds=120)
QUESTIONS = {
    "month by service": (
        (
            "SELECT service, date_trunc('month', usage_date) AS month, sum(effective_cost) AS cost FROM charges "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        (
            "SELECT service_name, date_trunc('month', charge_period_start, 'UTC') AS month, "
            "sum(effective_cost) AS cost FROM finops.bare GROUP BY 1, 2 ORDER BY 1, 2"
        ),
    ),
    "top 10 resources": (
        "SELECT resource_id, sum(effective_cost) AS cost FROM charges GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10",
        "SELECT resource_id, sum(effective_cost) AS cost FROM finops.bare GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10",
    ),
    "cost by a tag": (
        (
            "SELECT tags['cost-center'] AS center, sum(effective_cost) AS cost FROM charges GROUP BY 1 "
            "ORDER BY 2 DESC, 1 LIMIT 100"
        ),
        (
            "SELECT tags ->> 'cost-center' AS center, sum(effective_cost) AS cost FROM finops.bare GROUP BY 1 "
            "ORDER BY 2 DESC, 1 LIMIT 100"
        ),
    ),
}
Rows = list[tuple[object, ...]]


def _timed(times: int, run: Callable[[], Rows]) -> tuple[float, float, Rows]:
    """Median and slowest seconds, and the rows."""
    taken = []
    rows: Rows = []
    for _ in range(times):
        began = time.monotonic()
        rows = run()
        taken.append(time.monotonic() - began)
    return statistics.median(taken), max(taken), rows


def _from_lake(database: Database, settings: Settings, safe: SafeQuery) -> Rows:
    done = line_items.run(database, settings, safe, _LIMITS)
    assert isinstance(done, FetchedRows), done
    return done.rows


def _from_heap(database: Database, sql: str) -> Rows:
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(sql))]


def compare(database: Database, settings: Settings) -> bool:
    """Ask both; whether all is within the bars, and the figures are the same."""
    within = True
    for name, (asked, heap) in QUESTIONS.items():
        safe = check(asked, reporting(), SYSTEM)
        assert isinstance(safe, SafeQuery), safe
        lake, slowest, rows = _timed(5, lambda safe=safe: _from_lake(database, settings, safe))  # type: ignore[misc]  # bound
        there, _, others = _timed(3, lambda heap=heap: _from_heap(database, heap))  # type: ignore[misc]  # bound
        same = [row[-1] for row in rows] == [row[-1] for row in others]
        good = same and there >= FASTER * lake and slowest < SLOWEST
        within &= good
        print(
            f"{name}: lake {lake:.2f} s (slowest {slowest:.2f}, under {SLOWEST:g}), heap {there:.2f} s, "
            f"{there / lake:.1f} times faster (at least {FASTER:g}), {'same figures' if same else 'OTHER FIGURES'}: "
            f"{'ok' if good else 'NOT within the bars'}"
        )
    with database.owner.connect() as connection:
        files = int(connection.scalar(sa.text("SELECT sum(bytes) FROM finops.lake_files WHERE retired_at IS NULL")))
        heap_bytes = int(connection.scalar(sa.text("SELECT pg_total_relation_size('finops.bare')")))
    good = files <= BYTES * heap_bytes
    print(
        f"bytes: lake {files / 1e6:,.0f} MB, heap {heap_bytes / 1e6:,.0f} MB, {files / heap_bytes:.3f} of it (at most "
        f"{BYTES:g}): {'ok' if good else 'NOT within the bars'}"
    )
    return within and good


def main() -> int:
    """Exit 0 when all is within the bars."""
    from flows.ingest.loading.delivery import ingest

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home, bill = Path(folder) / "home", Path(folder) / "bill.csv"
        write_bill(bill, rows)
        settings = Settings(home=home, _env_file=None)
        try:
            database = engines.connect(settings)
            assert not ingest([str(bill)], database, Organisation()).failed
            copy_into_heap(database, bill)
            print(f"{rows:,} line items")
            with reading.warm():
                return 0 if compare(database, settings) else 1
        finally:
            postgres.stop(home)


if __name__ == "__main__":
    sys.exit(main())
