"""The server: moto, and before it the two APIs moto lacks (price list, CloudTrail)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

from standins.bills.fleet import lines
from standins.bills.lines import Line
from standins.cloud.account import CloudAccount
from standins.cloud.answers import RecordedAnswers


@contextmanager
def start(today: date, fleet: tuple[Line, ...] | None = None, remembered: Path | None = None) -> Iterator[CloudAccount]:
    """Serve the accounts on a free port of 127.0.0.1, filled with the fleet as of `today`, until the block ends; what
    was changed in them is kept in a file where one is named.
    """
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from standins.cloud import memory
    from standins.cloud.fill import fill

    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # thousands of images an account, which nobody asks for
    answers = RecordedAnswers()
    server = make_server(
        "127.0.0.1",
        0,
        answers.before(DomainDispatcherApplication(create_backend_app)),
        threaded=True,
        request_handler=_quiet(),
    )
    thread = Thread(target=server.serve_forever, name="stand-in cloud", daemon=True)
    thread.start()
    try:
        account = CloudAccount(f"http://127.0.0.1:{server.server_port}")
        of = fleet or lines()
        account.ids.update(fill(account, of, today, answers))
        if remembered is None:
            yield account
            return
        filled = memory.observed(account, of)
        memory.restore(account, remembered)
        try:
            yield account
        finally:
            memory.keep(account, of, filled, remembered)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        _forget()


def _quiet() -> Any:
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class Quiet(MotoRequestHandler):
        """Keeps connections open between requests and does not log them."""

        protocol_version = "HTTP/1.1"

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    return Quiet


def _forget() -> None:
    """Drop what moto holds, which is one state a process."""
    from moto.moto_api._internal.models import moto_api_backend

    moto_api_backend.reset()
