"""Checked SQL under the reader role: rows, and limits that hold."""

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.access import Actor
from db.database import Database
from db.embedded import postgres
from nl2sql.catalog.views import reporting
from nl2sql.execution import execute
from nl2sql.execution.execute import ExecutionLimits, FetchedRows, StatementFailed, StatementTimedOut, TooCostly, run
from nl2sql.guard import SafeQuery, check

LEAD = Actor("lead", sees_all=True)


def safe(sql: str) -> SafeQuery:
    """A query that the guard allows."""
    result = check(sql, reporting(), LEAD)
    assert isinstance(result, SafeQuery), result
    return result


def unchecked(sql: str) -> SafeQuery:
    """A query as if the guard had let it through: what the second line of defence must stop."""
    return SafeQuery(sql, sql, 1_000, frozenset())


def test_rows_come_with_their_columns(database: Database) -> None:
    """Names and values as Postgres gives them; % is no placeholder."""
    result = run(
        database.reader, safe("SELECT n, n * 2 AS twice, '100 %' AS share FROM generate_series(1, 3) AS n ORDER BY n")
    )
    assert isinstance(result, FetchedRows)
    assert result.columns == ("n", "twice", "share")
    assert result.rows == [(1, 2, "100 %"), (2, 4, "100 %"), (3, 6, "100 %")]
    assert not result.truncated


def test_an_answer_without_rows_has_columns(database: Database) -> None:
    """An empty answer still says what it would have held."""
    result = run(database.reader, safe("SELECT service, team FROM daily_costs WHERE false"))
    assert isinstance(result, FetchedRows)
    assert (result.columns, result.rows) == (("service", "team"), [])


def test_more_rows_than_the_limit_are_cut_visibly(database: Database) -> None:
    """Exactly the limit is whole, one more is truncated."""
    query = safe("SELECT n FROM generate_series(1, 10) AS n ORDER BY n")
    whole, cut = (
        run(database.reader, query, ExecutionLimits(rows=10)),
        run(database.reader, query, ExecutionLimits(rows=9)),
    )
    assert isinstance(whole, FetchedRows)
    assert isinstance(cut, FetchedRows)
    assert (len(whole.rows), whole.truncated) == (10, False)
    assert (len(cut.rows), cut.truncated) == (9, True)


def test_a_slow_query_is_stopped_by_the_server(database: Database) -> None:
    """The statement's own timer ends it."""
    result = run(database.reader, unchecked(SLOW), ExecutionLimits(seconds=0.2, cost=1e18))
    assert isinstance(result, StatementTimedOut)
    assert "0.2 s" in result.reason


