"""Run checked SQL: under the reader role, in a read-only transaction of a reset
session, with limits on time, cost and rows.
"""

import logging
import math
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import psycopg2
import psycopg2.extensions
import sqlalchemy as sa

from nl2sql.guard import SafeQuery

log = logging.getLogger(__name__)

_PIECE: Final = 50  # rows fetched at once, at most
_PIECE_BYTES: Final = 256 * 1024  # what a piece may hold, if its rows are as long as those before
_GRACE_SECONDS: Final = 1.0  # the client's timer fires this long after the server's, in case the server's never does


@dataclass(frozen=True)
class ExecutionLimits:
    """What one question may use; `cost` is the planner's estimate (about 100,000 a second on a small server), `bytes`
    is what all cells together may hold as text.
    """

    seconds: float = 15.0
    rows: int = 1_000
    cost: float = 20_000_000.0
    bytes: int = 4 * 1024 * 1024


@dataclass(frozen=True)
class FetchedRows:
    """The answer; `truncated` when there were more rows than the limit."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    truncated: bool
    elapsed_ms: float


@dataclass(frozen=True)
class StatementTimedOut:
    """It took longer than the limit and was cancelled."""

    seconds: float
    reason: str


@dataclass(frozen=True)
class TooCostly:
    """The planner expects more work than the limit; nothing was run."""

    cost: float
    reason: str


@dataclass(frozen=True)
class StatementFailed:
    """Postgres refused; `reason` is a sentence for people, `sqlstate` is for
    repair and logs, `unavailable` when the server cannot be reached.
    """

    reason: str
    sqlstate: str = ""
    unavailable: bool = False


ExecutionResult = FetchedRows | StatementTimedOut | TooCostly | StatementFailed

NO_NUMBER: Final = "The query computes something that is no number (infinity or NaN); use NULLIF or CASE where it does."
_NO_DATE: Final = "A date or time in the query is out of range."
# Sentences by SQLSTATE, or by its class (first two characters). The server's own text may name what people must not
# see, so it is only logged.
_REASONS: Final = {
    "22012": "The query divides by zero; use NULLIF around the divisor.",
    "22007": "A date or time in the query is not written in a form that Postgres reads.",
    "22008": _NO_DATE,
    "22003": "A number in the query is out of range.",
    "22P02": "A text in the query cannot be read as the type it is cast to.",
    "21000": "A subquery that should give one row gives several.",
    "42702": "A column name is ambiguous; write the table's name before it.",
    "42703": "The query names a column that does not exist.",
    "42803": "A column must stand in GROUP BY or inside an aggregate.",
    "42804": "The types of two parts of the query do not fit together.",
    "42883": "A function or operator does not exist for those types; add a cast.",
    "42725": "A function or operator is ambiguous for those types; add a cast.",
    "42P10": "ORDER BY does not fit SELECT DISTINCT or GROUP BY.",
    "42P20": "A window function stands where none is allowed.",
    "42601": "The query is not valid SQL.",
    "42501": "The query reads something that questions may not read.",
    "25006": "The query tried to write; questions may only read.",
    "22": "The query computes a value that is not valid.",
    "42": "Postgres cannot make sense of the query.",
    "53": "The database has no room for that query just now; ask again in a moment.",
    "54": "The query is too complex.",
}
_GONE: Final = {"08", "57", "58", "XX"}
_CANCELLED: Final = "57014"


def run(engine: sa.Engine, query: SafeQuery, limits: ExecutionLimits | None = None) -> ExecutionResult:
    """Run the query on a connection of the reader's engine and return at most
    `limits.rows` rows; never raises for what the query does.
    """
    limits = limits or ExecutionLimits()
    started = time.monotonic()
    try:
        with _session(engine) as connection:
            return _read(connection, query, limits, started)
    except psycopg2.Error as error:
        return _outcome(error, limits, started)
    except sa.exc.DBAPIError as error:
        return _outcome(error.orig, limits, started)
    except ValueError:  # of psycopg2, for days that Python has none for
        return StatementFailed(_NO_DATE)
    except sa.exc.TimeoutError:
        return StatementFailed("All connections to the database are busy; ask again in a moment.", unavailable=True)


@contextmanager
def _session(engine: sa.Engine) -> Iterator[Any]:
    """A pooled connection outside SQLAlchemy's transaction, thrown away when it was cancelled or lost."""
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    assert isinstance(connection, psycopg2.extensions.connection)
    try:
        yield connection
    except psycopg2.Error as error:
        if error.pgcode == _CANCELLED:
            connection.close()
        raise
    finally:
        if connection.closed:
            pooled.invalidate()
        else:
            connection.rollback()
            pooled.close()


