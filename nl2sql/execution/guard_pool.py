"""The guard in processes of its own: a statement that holds one is ended together with it, and holds nothing else."""

import atexit
import json
import logging
import os
import queue
import select
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from config.access import Actor
from nl2sql.guard.check import ROW_LIMIT
from nl2sql.guard.outcome import SafeQuery, SqlRejected

log = logging.getLogger(__name__)

WORKERS: Final = 2
HELD: Final = SqlRejected("The statement takes too long to check; write it more plainly.", "time")
_PROGRAM = ("-m", "nl2sql.execution.guard_worker")
_ROOT = Path(__file__).resolve().parents[2]
_WAIT_SECONDS = 30.0  # for a process that gets no processor time; what it may use of it is its own limit
_Process = subprocess.Popen[bytes]


def check(sql: str, asker: Actor, row_limit: int = ROW_LIMIT, *, raw: bool = False) -> SafeQuery | SqlRejected:
    """`nl2sql.guard.check` over the reporting views, by a process that is ended where the statement holds it. A
    statement that a person or a model wrote (`raw`) may show no figure that is not of the bills.
    """
    job = {"sql": sql, "row_limit": row_limit, "raw": raw, "teams": sorted(asker.teams), "sees_all": asker.sees_all}
    answer = _asked(json.dumps(job).encode() + b"\n")
    if answer is None:
        return HELD
    if rejected := answer.get("rejected"):
        return SqlRejected(**rejected)
    safe = answer["safe"]
    days = tuple(map(date.fromisoformat, safe["days"])) if safe["days"] else None
    return SafeQuery(**{**safe, "views": frozenset(safe["views"]), "days": days})


def in_spark(query: SafeQuery) -> SafeQuery | SqlRejected:
    """A checked statement over line items in Spark's words, by a process that is ended where it takes too long."""
    answer = _asked(json.dumps({"spark": query.sql}).encode() + b"\n")
    if answer is None:
        return HELD
    if rejected := answer.get("rejected"):
        return SqlRejected(**rejected)
    return replace(query, sql=answer["spark"]["sql"])


# Places for processes. The one that was used last is taken first: who asks one question starts one process.
_places: "queue.LifoQueue[_Process | None]" = queue.LifoQueue()
for _ in range(WORKERS):
    _places.put(None)


def _asked(job: bytes) -> dict[str, dict[str, Any]] | None:
    process = _places.get()
    try:
        if process is None or process.poll() is not None:
            process = _start()
        line = _line(process, job)
        if line is None:
            log.warning("a statement could not be checked within its limits")
            _end(process)
            process = _start()  # it is warm when the next statement comes
            return None
        answer: dict[str, dict[str, Any]] = json.loads(line)
        return answer
    except BaseException:  # what it still says would be taken for the answer to the next statement
        if process is not None:
            _end(process)
        process = None
        raise
    finally:
        _places.put(process)


def _line(process: _Process, job: bytes) -> bytes | None:
    """The answer; None where the process ended, or got no time."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):
        process.stdin.write(job)
        process.stdin.flush()
    deadline = time.monotonic() + _WAIT_SECONDS
    readable = select.poll()
    readable.register(process.stdout, select.POLLIN)
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not readable.poll(left * 1_000):
            return None
        piece = os.read(process.stdout.fileno(), 65_536)
        if not piece:
            return None
        line += piece
    return line


def _start() -> _Process:
    return subprocess.Popen(
        [sys.executable, "-P", *_PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(_ROOT)},  # no secret of ours
        cwd="/",
        start_new_session=True,  # Ctrl-C is the parent's; the end of stdin ends this one
    )


@atexit.register
def _end_all() -> None:
    """Those that no thread uses; the others end with their stdin."""
    while True:
        try:
            process = _places.get_nowait()
        except queue.Empty:
            return
        if process is not None:
            _end(process)


def _end(process: _Process) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    process.wait()
