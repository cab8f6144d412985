"""A Prefect server of this home's own, for the demo, for tests and for who has none: SQLite, one process, 127.0.0.1."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import UserError
from config.processes import free_port, lives, locked, pid_in, private_folder, tail

_log = logging.getLogger(__name__)

_START_SECONDS = 120
_LOOK_SECONDS = 5.0
_ANSWER_SECONDS = 30
_STOP_SECONDS = 20


def environment(home: Path, api_url: str | None = None) -> dict[str, str]:
    """What Prefect's processes of this home need in their environment; with
    `api_url`, what talks to the server needs too.
    """
    folder = home.absolute() / "prefect"
    variables = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }
    return variables | ({"PREFECT_API_URL": api_url} if api_url else {})


def start(home: Path) -> str:
    """The API address of the home's server, started when it is not running;
    several processes may call it. Raises `UserError`.
    """
    folder = home.absolute() / "prefect"
    private_folder(home.absolute())
    folder.mkdir(exist_ok=True)
    with locked(folder / "server.lock"):
        return _slow(home) or _launch(home, folder)


def running(home: Path) -> str | None:
    """The API address of the home's server when it answers."""
    try:
        url = (home.absolute() / "prefect" / "server.url").read_text()
    except OSError:
        return None
    return url if _answers(url) else None


def stop(home: Path) -> bool:
    """Stop the home's server; False when none answered."""
    folder = home.absolute() / "prefect"
    if not folder.is_dir():
        return False
    with locked(folder / "server.lock"):  # a start that is under way ends first
        return _slow(home) is not None and _stop(folder)


def _slow(home: Path) -> str | None:
    """The address of the home's server, waiting a while for its answer where
    its process lives: on a busy machine it may take its time.
    """
    deadline = time.monotonic() + _ANSWER_SECONDS
    while (
        (url := running(home)) is None
        and (pid := pid_in(home.absolute() / "prefect" / "server.pid"))
        and lives(pid)
        and time.monotonic() < deadline
    ):
        time.sleep(0.1)
    return url


def _stop(folder: Path) -> bool:
    number = int((folder / "server.pid").read_text())
    os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while lives(number) and time.monotonic() < deadline:
        time.sleep(0.05)
    if lives(number):
        os.kill(number, signal.SIGKILL)
    return True


@contextmanager
def server(home: Path) -> Iterator[str]:
    """The home's server for the length of a block: its API address."""
    url = start(home)
    try:
        yield url
    finally:
        stop(home)


@contextmanager
def supervised(home: Path) -> Iterator[str]:
    """The home's server, started again whenever it ends within the block, at
    the same address; it is left running after it.
    """
    url = start(home)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            try:
                start(home)
            except (UserError, OSError) as error:
                _log.warning("Prefect's server is away: %s", error)

    watcher = threading.Thread(target=watch, name="prefect-server", daemon=True)
    watcher.start()
    try:
        yield url
    finally:
        over.set()
        watcher.join()


def _last_port(folder: Path) -> int:
    """The port of the last start; 0 where none is known."""
    try:
        return int((folder / "server.url").read_text().removesuffix("/api").rpartition(":")[2])
    except (OSError, ValueError):
        return 0


def _launch(home: Path, folder: Path) -> str:
    port = free_port(_last_port(folder), "Prefect's server")
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--ui"]
    log_path = folder / "server.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment(home, url)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _answers(url):
            _write(folder / "server.pid", str(process.pid))
            _write(folder / "server.url", url)
            return url
        time.sleep(0.1)
    process.kill()
    process.wait()
    raise UserError(f"Prefect's server did not start; its log is {log_path}: {tail(log_path)}")


def _write(path: Path, text: str) -> None:
    """Whole or not at all: another process may be reading it."""
    part = path.with_suffix(f"{path.suffix}.part")
    part.write_text(text)
    part.replace(path)


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({})
    )  # a proxy of the environment is not for this machine
    try:
        with opener.open(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
