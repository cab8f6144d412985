"""Run a checked statement over the lake: by a process of its own, over the files that stand."""

import logging
import time
from typing import TYPE_CHECKING, Final

from config.errors import UserError
from db.focus import FILE_COLUMNS
from db.reporting.charges_view import CHARGES
from lake import catalogue, reading
from lake.columns import duckdb_columns
from lake.place import place_of
from nl2sql.execution.execute import (
    NO_NUMBER,
    ExecutionLimits,
    ExecutionResult,
    FetchedRows,
    StatementFailed,
    StatementTimedOut,
    are_numbers,
)

if TYPE_CHECKING:
    from config.settings import Settings
    from db.database import Database
    from nl2sql.guard import SafeQuery

log = logging.getLogger(__name__)

_SHORTER: Final = "ask for a shorter period or fewer details"
_REASONS: Final = {
    "memory": f"That question needs more memory than it may have; {_SHORTER}.",
    "zero": "The query divides by zero; use NULLIF around the divisor.",
    "OutOfRangeException": "A number in the query is out of range.",
    "ConversionException": "A text in the query cannot be read as the type it is cast to.",
    "BinderException": "A column, a function or a type in the query does not fit; add a cast.",
    "CatalogException": "The query names a function that the engine of line items does not know.",
    "ParserException": "The query is not valid SQL.",
    "InvalidInputException": "The query computes a value that is not valid.",
    "died": "The process that reads line items ended in the middle of the question; ask again.",
}


def run(database: "Database", settings: "Settings", query: "SafeQuery", limits: ExecutionLimits) -> ExecutionResult:
    """At most `limits.rows` rows of a statement that reads line items; never raises for what the query does."""
    started = time.monotonic()
    with database.app.connect() as connection:
        files = catalogue.standing(connection, days=query.days)
        months = {month for _, month in catalogue.incomplete(connection, query.days)}
    place = place_of(database)
    try:
        gone = set(place.fetch([file.path for file in files]))
    except UserError as error:
        log.error("the lake is away: %s", error)
        return StatementFailed("The line items cannot be reached just now; ask again in a while.", unavailable=True)
    months |= {f"{file.start:%Y-%m}" for file in files if file.path in gone}
    if months:  # the rest of them would be a wrong figure
        log.error("files of the lake are missing: %s", ", ".join(sorted(gone)[:10]) or "never written")
        named = f" ({min(gone)} is missing)" if gone else ""
        return StatementFailed(
            f"Line items of {', '.join(sorted(months)[:12])} are not in the lake{named}. Let an admin run `finops lake "
            "fill`.",
            unavailable=True,
        )
    answer = reading.run(
        reading.Job(
            sql=query.sql,
            view=CHARGES.sql,
            columns=duckdb_columns(FILE_COLUMNS),
            files=[place.full(file.path) for file in files],
            rows=limits.rows,
            seconds=limits.seconds,
            bytes=limits.bytes,
            megabytes=settings.lake_memory_megabytes,
            threads=settings.lake_threads,
        )
    )
    if isinstance(answer, reading.Found):
        if not are_numbers(answer.rows):
            return StatementFailed(NO_NUMBER)
        elapsed = (time.monotonic() - started) * 1000
        return FetchedRows(answer.columns, answer.rows[: limits.rows], len(answer.rows) > limits.rows, elapsed)
    if isinstance(answer, reading.EngineTimedOut):
        reason = f"The query took longer than {limits.seconds:g} s and was stopped; {_SHORTER}."
        return StatementTimedOut(answer.seconds, reason)
    log.info("query over line items failed: %s", answer.kind)  # DuckDB's text quotes what people asked
    if answer.kind == "size":
        return StatementFailed(
            f"The answer is larger than {limits.bytes >> 20} MB; ask for fewer columns or rows, or for shorter texts."
        )
    return StatementFailed(_REASONS.get(answer.kind, "The engine of line items could not run the query."))
