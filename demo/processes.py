"""Child processes of the demo: the real commands, their output in files, gone when the demo ends."""

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from config.errors import UserError

_STOP_SECONDS = 30
_CALL = "import pickle, sys; call, given = pickle.load(sys.stdin.buffer); pickle.dump(call(*given), sys.stdout.buffer)"


@contextmanager
def running(
    name: str, arguments: list[str], environment: Mapping[str, str], logs: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """A `finops` command for the length of a block; asked to finish, then made to."""
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches the demo alone, which then ends its children in order
        )
    try:
        yield process
    finally:
        stop(process)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """The function's result from a process of its own, ended with the wait for it: polars, which writes the bills,
    takes the interrupt away from the process that it is used in. The function may not print. Raises `UserError` where
    it failed, with its last word.
    """
    ended = subprocess.run(
        [sys.executable, "-c", _CALL],
        input=pickle.dumps((function, arguments)),
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    if ended.returncode != 0:
        errors = ended.stderr.decode(errors="replace").strip().splitlines()
        raise UserError(f"{function.__name__} ended before it was done: {errors[-1] if errors else ended.returncode}.")
    return pickle.loads(ended.stdout)  # noqa: S301 - written by the child that was just started


def stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # what the command itself started and left
    process.wait()
