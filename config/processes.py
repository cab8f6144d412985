"""A home and its servers: processes that outlive who started them, each started once and found again at its port."""

import argparse
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import UserError


def private_folder(path: Path) -> None:
    """Make a folder that only its owner may look into; one that is there already stays as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file: of several processes that start or stop a server, one at a time does."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def pid_in(path: Path) -> int | None:
    """The process id that a file begins with; None without one."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def lives(pid: int) -> bool:
    """Whether the process runs. One that this process started and that has ended is reaped, else it would stay as a
    zombie and be taken for alive.
    """
    try:
        if os.waitpid(pid, os.WNOHANG)[0] != 0:
            return False
    except ChildProcessError:
        pass  # started by another process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True


def free_port(preferred: int, server: str) -> int:
    """The preferred port of 127.0.0.1 where it is free, so that the address of a `server` stays the same after a
    restart; else any free one. 0 means any. Raises `UserError`.
    """
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UserError(f"No port of 127.0.0.1 is free for {server}.")


def tail(path: Path) -> str:
    """The last words of a log."""
    return path.read_text(errors="replace")[-600:].strip()


def port_of(text: str) -> int:
    """An argument that is a port; raises what argparse says for it."""
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port: give a number from 1 to 65535, or 0 for any free one")
    return int(text)
