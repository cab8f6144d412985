"""The server: moto, and before it the two APIs moto lacks (price list, CloudTrail)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Thread
from typing import Any

from demo.bills.fleet import Line, lines
from demo.cloud.answers import Answers

BILLS_BUCKET = "fernhill-billing-exports"
HOME_REGION = "us-east-1"
_LOGIN = "demo"  # the stand-in checks no password
_SEED = 20  # of moto's ids, so that a resource keeps its id from one demo to the next


@dataclass(frozen=True)
class CloudAccount:
    """A running stand-in. `ids` holds the id of each resource by its name, as the bills use it; pass it to `demo.bills.world.World`."""

    endpoint_url: str
    ids: dict[str, str] = field(default_factory=dict)
    _roles: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    def environment(self) -> dict[str, str]:
        """What the processes that use it need in their environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": _LOGIN,
            "AWS_SECRET_ACCESS_KEY": _LOGIN,
            "AWS_DEFAULT_REGION": HOME_REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self, service: str, account_id: str | None = None, region: str = HOME_REGION) -> Any:
        """A client of one account (by assume-role), or of the account that holds the bills."""
        held = self._assume(account_id) if account_id else {"AccessKeyId": _LOGIN, "SecretAccessKey": _LOGIN, "SessionToken": _LOGIN}
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=held["AccessKeyId"],
            aws_secret_access_key=held["SecretAccessKey"],
            aws_session_token=held["SessionToken"],
        )

    def _assume(self, account_id: str) -> dict[str, str]:
        if account_id not in self._roles:
            reply = self.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account_id}:role/demo", RoleSessionName="demo")
            self._roles[account_id] = reply["Credentials"]
        return self._roles[account_id]

    @cached_property
    def _session(self) -> Any:
        """One for all clients: each session parses the services' descriptions anew."""
        import boto3

        return boto3.Session()


@contextmanager
def start(today: date, fleet: tuple[Line, ...] | None = None) -> Iterator[CloudAccount]:
    """Serve the accounts on a free port of 127.0.0.1, filled with the fleet as of `today`, until the block ends."""
    from moto.moto_api._internal import mock_random
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from demo.cloud.fill import fill

    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # thousands of images an account, which nobody asks for
    mock_random.seed(_SEED)
    answers = Answers()
    server = make_server(
        "127.0.0.1", 0, answers.before(DomainDispatcherApplication(create_backend_app)), threaded=True, request_handler=_quiet()
    )
    thread = Thread(target=server.serve_forever, name="stand-in cloud", daemon=True)
    thread.start()
    try:
        account = CloudAccount(f"http://127.0.0.1:{server.server_port}")
        account.ids.update(fill(account, fleet or lines(), today, answers))
        yield account
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
