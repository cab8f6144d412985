"""An engine that speaks Spark Connect, for tests: Sail, a driver and workers on this machine, without a JVM."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("pysail", "pyspark")
_START_SECONDS = 60.0


@contextmanager
def serving(log: Path) -> Iterator[str]:
    """The address of an engine that ends with the block; what it says goes to `log`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("sail")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [str(program if program.is_file() else shutil.which("sail")), "spark", "server", "--port", str(port)],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SAIL_MODE": "local-cluster"},
        )
    try:
        _wait(process, port)
        yield f"sc://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("Sail did not start")
