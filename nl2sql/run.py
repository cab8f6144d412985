"""One statement through the guard to rows that JSON can hold."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from access import Actor
from nl2sql import catalog, execute, guard
from nl2sql.deps import Deps


@dataclass(frozen=True)
class Rows:
    """What came back: numbers as floats, dates as ISO text; `shown` is the SQL for people."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    shown: str
    truncated: bool


@dataclass(frozen=True)
class Slow:
    """The time limit was reached."""


@dataclass(frozen=True)
class Failed:
    """It was not run (`blocked`), or the database refused it; `reason` is a sentence for people."""

    reason: str
    blocked: bool


def run_checked(sql: str, asker: Actor, deps: Deps) -> Rows | Slow | Failed:
    """Check a statement for an asker, and run what the guard made of it under the reader role within the limits."""
    settings = deps.settings
    deps.say("checking it")
    safe = guard.check(sql, catalog.reporting(), asker, settings.answer_row_cap)
    if isinstance(safe, guard.Rejected):
        return Failed(safe.reason, blocked=True)
    deps.say("asking the database")
    limits = execute.Limits(seconds=settings.answer_timeout_seconds, cost=settings.answer_cost_cap, rows=settings.answer_row_cap)
    done = execute.run(deps.database.reader, safe, limits)
    if isinstance(done, execute.Rows):
        rows = tuple(tuple(_plain(cell) for cell in row) for row in done.rows)
        return Rows(tuple(done.columns), rows, safe.shown, done.truncated)
    if isinstance(done, execute.TimedOut):
        return Slow()
    if isinstance(done, execute.TooCostly):
        return Slow()
    return Failed(done.reason, blocked=False)


def _plain(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return cell if isinstance(cell, int | float | str | bool) or cell is None else str(cell)
