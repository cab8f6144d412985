"""A statement that is run elsewhere: what comes back, what is refused, and that it ends when its time is up."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lake.columns import spark_columns
from lake.place import Place
from lake.reading import EngineTimedOut, Failed, Found, Job, run, warm
from lake.writer import Writer
from tests.lake.conftest import COLUMNS, frame

Sent = Callable[..., Found | EngineTimedOut | Failed]
BY_TEAM = (
    "SELECT team, sum(effective_cost) AS cost FROM reporting_charges WHERE try_element_at(tags, 'owner') = 'o\\'1' "
    "GROUP BY 1 ORDER BY 1 NULLS LAST LIMIT 101"
)
ENDLESS = "SELECT count(*) FROM range(100000000000000) WHERE id % 7 = 8"


@pytest.fixture
def send(place: Place, spark: str) -> Sent:
    """Sends a statement over sixty rows in two files."""
    writer = Writer(place)
    writer.add(1, "2026-09", 7, frame(30))
    writer.add(1, "2026-10", 8, frame(30, "5555"))
    writer.flush()
    job = Job(
        sql="",
        view="SELECT * FROM line_items",
        columns=spark_columns(COLUMNS),
        files=[place.address(file.path) for file in writer.files],
        rows=100,
        seconds=20.0,
        bytes=1_000_000,
        engine=spark,
        expected=60,
    )

    def sent(sql: str, **changes: Any) -> Found | EngineTimedOut | Failed:
        return run(replace(job, sql=sql, **changes))

    return sent


def test_rows_come_back_as_duckdb_gives_them(send: Sent) -> None:
    """Amounts to the last place, maps, days and times."""
    cost = Decimal("10.000000000000000010")
    assert send(BY_TEAM) == Found(("team", "cost"), [("payments", cost), ("search", cost), (None, cost)])
    whole = send("SELECT * FROM reporting_charges ORDER BY usage_date, billing_account_id LIMIT 1")
    assert isinstance(whole, Found)
    day, account, start, _, team, amount, tags = whole.rows[0]
    assert (day.isoformat(), account, team, tags) == ("2026-09-01", "4029", "payments", {"owner": "o'0"})
    assert (start.isoformat(), amount) == ("2026-09-01T00:00:00+00:00", Decimal("1.000000000000000001"))


def test_without_files_there_are_no_rows(send: Sent) -> None:
    """But the columns are."""
    assert send("SELECT team FROM reporting_charges", files=[], expected=0) == Found(("team",), [])


@pytest.mark.parametrize(
    ("sql", "changes", "kind"),
    [
        ("SELECT 1 / 0 AS x", {}, "zero"),
        ("SELECT cast('x' AS int) AS x", {}, "ConversionException"),
        ("SELECT colour FROM reporting_charges", {}, "BinderException"),
        ("SELECT repeat(team, 1000) AS x FROM reporting_charges", {"bytes": 10_000}, "size"),
        ("SELECT count(*) AS n FROM reporting_charges", {"engine": "sc://127.0.0.1:1"}, "away"),
        ("SELECT count(*) AS n FROM reporting_charges", {"files": ["file:///not/there.parquet"]}, "files"),
        ("SELECT count(*) AS n FROM reporting_charges", {"expected": 61}, "files"),
    ],
)
def test_what_cannot_be_is_a_kind_of_fault(send: Sent, sql: str, changes: dict[str, Any], kind: str) -> None:
    """As DuckDB's; fewer rows than were written are never an answer."""
    answer = send(sql, **changes)
    assert isinstance(answer, Failed)
    assert answer.kind == kind, answer


def test_it_ends_in_time_and_the_engine_with_it(send: Sent) -> None:
    """The engine is told, or it would count on for nobody."""
    assert isinstance(send(ENDLESS, seconds=2.0), EngineTimedOut)
    until = time.monotonic() + 20
    while _is_busy() and time.monotonic() < until:
        time.sleep(0.2)
    assert not _is_busy()


def test_statements_do_not_see_each_others_views(send: Sent) -> None:
    """Each has a session of its own."""
    assert isinstance(send(BY_TEAM), Found)
    other = send("SELECT count(*) AS n FROM reporting_charges", view="SELECT * FROM line_items WHERE team = 'search'")
    assert other == Found(("n",), [(20,)])


def test_a_process_stands_ready(send: Sent) -> None:
    """And a job for the other engine does not get it."""
    with warm(elsewhere=True):
        assert send("SELECT count(*) AS n FROM reporting_charges") == Found(("n",), [(60,)])
        here = run(Job("SELECT 1 AS n", "SELECT 1 AS x", "x int", [], 10, 5.0, 10_000))
        assert here == Found(("n",), [(1,)])


def _is_busy() -> bool:
    """Whether a server of Sail's uses most of a processor."""
    before = _ticks()
    time.sleep(0.5)
    return _ticks() - before > 0.3 * os.sysconf("SC_CLK_TCK")


def _ticks() -> int:
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"sail\0spark\0server" in (folder / "cmdline").read_bytes():
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
        except OSError:
            continue  # it has ended
    return total
