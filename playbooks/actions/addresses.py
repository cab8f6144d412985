"""Elastic IP addresses: release what nothing uses."""

from collections.abc import Mapping
from typing import Any

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen
from playbooks.actions.dry_run import asked


def observe(cloud: Cloud, where: ResourceRef) -> Seen:
    """The address and what it is associated with; empty when it was released."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    client = cloud.client("ec2", where.account_id, where.region, "observe")
    try:
        addresses = client.describe_addresses(AllocationIds=[where.native_id])["Addresses"]
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("InvalidAllocationID"):
            return {}
        raise
    if not addresses:
        return {}
    address = addresses[0]
    return {
        "public_ip": address["PublicIp"],
        "associated_with": address.get("InstanceId") or address.get("NetworkInterfaceId") or None,
        "tags": {tag["Key"]: tag["Value"] for tag in address.get("Tags", [])},
    }


def _release(cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    asked(cloud.client("ec2", where.account_id, where.region, "act").release_address, AllocationId=where.native_id)
    return {}


def _cannot(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    """Released addresses go back to AWS; this is never called, because the action is not reversible."""
    raise NotImplementedError("a released address cannot be had back")


def _unassociated(cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    return Refused(f"it is associated with {observed['associated_with']}") if observed["associated_with"] else None


ACTIONS = (
    Action(
        name="address.release",
        permissions=("ec2:DescribeAddresses", "ec2:ReleaseAddress"),
        reversible=False,
        destroys=True,
        undo_says="none: a released address goes back to AWS",
        observe=observe,
        says=lambda observed, _: f"release {observed['public_ip']}",
        undo_record=lambda observed, _: {"public_ip": observed["public_ip"]},
        apply=_release,
        undo=_cannot,
        verify=lambda observed, _: not observed,
        undone=lambda observed, _: bool(observed),
        feasible=_unassociated,
    ),
)