def test_the_clients_timer_stops_what_the_servers_does_not(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the server's timer at ten minutes the client's cancels at once."""
    monkeypatch.setattr("nl2sql.execution.execute._GRACE_SECONDS", -599.5)
    result = run(database.reader, unchecked(SLOW), ExecutionLimits(seconds=600, cost=1e18))
    assert isinstance(result, StatementTimedOut)
    assert result.seconds < 600


SLOW = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b, generate_series(1, 1000) c"


def test_what_the_planner_finds_too_costly_is_not_run(database: Database) -> None:
    """The cost cap looks at the plan."""
    result = run(database.reader, unchecked(SLOW), ExecutionLimits(cost=1000))
    assert isinstance(result, TooCostly)
    assert result.cost > 1000


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("SELECT 1 / (n - 1) FROM generate_series(1, 3) AS n", "22012"),
        ("SELECT service FROM daily_costs GROUP BY team", "42803"),
        ("SELECT 'secret-word'::int", "22P02"),
        ("SELECT upper(usage_date) FROM daily_costs", "42883"),
        ("SELECT team FROM daily_costs JOIN resources ON daily_costs.team = resources.team", "42702"),
    ],
)
def test_errors_are_sentences_without_the_servers_words(database: Database, sql: str, state: str) -> None:
    """The reason helps to mend the query and quotes nothing."""
    result = run(database.reader, safe(sql))
    assert isinstance(result, StatementFailed)
    assert result.sqlstate == state
    assert result.reason.endswith(".")
    assert "secret-word" not in result.reason
    assert not result.unavailable


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "WITH x AS (INSERT INTO finops.sources (name) VALUES ('x') RETURNING 1) SELECT * FROM x",
        "INSERT INTO finops.sources (name) VALUES ('x')",
        "SELECT * FROM finops.charges",
        "SELECT set_config('statement_timeout', '0', false)",
        "SELECT * FROM reporting.daily_costs FOR UPDATE",
        "CREATE TEMP TABLE x (a int)",
        "SELECT 1; COMMIT; SET default_transaction_read_only = off",
    ],
)
def test_what_the_guard_would_refuse_fails_here_too(database: Database, sql: str) -> None:
    """The second line of defence: one SELECT, read-only, the reader's rights."""
    result = run(database.reader, unchecked(sql))
    assert isinstance(result, StatementFailed)
    assert result.reason.endswith(".")
    assert "finops" not in result.reason


def test_nothing_a_session_held_reaches_the_next_question(database: Database) -> None:
    """Settings left on a pooled connection are gone, and afterwards it is clean again."""
    leftovers = [database.reader.raw_connection() for _ in range(3)]
    for pooled in leftovers:
        pooled.cursor().execute(
            "SET work_mem = '64kB'; SET default_transaction_read_only = off; SET search_path = finops"
        )
        pooled.commit()
        pooled.close()
    result = run(
        database.reader, unchecked("SELECT current_setting('work_mem'), current_setting('transaction_read_only')")
    )
    assert isinstance(result, FetchedRows)
    assert result.rows[0][0] != "64kB"
    assert result.rows[0][1] == "on"


def test_an_unreachable_database_is_said_to_be_unavailable(database: Database) -> None:
    """No traceback, and marked so that the caller can say so."""
    gone = sa.create_engine("postgresql+psycopg2://finops_reader:x@127.0.0.1:1/finops")
    result = run(gone, safe("SELECT 1"))
    assert isinstance(result, StatementFailed)
    assert result.unavailable


def test_a_connection_that_dies_is_replaced(database: Database, finops_home: Path) -> None:
    """When the server ends the session in mid-query that is said, and the next question gets a fresh one."""
    outcomes: list[object] = []
    limits = ExecutionLimits(seconds=60, cost=1e18)
    worker = threading.Thread(target=lambda: outcomes.append(run(database.reader, unchecked(SLOW), limits)))
    worker.start()
    superuser = sa.create_engine(
        postgres.start(finops_home).url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'finops_reader' AND state = "
        "'active' AND query LIKE '%FETCH%'"
    )
    with superuser.connect() as connection:
        while worker.is_alive():
            connection.execute(sa.text(kill))
            time.sleep(0.05)
    worker.join()
    [outcome] = outcomes
    assert isinstance(outcome, StatementFailed)
    assert outcome.unavailable
    assert isinstance(run(database.reader, safe("SELECT 1")), FetchedRows)


def test_an_answer_has_a_budget_of_bytes(database: Database) -> None:
    """It is given up while it is read, before it fills the memory; within the budget nothing is lost."""
    wide = unchecked("SELECT repeat('x', 100000) AS text FROM generate_series(1, 1000)")
    result = run(database.reader, wide, ExecutionLimits(bytes=2 * 1024 * 1024))
    assert isinstance(result, StatementFailed)
    assert "larger than 2 MB" in result.reason
    result = run(database.reader, wide, ExecutionLimits(rows=10, bytes=2 * 1024 * 1024))
    assert isinstance(result, FetchedRows)
    assert [len(row[0]) for row in result.rows] == [100_000] * 10


def test_long_rows_come_one_by_one() -> None:
    """A piece is as many rows as fit: what one fetch holds does not grow with the length of rows."""
    fetched: list[int] = []

    class Cursor:
        """Rows of 1 MB, as many as are asked for."""

        def fetchmany(self, count: int) -> list[tuple[str]]:
            fetched.append(count)
            return [("x" * 2**20,)] * count

    assert execute._fetch(Cursor(), ExecutionLimits(bytes=4 * 2**20)) is None
    assert set(fetched) == {1}
    assert len(fetched) == 5
