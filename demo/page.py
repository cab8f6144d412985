"""The web page's build, beside the demo's start: the first answer does not wait for it."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.api.page import BUILT
from demo import processes
from demo.stack import Say

ROOT = Path(__file__).resolve().parents[1]
Announce = Callable[[str, Say], None]


@contextmanager
def building(home: Path, command: tuple[str, ...] = ("nice", "make", "--silent", "web")) -> Iterator[Announce]:
    """Build the page in the background, where that is needed; an unfinished build ends with the block. Yields what
    says, as soon as it is known, that the page is at an address, or why it is not.
    """
    log = home / "logs" / "web.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches the demo alone, which then ends the build
        )
    stopping = threading.Event()
    watchers: list[threading.Thread] = []

    def announce(address: str, say: Say) -> None:
        def wait() -> None:
            failed = process.wait() != 0 or not (BUILT / "index.html").is_file()
            if stopping.is_set():
                return
            if failed:
                say(f"The web page could not be built ({log} says why); everything else works without it")
            else:
                say(f"The web page is at {address}: sign in as whom you act in Slack's stand-in")

        watchers.append(threading.Thread(target=wait, name="web"))
        watchers[-1].start()

    try:
        yield announce
    finally:
        stopping.set()
        processes.stop(process)
        for watcher in watchers:
            watcher.join()
