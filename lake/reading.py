"""One checked statement over line items, run by a process of its own."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

WORKER: Final = Path(__file__).with_name("worker.py")
SPARK_WORKER: Final = Path(__file__).with_name("spark_worker.py")
_GRACE_SECONDS = 2.0  # to start Python and DuckDB
_SPARK_GRACE_SECONDS = 15.0  # to start Python and the client, to reach the engine and to tell it to stop
_SPARE: Final = 2


@dataclass(frozen=True)
class Job:
    """A statement, the view that it reads, over `line_items`, and what it may use; `columns` are those of the files,
    for when there are none. Where there is an `engine`, an address of Spark Connect that may hold a token, it runs
    there, and `files` are addresses that it can read, with `expected` rows together; else DuckDB runs it here.
    """

    sql: str
    view: str
    columns: str
    files: Sequence[Path | str]
    rows: int
    seconds: float
    bytes: int
    megabytes: int = 1_024
    threads: int = 2
    engine: str = field(default="", repr=False)
    expected: int = 0


@dataclass(frozen=True)
class Found:
    """What came back: at most one row more than was asked for."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class EngineTimedOut:
    """The process was killed when its time was up."""

    seconds: float


@dataclass(frozen=True)
class Failed:
    """The engine refused, or the process died; `kind` is DuckDB's name of the error, `memory`, `size`, `zero`,
    `statements` or `died`; of an engine elsewhere also `away`, `refused`, `files`, `unsupported` or, where there is no
    client for it, `missing`.
    """

    kind: str
    detail: str = ""


def run(job: Job) -> Found | EngineTimedOut | Failed:
    """Run the statement and wait for it; never raises for what the statement does."""
    started = time.monotonic()
    program, grace = (SPARK_WORKER, _SPARK_GRACE_SECONDS) if job.engine else (WORKER, _GRACE_SECONDS)
    process = _spare.take(program)
    try:
        written, _ = process.communicate(_written(job), timeout=job.seconds + grace)
    except subprocess.TimeoutExpired:
        return EngineTimedOut(time.monotonic() - started)
    finally:
        _end(process)
        _spare.replace()
    try:
        answer = json.loads(written)
    except ValueError:
        seconds = time.monotonic() - started  # the kernel's limit on its time ends it with a signal
        return (
            EngineTimedOut(seconds) if seconds >= job.seconds else Failed("died", f"exit status {process.returncode}")
        )
    if answer.get("failed") == "time":
        return EngineTimedOut(time.monotonic() - started)
    if "failed" in answer:
        return Failed(str(answer["failed"]), str(answer.get("detail", "")))
    return Found(tuple(answer["columns"]), [tuple(map(_cell, row)) for row in answer["rows"]])


@contextmanager
def warm(*, elsewhere: bool = False) -> Iterator[None]:
    """For the length of a block processes stand ready, for DuckDB or for an engine elsewhere, so that no question waits
    for Python and what it loads.
    """
    _spare.enabled, _spare.program = True, SPARK_WORKER if elsewhere else WORKER
    _spare.replace()
    try:
        yield
    finally:
        _spare.enabled = False
        _spare.end()


@dataclass
class _Spare:
    """Processes that were started and have no job yet; without a job they only wait for one. Two, so that a question
    that follows at once finds one as well, while the next is started.
    """

    enabled: bool = False
    program: Path = WORKER
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, program: Path) -> "subprocess.Popen[bytes]":
        while True:
            with self.lock:
                process = self.processes.pop(0) if self.processes and program == self.program else None
            if process is None:
                return _start(program)
            if process.poll() is None:
                return process
            _end(process)

    def replace(self) -> None:
        with self.lock:
            while self.enabled and len(self.processes) < _SPARE:
                self.processes.append(_start(self.program))

    def end(self) -> None:
        with self.lock:
            processes, self.processes = self.processes, []
        for process in processes:
            _end(process)


_spare: Final = _Spare()


def _start(program: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-I", str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin"},  # no secret of ours
        cwd="/",
        start_new_session=True,
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Whatever it does."""
    process.kill()  # one that has ended is left as it is
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    process.wait()


def _written(job: Job) -> bytes:
    content = {**job.__dict__, "files": [str(path) for path in job.files]}
    return json.dumps(content).encode()


def _cell(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "decimal":
        return Decimal(content)
    if kind == "time":
        return datetime.fromisoformat(content)
    if kind == "date":
        return date.fromisoformat(content)
    if kind == "list":
        return [_cell(one) for one in content]
    return {key: _cell(one) for key, one in content}
