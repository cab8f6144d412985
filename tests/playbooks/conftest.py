"""A cloud account in moto, and an organisation that approves."""

from collections.abc import Iterator
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import boto3
import pytest
from moto import mock_aws

from aws.clients import Cloud, _client, _own_account
from config.access import Actor, Role
from config.organisation import RemediationSettings

NOW = datetime(2026, 11, 23, 10, 4, tzinfo=UTC)
REQUESTER = Actor(
    id="U-REQUEST",
    name="Rita",
    roles=frozenset({Role.MEMBER, Role.APPROVER}),
    sees_all=True,
    approves_teams=frozenset({"*"}),
)
APPROVER = Actor(
    id="U-APPROVE", name="Ari", roles=frozenset({Role.APPROVER}), sees_all=True, approves_teams=frozenset({"*"})
)
VIEWER = Actor(id="U-VIEW", name="Vic", sees_all=True)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Moto in process: no call leaves it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # thousands of images, which took most of a test's time
    for cache in (_client, _own_account):
        cache.cache_clear()
    with mock_aws():
        yield
    for cache in (_client, _own_account):
        cache.cache_clear()


@pytest.fixture
def cloud(aws: None) -> Cloud:
    """The account's clients."""
    return Cloud(RemediationSettings())


def run_instances(count: int, tags: dict[str, str], instance_type: str = "m5.2xlarge") -> list[str]:
    """Start instances with tags; their ids."""
    client: Any = boto3.client("ec2", region_name="us-east-1")
    image = client.register_image(Name=f"image-{token_hex(4)}", Architecture="x86_64", RootDeviceName="/dev/sda1")[
        "ImageId"
    ]
    specification = [
        {"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    ]
    started = client.run_instances(
        ImageId=image, MinCount=count, MaxCount=count, InstanceType=instance_type, TagSpecifications=specification
    )
    return [instance["InstanceId"] for instance in started["Instances"]]


def states(ids: list[str]) -> list[str]:
    """The states of instances, in the order of the ids."""
    client = boto3.client("ec2", region_name="us-east-1")
    found = {
        i["InstanceId"]: i["State"]["Name"]
        for r in client.describe_instances(InstanceIds=ids)["Reservations"]
        for i in r["Instances"]
    }
    return [found[one] for one in ids]
