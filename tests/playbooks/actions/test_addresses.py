"""Addresses against moto."""

from aws.clients import Cloud
from tests.playbooks.actions.builders import forward_and_back, step_of
from tests.playbooks.conftest import run_instances
from tests.playbooks.resources import (
    TAGS,
    client,
)


def test_an_address_is_released_and_an_associated_one_is_not(cloud: Cloud) -> None:
    """There is no way back, so the check comes first."""
    api = client("ec2")
    specification = [{"ResourceType": "elastic-ip", "Tags": TAGS}]
    free, used = (api.allocate_address(Domain="vpc", TagSpecifications=specification)["AllocationId"] for _ in range(2))
    [instance] = run_instances(1, {"team": "web"})
    api.associate_address(AllocationId=used, InstanceId=instance)
    forward_and_back("address-release", cloud, free)
    assert "associated_with is" in str(step_of("address-release", cloud, used))
    assert [address["AllocationId"] for address in api.describe_addresses()["Addresses"]] == [used]
