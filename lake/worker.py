"""The process that reads line items: one statement over the files it is given, in a locked DuckDB, then it ends.

It imports nothing of ours, has no environment, may write no file, and is killed by its parent when its time is up. The
job comes as JSON on stdin, the answer goes as JSON to stdout.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import duckdb

_MEGABYTE = 1024 * 1024
_PIECE = 50  # rows fetched at once


def main() -> None:
    """One job."""
    connection = duckdb.connect(":memory:")  # before there is a job: a process that stands ready has done this
    job = json.load(sys.stdin)
    _limit(job)
    try:
        _lock(connection, job)
        answer = _run(connection, job)
    except duckdb.OutOfMemoryException:
        answer = {"failed": "memory"}
    except duckdb.InvalidInputException as error:
        zero = str(error).startswith("Invalid Input Error: Division by zero")
        answer = {"failed": "zero" if zero else "InvalidInputException", "detail": str(error)[:500]}
    except duckdb.Error as error:
        answer = {"failed": type(error).__name__, "detail": str(error)[:500]}
    json.dump(answer, sys.stdout)


def _limit(job: dict[str, Any]) -> None:
    """What the process may use of the machine, whatever DuckDB thinks of it."""
    seconds = int(job["seconds"]) * job["threads"] + 2
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, (job["megabytes"] * 2 + 2_048) * _MEGABYTE),  # code, stacks and arenas besides
    ):
        resource.setrlimit(kind, (most, most))


def _lock(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> None:
    """Let the database hold the view and open nothing but the files of the job."""
    for name, value in {
        "threads": job["threads"],
        "memory_limit": f"{job['megabytes']}MB",
        "temp_directory": "",
        "TimeZone": "UTC",
        "integer_division": True,
        "ieee_floating_point_ops": False,  # a division by zero is an error, not infinity
        "default_null_order": "postgres",
        "python_enable_replacements": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_unredacted_secrets": False,
        "allowed_paths": job["files"],
        "enable_external_access": False,
    }.items():
        connection.execute(f"SET {name} = {_literal(value)}")
    connection.execute("CREATE SCHEMA reporting")
    if job["files"]:
        rows = f"SELECT * FROM read_parquet({_literal(job['files'])})"  # noqa: S608 - paths of ours, as literals
        connection.execute(f"CREATE VIEW line_items AS {rows}")
    else:
        connection.execute(f"CREATE TABLE line_items ({job['columns']})")
    connection.execute(f"CREATE VIEW reporting.charges AS {job['view']}")
    connection.execute("SET lock_configuration = true")


def _run(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> dict[str, Any]:
    if len(connection.extract_statements(job["sql"])) != 1:
        return {"failed": "statements"}
    result = connection.execute(job["sql"])
    columns = [str(column[0]) for column in result.description or ()]
    rows: list[list[Any]] = []
    size = 0
    while len(rows) <= job["rows"]:
        piece = result.fetchmany(min(_PIECE, job["rows"] + 1 - len(rows)))
        if not piece:
            break
        written = [[_cell(cell) for cell in row] for row in piece]
        size += len(json.dumps(written))
        if size > job["bytes"]:
            return {"failed": "size"}
        rows += written
    return {"columns": columns, "rows": rows}


def _cell(value: Any) -> Any:
    """A value as JSON, with its type where JSON has none for it."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, list | tuple):
        return {"list": [_cell(one) for one in value]}
    if isinstance(value, dict):
        return {"map": [[str(key), _cell(one)] for key, one in value.items()]}
    if isinstance(value, time | timedelta):
        return str(value)
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return "'" + str(value).replace("'", "''") + "'"


if __name__ == "__main__":
    main()
