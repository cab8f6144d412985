"""One statement through the guard to rows that JSON can hold."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from config.access import Actor
from config.errors import UserError
from config.settings import Settings
from db.database import Database
from nl2sql.deps import Deps
from nl2sql.execution import execute, guard_pool, line_items
from nl2sql.guard.outcome import SafeQuery, SqlRejected


@dataclass(frozen=True)
class AnswerRows:
    """What came back: numbers as floats, dates as ISO text; `shown` is the SQL for people."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    shown: str
    truncated: bool


@dataclass(frozen=True)
class Slow:
    """The time limit was reached."""


@dataclass(frozen=True)
class NotRun:
    """It was not run (`blocked`), or the database refused it; `reason` is a sentence for people."""

    reason: str
    blocked: bool


def run_checked(sql: str, asker: Actor, deps: Deps, *, raw: bool = False) -> AnswerRows | Slow | NotRun:
    """Check a statement for an asker, and run what the guard made of it under the reader role within the limits. One
    that a person or a model wrote (`raw`) may show no figure that is not of the bills.
    """
    settings = deps.settings
    deps.say("checking it")
    safe = guard_pool.check(sql, asker, settings.answer_row_cap, raw=raw)
    if isinstance(safe, SqlRejected):
        return NotRun(safe.reason, blocked=True)
    deps.say("asking the database")
    done = _done(deps.database, settings, safe, limits_of(safe, asker, settings, settings.answer_row_cap))
    if isinstance(done, execute.FetchedRows):
        rows = tuple(tuple(_plain(cell) for cell in row) for row in done.rows)
        return AnswerRows(tuple(done.columns), rows, safe.shown, done.truncated)
    if isinstance(done, execute.StatementTimedOut):
        return Slow()
    if isinstance(done, execute.TooCostly):
        return Slow()
    return NotRun(done.reason, blocked=False)


def rows_of(
    sql: str, asker: Actor, database: Database, settings: Settings, most: int | None = None
) -> list[dict[str, Any]]:
    """Rows of a statement of our own as dicts, narrowed to the asker as any
    question is. Raises `UserError` when the database cannot answer.
    """
    most = most or settings.answer_row_cap
    safe = guard_pool.check(sql, asker, most)
    if isinstance(safe, SqlRejected):
        raise UserError(safe.reason)
    done = _done(database, settings, safe, limits_of(safe, asker, settings, most))
    if not isinstance(done, execute.FetchedRows):
        raise UserError(done.reason)
    return [dict(zip(done.columns, (_plain(cell) for cell in row), strict=True)) for row in done.rows]


def limits_of(safe: SafeQuery, asker: Actor, settings: Settings, rows: int) -> execute.ExecutionLimits:
    """What a statement of the asker may use. The planner's estimate knows the rows of every team, so whether it refuses
    would tell a narrowed asker about those of others: their statements run, for half the time, and end like any other.
    """
    if asker.sees_all or safe.reads_lake:  # which is read without an estimate
        return execute.ExecutionLimits(settings.answer_timeout_seconds, rows, settings.answer_cost_cap)
    return execute.ExecutionLimits(settings.answer_timeout_seconds / 2, rows, math.inf)


def _done(
    database: Database, settings: Settings, safe: SafeQuery, limits: execute.ExecutionLimits
) -> execute.ExecutionResult:
    """The statement by the engine that holds what it reads."""
    if safe.reads_lake:
        return line_items.run(database, settings, safe, limits)
    return execute.run(database.reader, safe, limits)


def _plain(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return cell if isinstance(cell, int | float | str | bool) or cell is None else str(cell)
