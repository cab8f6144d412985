"""A private PostgreSQL under `FINOPS_HOME`, started on demand and shared by every `finops` process of that home."""

import logging
import os
import resource
import signal
import socket
import subprocess
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from config.errors import UserError
from config.processes import free_port, lives, locked, pid_in, private_folder, tail
from db.embedded.postgres_files import MISSING, as_service, binaries, initialise, passwords_of

_START_SECONDS = 60
_TOLD_SECONDS = 15
_RECOVERY_SECONDS = 1_800  # a server that reads its log again after a crash is waited for
_MEMORY_BYTES = 4 * 1024**3  # of one process of the server: a statement that wants more fails, and no other with it
_log = logging.getLogger(__name__)
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "temp_file_limit": "2GB",  # of one session: a statement that sorts or stores more is stopped
    "maintenance_work_mem": "256MB",
    "wal_level": "minimal",  # a COPY into a table made in the same transaction then skips the log
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "jit": "off",  # compiling costs more than our queries take
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}


@dataclass(frozen=True)
class Server:
    """A running embedded server: port on 127.0.0.1 and the password of each role."""

    port: int
    passwords: dict[str, str]

    def url(self, role: str, database: str = "finops") -> str:
        """SQLAlchemy address of a database under a role."""
        return f"postgresql+psycopg2://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"


def start(home: Path) -> Server:
    """The home's server, made and started when needed; safe to call from
    several processes at once. Raises `UserError`.
    """
    if not (binaries() / "postgres").exists():  # the image keeps the client programs only
        raise UserError(MISSING)
    try:
        return _start(home)
    except OSError as error:
        raise UserError(
            f"{home.absolute()} cannot hold the database ({error.filename}: {error.strerror}). "
            "Set FINOPS_HOME to a folder that this user may write to, or FINOPS_DATABASE_URL to a server of yours."
        ) from error


def _start(home: Path) -> Server:
    folder = home.absolute() / "postgres"
    private_folder(home.absolute())
    folder.mkdir(exist_ok=True)
    with locked(home.absolute() / "postgres.lock"):
        data = folder / "data"
        passwords = passwords_of(folder)
        if not data.exists():
            initialise(folder, data, passwords["postgres"])
        elif not (data / "PG_VERSION").exists():
            raise UserError(
                f"{data} is not a Postgres data folder (no PG_VERSION). Move it away and start again, or set "
                "FINOPS_HOME to another folder."
            )
        return Server(_running_port(data) or _starting_port(folder, data) or _launch(folder, data), passwords)


def running_port(home: Path) -> int | None:
    """The port of the home's server, None while none is ready; engines ask when the one they know refuses."""
    return _running_port(home.absolute() / "postgres" / "data")


def _starting_port(folder: Path, data: Path) -> int | None:
    """The port of a server of this folder that is alive but not ready yet, once it is; None where there is none."""
    started = reported_at = time.monotonic()
    while (pid := pid_in(data / "postmaster.pid")) is not None and lives(pid) and _is_of(pid, data):
        if port := _running_port(data):
            return port
        now = time.monotonic()
        if now - started > _RECOVERY_SECONDS:
            raise UserError(
                f"Postgres is not ready after {_RECOVERY_SECONDS // 60} minutes; its log is {folder / 'postgres.log'}: "
                f"{tail(folder / 'postgres.log')}"
            )
        if now - reported_at > _TOLD_SECONDS:
            reported_at = now
            _log.warning("Postgres is starting or recovering since %d s; waiting for it", now - started)
        time.sleep(0.05)
    return None


def stop(home: Path) -> bool:
    """Stop the home's server (SIGINT: open sessions are rolled back); False when none runs."""
    data = home.absolute() / "postgres" / "data"
    with locked(home.absolute() / "postgres.lock") if home.exists() else nullcontext():
        pid = pid_in(data / "postmaster.pid")
        if pid is None or _running_port(data) is None:
            return False
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 30
        while (data / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        return True


def _launch(folder: Path, data: Path) -> int:
    log_path = folder / "postgres.log"
    deadline = time.monotonic() + _START_SECONDS
    if (pid := pid_in(data / "postmaster.pid")) is not None and not _is_of(pid, data):
        (data / "postmaster.pid").unlink(missing_ok=True)  # else Postgres would take the other process for its server
    while True:
        if running := _starting_port(folder, data):  # another process was quicker
            return running
        port = free_port(_remembered(folder), "Postgres")
        options = [part for name, value in _OPTIONS.items() for part in ("-c", f"{name}={value}")]
        command = as_service([str(binaries() / "postgres"), "-D", str(data), "-p", str(port), *options], data)
        with log_path.open("ab") as log:
            process = subprocess.Popen(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        _bound_memory(process.pid)
        while process.poll() is None and time.monotonic() < deadline:
            if _running_port(data) == port:
                process.returncode = 0  # it outlives us on purpose, so Popen has nothing to wait for
                _remember(folder, port)
                return port
            time.sleep(0.02)
        if time.monotonic() > deadline:
            raise UserError(
                f"Postgres did not start within {_START_SECONDS} s; its log is {log_path}: {tail(log_path)}"
            )
        if (
            "pre-existing shared memory" not in tail(log_path)
            and "lock file" not in tail(log_path)
            and "Address already in use" not in tail(log_path)
        ):
            raise UserError(f"Postgres did not start; its log is {log_path}: {tail(log_path)}")
        time.sleep(0.3)  # what a killed server left (shared memory, a taken port) goes away by itself


def _remembered(folder: Path) -> int:
    """The port of the last start that succeeded, 0 where none is known."""
    try:
        return int((folder / "port").read_text())
    except (OSError, ValueError):
        return 0


def _remember(folder: Path, port: int) -> None:
    partial = folder / "port.new"
    partial.write_text(str(port))
    partial.replace(folder / "port")


def _bound_memory(pid: int) -> None:
    """Limit the memory of the server's processes, where the system can: each inherits it."""
    with suppress(AttributeError, OSError, ValueError):  # only Linux knows prlimit
        resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _is_of(pid: int, data: Path) -> bool:
    """Whether a living process is the server of the folder, and not one that
    was given a dead server's number, as after a restart of a container.
    """
    try:
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True  # only Linux tells


def _running_port(data: Path) -> int | None:
    """The port of the folder's server when it is ready, from postmaster.pid (line 4 port, line 8 status)."""
    pid = pid_in(data / "postmaster.pid")
    if pid is None:
        return None
    try:
        lines = (data / "postmaster.pid").read_text().split("\n")
    except OSError:
        return None
    if not lives(pid) or len(lines) < 8 or lines[7].strip() != "ready" or not _is_of(pid, data):
        return None
    port = int(lines[3])
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return None
    return port
