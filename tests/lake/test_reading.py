"""What a worker answers, and what it may not do whatever it is asked."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lake import reading
from lake.reading import EngineTimedOut, Failed, Found
from tests.lake.conftest import Ask

ATTACKS = (Path(__file__).parent / "attacks.sql").read_text(encoding="utf-8").strip().split("\n")


def test_values_keep_their_types(ask: Ask) -> None:
    """Amounts are exact, days are days, tags are maps."""
    answer = ask(
        "SELECT min(usage_date) AS day, sum(effective_cost) AS cost, any_value(tags['owner']) AS owner, "
        "count(*) AS rows, any_value(tags) AS tags FROM reporting.charges WHERE usage_date = '2026-09-02'"
    )
    assert answer == Found(
        ("day", "cost", "owner", "rows", "tags"),
        [(date(2026, 9, 2), Decimal("1.000000000000000001"), "o'1", 1, {"owner": "o'1"})],
    )


def test_no_files_are_no_rows(ask: Ask) -> None:
    """A lake without files has the view all the same."""
    assert ask("SELECT count(*) AS n, sum(effective_cost) AS c FROM reporting.charges", files=[]) == Found(
        ("n", "c"), [(0, None)]
    )


def test_rows_and_bytes_are_limited(ask: Ask) -> None:
    """One row more than the limit shows that there are more; too many bytes are none."""
    found = ask("SELECT team FROM reporting.charges", rows=4)
    assert isinstance(found, Found)
    assert len(found.rows) == 5
    assert ask("SELECT repeat('x', 1000) AS x FROM reporting.charges", bytes=20_000) == Failed("size")


def test_what_takes_too_long_is_killed(ask: Ask) -> None:
    """By its parent, and where the parent is gone by the kernel."""
    endless = "SELECT count(*) FROM range(100000000000000) WHERE range % 7 = 8"
    assert isinstance(ask(endless, seconds=0.2), EngineTimedOut)


def test_memory_is_limited(ask: Ask) -> None:
    """A statement that wants more than it may have fails alone."""
    answer = ask("SELECT list(a.range || repeat('x', 100)) FROM range(50000000) a", megabytes=256)
    assert answer == Failed("memory")


def test_calculations_are_those_of_postgres(ask: Ask) -> None:
    """Whole numbers divide to whole numbers; a division by zero is an error, not infinity."""
    assert ask("SELECT 7 / 2 AS a, -7 / 2 AS b, 7 / 2.0 AS c") == Found(("a", "b", "c"), [(3, -3, 3.5)])
    divided = ask("SELECT sum(effective_cost) / 0 AS x FROM reporting.charges")
    assert isinstance(divided, Failed)
    assert divided.kind == "zero"


def test_processes_stand_ready_and_serve_one_question(ask: Ask) -> None:
    """What one has done nobody after it sees; one that died is passed over; at the end none is left."""
    with reading.warm():
        first, second = reading._spare.processes
        assert isinstance(ask("SELECT 1 AS x"), Found)
        assert first.poll() is not None
        assert reading._spare.processes[0].pid == second.pid
        assert len(reading._spare.processes) == 2
        second.kill()
        second.wait()
        assert ask("SELECT 2 AS x") == Found(("x",), [(2,)])
        left = list(reading._spare.processes)
        assert len(left) == 2
    assert reading._spare.processes == []
    assert all(one.poll() is not None for one in left)


@pytest.mark.parametrize("sql", ATTACKS)
def test_the_worker_alone_reads_nothing_but_its_files(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    """Were the guard to let it pass: no other file is read or made, no setting and no extension is had, no secret of
    the process that asks is known.
    """
    monkeypatch.setenv("FINOPS_SECRET", "canary-7731")
    secret = tmp_path / "secret.csv"
    secret.write_text("canary-7731\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    answer = ask(sql.replace("{folder}", str(tmp_path)))
    assert "canary-7731" not in repr(answer)
    assert sorted(tmp_path.rglob("*")) == before
    assert isinstance(answer, Failed), answer
