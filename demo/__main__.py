"""`make demo`: start everything, print one address, stop everything on Ctrl-C.
`--script` plays a fixed conversation instead.
"""

import argparse
import signal
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import UserError
from config.processes import port_of

if TYPE_CHECKING:
    from demo import stack

_PORT = 8765
_PAGE_PORT = 8080


def main() -> int:
    """0 when it ran and ended as asked, 1 with one sentence when it could not."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)

    try:
        arguments = _arguments()
        from demo import home, page, stack  # takes a second, in which Ctrl-C is as good as later

        with ExitStack() as parts:
            found_at = parts.enter_context(home.occupied(arguments.home))
            watched_by_somebody = not (arguments.script or arguments.screenshot)
            announce = parts.enter_context(page.building(arguments.home)) if watched_by_somebody else None
            everything = parts.enter_context(
                stack.running(arguments.home, _free(arguments.port), say, _free(_PAGE_PORT))
            )
            found_at(everything.slack.url)
            if arguments.port and not everything.slack.url.endswith(f":{arguments.port}"):
                say(f"Port {arguments.port} is taken; another was found")
            invitation = (
                f"Open {everything.slack.url} and ask: what did we spend on EC2 last month by team?   "
                "(Ctrl-C stops everything)"
            )
            if announce is not None:
                announce(everything.page, say)
            if watched := stack.has_bills(everything) and watched_by_somebody:
                say(invitation)
            stack.load_bills(everything, say)
            if arguments.script:
                from demo.script import play

                return play(everything)
            if arguments.screenshot:
                from demo.screenshot import take

                take(everything, arguments.screenshot)
                return 0
            if not watched:
                say(invitation)
            stack.look_around(everything, say)
            say(
                "The first look is done; alerts are in the channels. Press Enter here to let a month pass: its bills "
                "come, savings are verified."
            )
            for _ in sys.stdin:
                _let_a_month_pass(everything, say)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        say("Stopped; the data stays for the next time.")
        return 0
    except UserError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, a folder that went
        where = f" ({error.filename})" if error.filename else ""
        print(f"demo: {error.strerror or error}{where}", file=sys.stderr)
        return 1


def _let_a_month_pass(everything: "stack.Stack", say: "stack.Say") -> None:
    from demo.month import let_pass

    try:
        let_pass(everything, say)
    except ValueError as error:
        say(f"No further: {error}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="The whole product on made-up bills, on this machine."
    )
    parser.add_argument(
        "--home",
        type=Path,
        default=_home(),
        help="folder of all state (default: FINOPS_HOME, else .finops/demo: made-up bills never meet one's own)",
    )
    parser.add_argument(
        "--port",
        type=port_of,
        default=_PORT,
        help=f"port of the page (default: {_PORT}, or a free one when it is taken)",
    )
    parser.add_argument(
        "--script", action="store_true", help="play a fixed conversation, print the transcript, and end"
    )
    parser.add_argument(
        "--screenshot",
        type=Path,
        metavar="FILE.png",
        help="write a picture of the page with an answered question, and end",
    )
    return parser.parse_args()


def _home() -> Path:
    from config.settings import read_settings

    settings = read_settings(_env_file=None)
    return settings.home if "home" in settings.model_fields_set else settings.home / "demo"


def _free(port: int) -> int:
    """The port when it can be had, else 0 for any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _interrupt(*_: object) -> None:
    """Once: what is under way is ended in order, which a second press would tear."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _is_stopping)
    print("\nStopping; what has just been started is waited for …", flush=True)
    raise KeyboardInterrupt


def _is_stopping(*_: object) -> None:
    print("It is stopping already.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