def _read(connection: Any, query: SafeQuery, limits: ExecutionLimits, started: float) -> ExecutionResult:
    connection.rollback()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "DISCARD ALL"
        )  # whatever the session held before: settings, prepared statements, locks, temporary tables
    connection.autocommit = False
    with _cancelled_after(connection, limits.seconds + _GRACE_SECONDS):
        with connection.cursor() as cursor:
            milliseconds = int(limits.seconds * 1000)
            cursor.execute(
                f"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {milliseconds}; "
                f"SET LOCAL lock_timeout = {milliseconds}; "
                "SET LOCAL search_path = pg_catalog; SET LOCAL TimeZone = 'UTC'"
            )
            # In parentheses, a second statement behind a semicolon is a syntax error.
            cursor.execute(f"EXPLAIN (FORMAT JSON) ({query.sql})")
            cost = float(cursor.fetchone()[0][0]["Plan"]["Total Cost"])
        if cost > limits.cost:
            return TooCostly(
                cost, "That question needs too much of the database; ask for a shorter period or fewer details."
            )
        # DECLARE … CURSOR takes one SELECT and nothing that writes.
        with connection.cursor(name="answer") as cursor:
            cursor.execute(f"({query.sql})")
            rows = _fetch(cursor, limits)
            columns = tuple(column.name for column in cursor.description or ())
    if rows is None:
        return StatementFailed(
            f"The answer is larger than {limits.bytes >> 20} MB; ask for fewer columns or rows, or for shorter texts."
        )
    if not are_numbers(rows):
        return StatementFailed(NO_NUMBER)
    elapsed = (time.monotonic() - started) * 1000
    return FetchedRows(columns, rows[: limits.rows], len(rows) > limits.rows, elapsed)


def _fetch(cursor: Any, limits: ExecutionLimits) -> list[tuple[Any, ...]] | None:
    """At most one row more than the limit, read in pieces that grow as long as rows are short; None as soon as they
    hold too many bytes.
    """
    rows: list[tuple[Any, ...]] = []
    size, longest, count = 0, 1, 1
    while len(rows) <= limits.rows:
        piece = cursor.fetchmany(min(count, limits.rows + 1 - len(rows)))
        if not piece:
            break
        sizes = [sum(map(_size, row)) for row in piece]
        size, longest = size + sum(sizes), max(longest, *sizes)
        if size > limits.bytes:
            return None
        rows += piece
        count = max(1, min(4 * count, _PIECE, _PIECE_BYTES // longest))
    return rows


def are_numbers(rows: Iterable[Iterable[Any]]) -> bool:
    """Whether every number in rows is one: neither infinite nor NaN."""
    return all(_is_number(cell) for row in rows for cell in row)


def _is_number(cell: Any) -> bool:
    if isinstance(cell, list):
        return are_numbers([cell])
    return not isinstance(cell, float | Decimal) or math.isfinite(float(cell))  # what is too large is shown as infinity


def _size(cell: Any) -> int:
    if isinstance(cell, str):
        return len(cell)
    return sum(map(_size, cell)) if isinstance(cell, list) else 8


@contextmanager
def _cancelled_after(connection: Any, seconds: float) -> Iterator[None]:
    """Cancel what runs on the connection when the time is up, whatever the server's own timer does."""
    fired = threading.Event()

    def cancel() -> None:
        fired.set()
        connection.cancel()

    timer = threading.Timer(seconds, cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if fired.is_set():
            timer.join()
            connection.close()  # the cancellation may arrive late and must not hit the next question


def _outcome(
    error: BaseException | None, limits: ExecutionLimits, started: float
) -> StatementTimedOut | StatementFailed:
    state = getattr(error, "pgcode", None) or ""
    log.info(
        "query failed: sqlstate=%s", state
    )  # the server's text quotes the statement, and with it what people asked
    if state == _CANCELLED:
        seconds = time.monotonic() - started
        return StatementTimedOut(
            seconds,
            (
                f"The query took longer than {limits.seconds:g} s and was stopped; ask for a shorter period or fewer "
                "details."
            ),
        )
    if not state or state[:2] in _GONE:
        return StatementFailed(
            "The database cannot be reached just now; ask again in a moment.", state, unavailable=True
        )
    return StatementFailed(_REASONS.get(state) or _REASONS.get(state[:2]) or "Postgres could not run the query.", state)
