"""The guard's processes: the same verdicts, and one that is held is ended and replaced."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.access import SYSTEM, Actor
from nl2sql import guard
from nl2sql.catalog.views import reporting
from nl2sql.execution import guard_pool
from tests.nl2sql.guard.builders import CHECKOUT, statements

_GOOD = "SELECT sum(effective_cost) FROM reporting.daily_costs"


@contextmanager
def every_place() -> "Iterator[list[subprocess.Popen[bytes] | None]]":
    """All places of the pool, as long as the block has them."""
    places = [guard_pool._places.get() for _ in range(guard_pool.WORKERS)]
    try:
        yield places
    finally:
        for place in places:
            guard_pool._places.put(place)


def end(places: "list[subprocess.Popen[bytes] | None]") -> None:
    for place in places:
        if place is not None:
            guard_pool._end(place)
    places[:] = [None for _ in places]


@pytest.mark.parametrize("asker", [SYSTEM, CHECKOUT], ids=["all", "one team"])
def test_the_verdicts_are_those_of_the_guard(asker: Actor) -> None:
    """Over the whole corpus, allowed and refused, narrowed and not."""
    for kind in ("benign", "attacks"):
        for name, sql in statements(kind):
            assert guard_pool.check(sql, asker, 50) == guard.check(sql, reporting(), asker, 50), name


def test_a_figure_of_its_own_is_refused_where_a_person_wrote_it() -> None:
    """The statement of a recipe may hold one."""
    sql = "SELECT 999999 AS effective_cost FROM reporting.daily_costs"
    assert isinstance(guard_pool.check(sql, SYSTEM), guard.SafeQuery)
    refused = guard_pool.check(sql, SYSTEM, raw=True)
    assert isinstance(refused, guard.SqlRejected)
    assert refused.rule == "lineage"


@pytest.mark.parametrize("odd", ["SELECT '\ud800'", "SELECT 1\n; SELECT 2\n", "SELECT '\x00'", "é" * 70_000])
def test_a_statement_is_one_line_whatever_it_holds(odd: str) -> None:
    """The answer after it is that of the statement after it."""
    assert isinstance(guard_pool.check(odd, SYSTEM), guard.SqlRejected)
    assert isinstance(guard_pool.check(_GOOD, SYSTEM), guard.SafeQuery)


def test_a_held_process_is_ended_with_its_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside a regular expression, where no Python code gets a turn: the kernel ends it, and another one takes over."""
    holding = (
        "import re\n"
        "from nl2sql.execution import guard_worker\n"
        "check = guard_worker.check\n"
        "def held(sql, *rest):\n"
        "    return re.match('(a+)+$', 'a' * 64 + '!') if sql == 'hold' else check(sql, *rest)\n"
        "guard_worker.check = held\n"
        "guard_worker.main()\n"
    )
    with every_place() as places:
        monkeypatch.setattr(guard_pool, "_PROGRAM", ("-c", holding))
        end(places)
        places[:] = [guard_pool._start() for _ in places]
        before = {place.pid for place in places if place is not None}
    assert guard_pool.check("hold", SYSTEM) == guard_pool.HELD
    assert isinstance(guard_pool.check(_GOOD, SYSTEM), guard.SafeQuery)
    with every_place() as places:
        assert len({place.pid for place in places if place is not None} - before) == 1
        end(places)


def test_processes_end_with_their_parent() -> None:
    """However it ends."""
    program = (
        "import os\n"
        "from config.access import SYSTEM\n"
        "from nl2sql.execution import guard_pool\n"
        "guard_pool.check('SELECT 1', SYSTEM)\n"
        "process = guard_pool._places.get()\n"
        "print(process.pid, flush=True)\n"
        "os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    for _ in range(600):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text(encoding="ascii").split()[2] == "Z":
            return
        threading.Event().wait(0.05)
    pytest.fail("a process was left behind")


def test_an_interrupted_wait_leaves_no_answer_for_the_next_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(process: "subprocess.Popen[bytes]", job: bytes) -> bytes:
        assert process.stdin is not None
        process.stdin.write(job)
        process.stdin.flush()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(guard_pool, "_line", interrupted)
        with pytest.raises(KeyboardInterrupt):
            guard_pool.check(_GOOD, SYSTEM)
    narrowed = guard_pool.check(_GOOD, CHECKOUT)
    assert narrowed == guard.check(_GOOD, reporting(), CHECKOUT)
