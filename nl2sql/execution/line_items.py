"""Run a checked statement over the lake, over the files that stand: by a process of its own, which has DuckDB, or sends
it to the engine of FINOPS_LAKE_ENGINE.
"""

import logging
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from config.errors import UserError
from db.focus import FILE_COLUMNS
from db.reporting.charges_view import AI_COLUMNS, CHARGES, WITHOUT_AI
from lake import catalogue, reading
from lake.catalogue import LakeFile
from lake.columns import duckdb_columns, spark_columns
from lake.place import Place, place_of
from nl2sql.execution import guard_pool
from nl2sql.execution.execute import (
    NO_NUMBER,
    ExecutionLimits,
    ExecutionResult,
    FetchedRows,
    StatementFailed,
    StatementTimedOut,
    are_numbers,
)
from nl2sql.guard.outcome import SqlRejected
from nl2sql.guard.spark.translate import view_for_spark

if TYPE_CHECKING:
    from config.settings import Settings
    from db.database import Database
    from nl2sql.guard import SafeQuery

log = logging.getLogger(__name__)

_WORD: Final = re.compile(r"[a-z_]+")
_STAR: Final = re.compile(r"(?<!\()\*")  # but that of count(*)
_SHORTER: Final = "ask for a shorter period or fewer details"
_AWAY: Final = "The line items cannot be reached just now; ask again in a while."
_REASONS: Final = {
    "memory": f"That question needs more memory than it may have; {_SHORTER}.",
    "zero": "The query divides by zero; use NULLIF around the divisor.",
    "OutOfRangeException": "A number in the query is out of range.",
    "ConversionException": "A text in the query cannot be read as the type it is cast to.",
    "BinderException": "A column, a function or a type in the query does not fit; add a cast.",
    "CatalogException": "The query names a function that the engine of line items does not know.",
    "ParserException": "The query is not valid SQL.",
    "InvalidInputException": "The query computes a value that is not valid.",
    "unsupported": "The engine of line items cannot run a query like that; write it more plainly.",
    "died": "The process that reads line items ended in the middle of the question; ask again.",
}
# Of an engine elsewhere, for an admin; who asks is told that it is away.
_FAULTS: Final = {
    "away": "cannot be reached: see that it runs, and that FINOPS_LAKE_ENGINE names its host and port",
    "refused": "does not let this bot in: see the token in FINOPS_LAKE_ENGINE",
    "files": "does not see every file of the lake: let it read them, and name in FINOPS_LAKE_ENGINE_FILES what the "
    "lake is called there",
    "missing": "has no client here: install pyspark-client beside the bot",
}


def run(database: "Database", settings: "Settings", query: "SafeQuery", limits: ExecutionLimits) -> ExecutionResult:
    """At most `limits.rows` rows of a statement that reads line items; never raises for what the query does."""
    started = time.monotonic()
    engine = settings.latest().lake_engine
    if engine is not None:
        elsewhere = guard_pool.in_spark(query)
        if isinstance(elsewhere, SqlRejected):
            return StatementFailed(elsewhere.reason)
        query = elsewhere
    with database.app.connect() as connection:
        files = catalogue.standing(connection, days=query.days)
        months = {month for _, month in catalogue.incomplete(connection, query.days)}
    place = place_of(database)
    paths = [file.path for file in files]
    try:
        gone = set(place.missing(paths) if engine is not None else place.fetch(paths))
    except UserError as error:
        log.error("the lake is away: %s", error)
        return StatementFailed(_AWAY, unavailable=True)
    months |= {f"{file.start:%Y-%m}" for file in files if file.path in gone}
    if months:  # the rest of them would be a wrong figure
        log.error("files of the lake are missing: %s", ", ".join(sorted(gone)[:10]) or "never written")
        named = f" ({min(gone)} is missing)" if gone else ""
        return StatementFailed(
            f"Line items of {', '.join(sorted(months)[:12])} are not in the lake{named}. Let an admin run `finops lake "
            "fill`.",
            unavailable=True,
        )
    job = reading.Job(
        sql=query.sql,
        view=_view(query),
        columns=duckdb_columns(FILE_COLUMNS),
        files=[place.full(path) for path in paths],
        rows=limits.rows,
        seconds=limits.seconds,
        bytes=limits.bytes,
        megabytes=settings.lake_memory_megabytes,
        threads=settings.lake_threads,
    )
    if engine is not None:
        job = _sent(job, engine.get_secret_value(), settings, place, files)
    return _outcome(reading.run(job), limits, started, job.engine)


def _view(query: "SafeQuery") -> str:
    """What the statement reads, without the columns that cost much and that it cannot see: a star shows all, and so may
    what has no words of its own for columns.
    """
    words = set(_WORD.findall(query.sql.lower()))
    shows_all = _STAR.search(query.shown) or not {"natural", "table"}.isdisjoint(_WORD.findall(query.shown.lower()))
    return CHARGES.sql if shows_all or not words.isdisjoint(AI_COLUMNS) else WITHOUT_AI


def _sent(job: reading.Job, engine: str, settings: "Settings", place: Place, files: "list[LakeFile]") -> reading.Job:
    """The job for an engine elsewhere."""
    return replace(
        job,
        engine=engine,
        view=view_for_spark(),
        columns=spark_columns(FILE_COLUMNS),
        files=[place.address(file.path, settings.lake_engine_files) for file in files],
        expected=sum(file.rows for file in files),
    )


def _outcome(
    answer: reading.Found | reading.EngineTimedOut | reading.Failed,
    limits: ExecutionLimits,
    started: float,
    engine: str,
) -> ExecutionResult:
    if isinstance(answer, reading.Found):
        if not are_numbers(answer.rows):
            return StatementFailed(NO_NUMBER)
        elapsed = (time.monotonic() - started) * 1000
        return FetchedRows(answer.columns, answer.rows[: limits.rows], len(answer.rows) > limits.rows, elapsed)
    if isinstance(answer, reading.EngineTimedOut):
        reason = f"The query took longer than {limits.seconds:g} s and was stopped; {_SHORTER}."
        return StatementTimedOut(answer.seconds, reason)
    if answer.kind in _FAULTS:
        log.error("the engine of line items, %s, %s", urlsplit(engine).hostname, _FAULTS[answer.kind])
        return StatementFailed(
            f"{_AWAY} The engine that reads them {_FAULTS[answer.kind]}.", answer.kind, unavailable=True
        )
    log.info("query over line items failed: %s", answer.kind)  # an engine's text quotes what people asked
    if answer.kind == "size":
        return StatementFailed(
            f"The answer is larger than {limits.bytes >> 20} MB; ask for fewer columns or rows, or for shorter texts."
        )
    return StatementFailed(_REASONS.get(answer.kind, "The engine of line items could not run the query."))
