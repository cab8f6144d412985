"""An AWS account in moto, in process: no call leaves it."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from flows.ingest.cloud.aws_inventory import Client
from flows.ingest.cloud.aws_resources import AccountRegion

PLACE = AccountRegion("123456789012", "us-east-1")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Clients of one account and region; one service, one client."""
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with mock_aws():
        session, held = boto3.Session("testing", "testing", region_name=PLACE.region), {}

        def client(service: str) -> Any:
            if service not in held:
                held[service] = session.client(service)  # type: ignore[call-overload]  # the stubs want the name as a Literal
            return held[service]

        yield client


Refuse = Callable[[str, str, str], None]


@pytest.fixture
def refuse(aws: Client) -> Refuse:
    """Make an operation of a service be refused with a code, as an account's policy would."""

    def refuse(service: str, operation: str, code: str) -> None:
        def refused(**_: object) -> None:
            raise ClientError({"Error": {"Code": code, "Message": "not authorized"}}, operation)

        aws(service).meta.events.register_first(f"before-call.*.{operation}", refused)

    return refuse
