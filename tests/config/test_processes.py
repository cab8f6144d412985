"""What the servers of a home have in common."""

import argparse
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.processes import free_port, lives, locked, pid_in, port_of, private_folder


def test_a_home_is_its_owners_alone(tmp_path: Path) -> None:
    """Made with 0700; a folder that somebody made already keeps its rights."""
    private_folder(tmp_path / "new" / "home")
    assert (tmp_path / "new" / "home").stat().st_mode & 0o777 == 0o700
    (tmp_path / "old").mkdir(mode=0o755)
    private_folder(tmp_path / "old")
    assert (tmp_path / "old").stat().st_mode & 0o077


def test_a_server_gets_its_port_back_or_another_one() -> None:
    """The wanted port where nobody has it; any where somebody does."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port, "a server") not in (0, port)
    assert free_port(port, "a server") == port


def test_an_ended_process_does_not_live() -> None:
    """A child that ended is reaped, and its number is nobody's."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert lives(child.pid)
    assert child.stdin is not None
    child.stdin.close()
    while lives(child.pid):
        pass
    child.returncode = 0
    assert lives(os.getpid())


def test_the_first_line_of_a_file_is_a_process(tmp_path: Path) -> None:
    """postmaster.pid has more lines; a torn or missing file names nobody."""
    (tmp_path / "pid").write_text("4711\n/data\n")
    (tmp_path / "torn").write_text("")
    assert [pid_in(tmp_path / name) for name in ("pid", "torn", "none")] == [4711, None, None]


def test_one_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    """Who comes second waits until the first is through."""
    order = []

    def second() -> None:
        with locked(tmp_path / "lock"):
            order.append("second")

    with locked(tmp_path / "lock"):
        waiting = threading.Thread(target=second)
        waiting.start()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


@pytest.mark.parametrize("text", ["99999", "-1", "http", "80.5"])
def test_what_is_no_port_is_said(text: str) -> None:
    """A sentence, no traceback from the socket."""
    with pytest.raises(argparse.ArgumentTypeError, match="is no port"):
        port_of(text)
    assert port_of("65535") == 65_535
