"""Loads that are cut short, that meet, and that are watched: the old state or the new, never a mixture."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.errors import UserError
from config.organisation import Organisation
from config.settings import Settings
from db import engines
from db.database import Database
from db.embedded import postgres
from flows.ingest.loading.delivery import ingest
from tests.flows.conftest import Bill, all_rows, rows, state

OLD, NEW = 20, 30_000
POINTS = [
    "SELECT pg_advisory_xact_lock",
    "DELETE FROM finops.daily_costs",
    "INSERT INTO finops.lake_files",
    "CREATE TEMPORARY TABLE days",
    "INSERT INTO finops.billed_periods",
    "INSERT INTO finops.loads",
]

# Loads a file with SIGKILL to itself before the first statement that begins so.
_SUICIDE = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from db.database import Database
from flows.ingest.loading.delivery import ingest
from config.organisation import Organisation
owner, lake, point, bill = sys.argv[1:]
database = Database(owner, owner, owner, embedded=False, lake=lake)
@sa.event.listens_for(database.owner, "before_cursor_execute")
def die(connection, cursor, statement, parameters, context, many):
    if statement.strip().startswith(point):
        os.kill(os.getpid(), signal.SIGKILL)
ingest([bill], database, Organisation())
"""


def _settled(database: Database) -> int:
    """How many rows are stored, after making sure that charges and all sums agree."""
    found = state(database)
    assert len({cost for _, cost in found.values()}) == 1, found
    count = found["charges"][0]
    assert found["charges"][1] == Decimal(count)
    assert all_rows(database, "SELECT count(*) FROM finops.resources") == [(count,)]
    return count


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_load_leaves_the_old_state(clean_database: Database, bill: Bill, point: str) -> None:
    """SIGKILL between any two statements; the next load works."""
    ingest([str(bill(rows(OLD), "old.csv"))], clean_database, Organisation())
    new = str(bill(rows(200), "new.csv"))
    command = [sys.executable, "-c", _SUICIDE, clean_database.owner_url, clean_database.lake, point, new]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert _settled(clean_database) == OLD
    assert ingest([new], clean_database, Organisation()).loads[0].status == "loaded"
    assert _settled(clean_database) == 200


def test_two_loads_of_one_period_are_one_after_the_other(clean_database: Database, bill: Bill) -> None:
    """The later stands whole, and says that it replaced the earlier."""
    paths = [str(bill(rows(count), f"{count}.csv")) for count in (3600, 4000)]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda path: ingest([path], clean_database, Organisation()), paths))
    assert [result.loads[0].status for result in results] == ["loaded", "loaded"]
    replaced = [item.rows for result in results for item in result.replaced]
    assert sorted([*replaced, _settled(clean_database)]) == [3600, 4000]


def test_one_delivery_twice_at_once_is_loaded_once(clean_database: Database, bill: Bill) -> None:
    """The second to arrive finds it unchanged."""
    path = str(bill(rows(3000)))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: ingest([path], clean_database, Organisation()), range(2)))
    assert sorted(result.loads[0].status for result in results) == ["loaded", "unchanged"]
    assert _settled(clean_database) == 3000


def test_whoever_reads_meanwhile_sees_one_state(clean_database: Database, bill: Bill) -> None:
    """Every look at the charges or at their sums is at the old month or at the new one."""
    counts = (1000, 2000, 3000)
    paths = [str(bill(rows(count), f"{count}.csv")) for count in counts]
    ingest([paths[0]], clean_database, Organisation())
    seen: set[Decimal] = set()
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(lambda: [ingest([path], clean_database, Organisation()) for path in paths[1:]])
        while not loading.done():
            with clean_database.owner.connect() as connection:
                both = (
                    "SELECT (SELECT sum(rows) FROM finops.lake_files WHERE retired_at IS NULL), "
                    "(SELECT sum(effective_cost) FROM finops.daily_costs)"
                )
                charges, days = connection.exec_driver_sql(both).one()
            assert charges == days
            seen.add(charges)
        loading.result()
    assert seen <= {Decimal(count) for count in counts}


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Settings]:
    """A server of the test's own, to be killed."""
    tmp_path.chmod(0o755)
    yield Settings(home=tmp_path / "home", _env_file=None, database_url=None)
    postgres.stop(tmp_path / "home")


@pytest.mark.parametrize("point", ["DELETE FROM finops.daily_costs", "INSERT INTO finops.loads"])
def test_a_killed_postgres_comes_back_with_the_old_state(own_server: Settings, bill: Bill, point: str) -> None:
    """SIGKILL to the server in mid-load: the loader says so, the next start recovers, the load can be repeated."""
    database = engines.connect(own_server)
    old, new = str(bill(rows(OLD), "old.csv")), str(bill(rows(NEW), "new.csv"))
    ingest([old], database, Organisation())
    pid = int((own_server.home / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])
    killed: list[int] = []

    def kill(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.strip().startswith(point) and not killed:
            killed.append(pid)
            backend = cursor.connection.info.backend_pid
            os.kill(pid, signal.SIGKILL)
            os.kill(backend, signal.SIGKILL)

    sa.event.listen(database.owner, "before_cursor_execute", kill)
    with pytest.raises(UserError, match="nothing was changed"):
        ingest([new], database, Organisation())
    assert killed
    database.dispose()
    again = engines.connect(own_server)
    assert _settled(again) == OLD
    ingest([new], again, Organisation())
    assert _settled(again) == NEW
    again.dispose()
