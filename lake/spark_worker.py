"""The process that has line items read elsewhere: one statement, sent to an endpoint of Spark Connect, then it ends.

As `worker`, it imports nothing of ours, has no environment, may write no file, and is killed by its parent when time
is up; before, it tells the engine to stop. The job, with the endpoint and its token, comes as JSON on stdin, the answer
goes as JSON to stdout. Each job has a session of its own there, in which the views of the job are all that it names.
"""

import contextlib
import json
import os
import resource
import socket
import sys
import threading
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

MISSING = {"failed": "missing"}
_PORT = 15_002  # of Spark Connect, where an address names none
_MEGABYTE = 1024 * 1024
_REACH_SECONDS = 5.0
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # a division by zero is an error, not NULL
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.caseSensitive": "false",
}
# Names of errors and words in them, ours behind; engines do not agree on either.
_KINDS = (
    (("DIVIDE_BY_ZERO", "REMAINDER_BY_ZERO", "divide by zero", "division by zero", "remainder by zero"), "zero"),
    (("UNAUTHENTICATED", "PERMISSION_DENIED"), "refused"),
    (("UNAVAILABLE", "failed to connect"), "away"),
    (("PATH_NOT_FOUND", "FAILED_READ_FILE", "No such file", "not found: file", "NoSuchKey", "No FileSystem"), "files"),
    (("USER_RAISED_EXCEPTION", "value out of range", "negative substring"), "InvalidInputException"),
    (("OPERATION_CANCEL",), "time"),
    (("RESOURCE_EXHAUSTED", "OutOfMemory", "out of memory"), "memory"),
    (("NumberFormatException", "CAST_INVALID_INPUT", "DateTimeException", "cannot be parsed"), "ConversionException"),
    (("ARITHMETIC_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE", "verflow"), "OutOfRangeException"),
    (("UnsupportedOperationException", "not support"), "unsupported"),
    (("ParseException", "PARSE_SYNTAX_ERROR"), "ParserException"),
    (("AnalysisException",), "BinderException"),
)


def main() -> None:
    """One job."""
    try:
        from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415 - an extra; and before there is a job
    except ImportError:
        json.load(sys.stdin)
        json.dump(MISSING, sys.stdout)
        return
    job = json.load(sys.stdin)
    os.environ["TZ"] = "UTC"
    time.tzset()
    _limit(job)
    if not _is_there(job["engine"]):
        json.dump({"failed": "away"}, sys.stdout)
        return
    try:
        session = SparkSession(connection=job["engine"])
        session.client.set_retry_policies([])
        answer = _in_time(session, job)
    except Exception as error:  # noqa: BLE001 - of which library it is depends on the engine
        answer = _failed(error)
    json.dump(answer, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # its threads wait for the engine, nobody for them


def _limit(job: dict[str, Any]) -> None:
    """What the process may use of the machine; the engine's own limits are the engine's."""
    for kind, most in (
        (resource.RLIMIT_CPU, int(job["seconds"]) * 2 + 10),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, (job["megabytes"] + 6_144) * _MEGABYTE),  # gRPC and Arrow set addresses aside
    ):
        resource.setrlimit(kind, (most, most))


def _is_there(address: str) -> bool:
    """Whether somebody listens; the client itself would try for minutes."""
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or _PORT), _REACH_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def _in_time(session: Any, job: dict[str, Any]) -> dict[str, Any]:
    """The answer, or that its time was up, of which the engine has been told."""
    answers: list[dict[str, Any]] = []

    def work() -> None:
        try:
            answers.append(_run(session, job))
        except Exception as error:  # noqa: BLE001 - of which library it is depends on the engine
            answers.append(_failed(error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(job["seconds"])
    is_late = thread.is_alive()
    _end(session)
    return {"failed": "time"} if is_late else answers[0]


def _end(session: Any) -> None:
    """Stop what still runs there, and forget the session."""

    def end() -> None:
        for step in (session.interruptAll, session.client.release_session):
            with contextlib.suppress(Exception):
                step()

    thread = threading.Thread(target=end, daemon=True)
    thread.start()
    thread.join(_REACH_SECONDS)


def _run(session: Any, job: dict[str, Any]) -> dict[str, Any]:
    for name, value in _SETTINGS.items():
        with contextlib.suppress(Exception):  # an engine that does not know it has it anyway, or cannot
            session.conf.set(name, value)
    if job["files"]:
        rows = session.read.schema(job["columns"]).parquet(*job["files"])
    else:
        rows = session.createDataFrame([], job["columns"])
    rows.createOrReplaceTempView("line_items")
    if rows.count() != job["expected"]:  # some engines read a file that is not there as one without rows
        return {"failed": "files", "detail": "other rows than were written"}
    session.sql(job["view"]).createOrReplaceTempView("reporting_charges")
    table = session.sql(job["sql"]).toArrow()
    if table.nbytes > job["bytes"] * 4:
        return {"failed": "size"}
    columns = [column.to_pylist(maps_as_pydicts="strict") for column in table.columns]
    written = [[_cell(cell) for cell in row] for row in zip(*columns, strict=True)][: job["rows"] + 1]
    if len(json.dumps(written)) > job["bytes"]:
        return {"failed": "size"}
    return {"columns": list(table.column_names), "rows": written}


def _failed(error: BaseException) -> dict[str, Any]:
    text = f"{type(error).__name__} {getattr(error, 'getCondition', lambda: '')()} {error}"
    kind = next(
        (kind for words, kind in _KINDS if any(word.lower() in text.lower() for word in words)), type(error).__name__
    )
    return {"failed": kind, "detail": text[:500]}


def _cell(value: Any) -> Any:
    """A value as JSON, as `worker` writes it."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, dict):
        return {"map": [[str(key), _cell(one)] for key, one in value.items()]}
    if isinstance(value, list):
        return {"list": [_cell(one) for one in value]}
    if isinstance(value, timedelta):
        return str(value)
    return value if isinstance(value, str | int | float) or value is None else str(value)


if __name__ == "__main__":
    main()
