"""EC2 instances: stop, start, resize."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen
from playbooks.actions.dry_run import ask, asked

_WAIT = {"Delay": 5, "MaxAttempts": 60}


class ResizeParameters(BaseModel):
    """What the instance becomes."""

    model_config = ConfigDict(extra="forbid")
    instance_type: str = Field(pattern=r"^[a-z0-9-]+\.[a-z0-9]+$")


def observe(cloud: Cloud, where: ResourceRef) -> Seen:
    """State, type, zone, architecture and tags; empty when there is no such instance."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    client = cloud.client("ec2", where.account_id, where.region, "observe")
    try:
        reservations = client.describe_instances(InstanceIds=[where.native_id])["Reservations"]
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("InvalidInstanceID"):
            return {}
        raise
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    if not instances or instances[0]["State"]["Name"] == "terminated":
        return {}
    instance = instances[0]
    return {
        "state": instance["State"]["Name"],
        "instance_type": instance["InstanceType"],
        "zone": instance["Placement"]["AvailabilityZone"],
        "architecture": instance.get("Architecture"),
        "lifecycle": instance.get("InstanceLifecycle"),
        "root_device": instance.get("RootDeviceType"),
        "tags": {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])},
    }


def _stoppable(cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    """Stopping must not lose anything: a scaling group replaces what is stopped,
    spot and instance-store instances end with it; and AWS must allow it.
    """
    group = observed["tags"].get("aws:autoscaling:groupName")
    if group:
        return Refused(f"it belongs to the scaling group {group}, which would replace it")
    if observed["lifecycle"] == "spot":
        return Refused("it is a spot instance, which a stop may end for good")
    if observed["root_device"] == "instance-store":
        return Refused("its root disk would be lost with a stop")
    client = cloud.client("ec2", where.account_id, where.region, "observe")
    held = client.describe_instance_attribute(InstanceId=where.native_id, Attribute="disableApiStop").get(
        "DisableApiStop", {}
    )
    return Refused("its stop protection is on") if held.get("Value") else None


def _stop(cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    client = cloud.client("ec2", where.account_id, where.region, "act")
    asked(client.stop_instances, InstanceIds=[where.native_id])
    client.get_waiter("instance_stopped").wait(InstanceIds=[where.native_id], WaiterConfig=_WAIT)
    return {}


def _start(cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    client = cloud.client("ec2", where.account_id, where.region, "act")
    asked(client.start_instances, InstanceIds=[where.native_id])
    client.get_waiter("instance_running").wait(InstanceIds=[where.native_id], WaiterConfig=_WAIT)
    return {}


def _start_again(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    _start(cloud, where, {}, {})


def _stop_again(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    _stop(cloud, where, {}, {})


def _resize(cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    client = cloud.client("ec2", where.account_id, where.region, "act")
    running = record["state"] == "running"
    modification = {"InstanceId": where.native_id, "InstanceType": {"Value": parameters["instance_type"]}}
    ask(client.modify_instance_attribute, **modification)  # before anything is stopped
    if running:
        ask(client.start_instances, InstanceIds=[where.native_id])
        _stop(cloud, where, {}, {})
    client.modify_instance_attribute(**modification)
    if running:
        _start(cloud, where, {}, {})
    return {}


def _undo_resize(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    _resize(cloud, where, {"instance_type": record["instance_type"]}, {"state": record["state"]})


def _architectures(client: Any, instance_type: str) -> set[str] | None:
    """What a type's processor runs; None when there is no such type."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    try:
        types = client.describe_instance_types(InstanceTypes=[instance_type])["InstanceTypes"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidInstanceType":
            return None
        raise
    return set(types[0]["ProcessorInfo"]["SupportedArchitectures"]) if types else None


def _resizable(cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    """The type exists, is offered in the instance's zone and fits its
    architecture; AWS's own checks come too late, after the stop.
    """
    if refused := _stoppable(cloud, where, observed, parameters):
        return refused
    target_type = parameters["instance_type"]
    if target_type == observed["instance_type"]:
        return Refused(f"it is {target_type} already")
    client = cloud.client("ec2", where.account_id, where.region, "observe")
    if (fits := _architectures(client, target_type)) is None:
        return Refused(f"there is no instance type {target_type}")
    has = (
        {observed["architecture"]}
        if observed["architecture"]
        else _architectures(client, observed["instance_type"]) or set()
    )
    if not fits & has:
        return Refused(
            f"{target_type} is {' or '.join(sorted(fits))}, the instance is {' or '.join(sorted(has)) or 'unknown'}"
        )
    filters = [{"Name": "instance-type", "Values": [target_type]}]
    offered = client.describe_instance_type_offerings(LocationType="availability-zone", Filters=filters)[
        "InstanceTypeOfferings"
    ]
    if observed["zone"] not in {offer["Location"] for offer in offered}:
        return Refused(f"{target_type} is not offered in {observed['zone']}")
    return None


ACTIONS = (
    Action(
        name="ec2.stop",
        permissions=(
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstances",
            "ec2:StartInstances",
            "ec2:StopInstances",
        ),
        reversible=True,
        destroys=False,
        undo_says="start again",
        observe=observe,
        says=lambda observed, _: f"stop the {observed['instance_type']}",
        undo_record=lambda observed, _: {"state": observed["state"]},
        apply=_stop,
        undo=_start_again,
        verify=lambda observed, _: observed.get("state") == "stopped",
        undone=lambda observed, _: observed.get("state") == "running",
        feasible=_stoppable,
    ),
    Action(
        name="ec2.start",
        permissions=("ec2:DescribeInstances", "ec2:StartInstances", "ec2:StopInstances"),
        reversible=True,
        destroys=False,
        undo_says="stop again",
        observe=observe,
        says=lambda observed, _: f"start the {observed['instance_type']}",
        undo_record=lambda observed, _: {"state": observed["state"]},
        apply=_start,
        undo=_stop_again,
        verify=lambda observed, _: observed.get("state") == "running",
        undone=lambda observed, _: observed.get("state") == "stopped",
    ),
    Action(
        name="ec2.resize",
        permissions=(
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstances",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeInstanceTypeOfferings",
            "ec2:ModifyInstanceAttribute",
            "ec2:StartInstances",
            "ec2:StopInstances",
        ),
        reversible=True,
        destroys=False,
        undo_says="back to the old size",
        observe=observe,
        says=lambda observed, parameters: (
            f"{observed['instance_type']} becomes {parameters['instance_type']}, with a restart"
        ),
        undo_record=lambda observed, _: {"state": observed["state"], "instance_type": observed["instance_type"]},
        apply=_resize,
        undo=_undo_resize,
        verify=lambda observed, target: (
            bool(observed)
            and (observed["instance_type"], observed["state"]) == (target["instance_type"], target["state"])
        ),
        undone=lambda observed, record: (
            bool(observed)
            and (observed["instance_type"], observed["state"]) == (record["instance_type"], record["state"])
        ),
        feasible=_resizable,
        parameters=ResizeParameters,
    ),
)
