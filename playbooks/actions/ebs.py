"""EBS volumes: delete after a snapshot, gp2 to gp3."""

from collections.abc import Mapping
from typing import Any

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen
from playbooks.actions.dry_run import ask, asked

_WAIT = {"Delay": 5, "MaxAttempts": 120}
_DELETED, _RESTORED = (
    "finops:deleted-volume",
    "finops:restored-from",
)  # tags by which an undo finds its snapshot, and a second undo the first one's volume


def observe(cloud: Cloud, where: ResourceRef) -> Seen:
    """State, type, size, attachments and tags; empty when there is no such volume."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    client = cloud.client("ec2", where.account_id, where.region, "observe")
    try:
        volumes = client.describe_volumes(VolumeIds=[where.native_id])["Volumes"]
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("InvalidVolume"):
            return {}
        raise
    if not volumes or volumes[0]["State"] in {"deleting", "deleted"}:
        return {}
    volume = volumes[0]
    return {
        "state": volume["State"],
        "volume_type": volume["VolumeType"],
        "size_gib": volume["Size"],
        "iops": volume.get("Iops"),
        "throughput": volume.get("Throughput"),
        "zone": volume["AvailabilityZone"],
        "attached_to": sorted(attachment["InstanceId"] for attachment in volume.get("Attachments", [])),
        "tags": {tag["Key"]: tag["Value"] for tag in volume.get("Tags", [])},
    }


def _tags(record: Mapping[str, Any], mark: str, volume_id: str) -> list[dict[str, str]]:
    own_tags = {
        key: value
        for key, value in record["tags"].items()
        if not key.startswith("aws:") and key not in {_DELETED, _RESTORED}
    }
    return [{"Key": key, "Value": value} for key, value in {**own_tags, mark: volume_id}.items()]


def _delete(cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    client = cloud.client("ec2", where.account_id, where.region, "act")
    ask(client.delete_volume, VolumeId=where.native_id)
    snapshot = asked(
        client.create_snapshot,
        VolumeId=where.native_id,
        Description=f"finops-bot: {where.native_id} before it was deleted",
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": _tags(record, _DELETED, where.native_id)}],
    )["SnapshotId"]
    client.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig=_WAIT)
    client.delete_volume(VolumeId=where.native_id)
    client.get_waiter("volume_deleted").wait(VolumeIds=[where.native_id], WaiterConfig=_WAIT)
    return {"snapshot_id": snapshot}


def _snapshot_of(client: Any, where: ResourceRef, record: Mapping[str, Any]) -> str:
    """The snapshot made before the deletion; looked for by its tag when the worker died before it could note the id."""
    if "snapshot_id" in record:
        return str(record["snapshot_id"])
    snapshots = client.describe_snapshots(
        OwnerIds=["self"], Filters=[{"Name": f"tag:{_DELETED}", "Values": [where.native_id]}]
    )["Snapshots"]
    if not snapshots:
        raise OSError(f"there is no snapshot tagged {_DELETED}={where.native_id}")
    return str(max(snapshots, key=lambda one: one["StartTime"])["SnapshotId"])


def _restore(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    """A volume from the snapshot, once; none where the volume was not deleted after all."""
    if observe(cloud, where):
        return
    client = cloud.client("ec2", where.account_id, where.region, "act")
    if client.describe_volumes(Filters=[{"Name": f"tag:{_RESTORED}", "Values": [where.native_id]}])["Volumes"]:
        return
    kind = record["volume_type"]
    speed = {"Iops": record["iops"]} if kind in {"io1", "io2", "gp3"} and record.get("iops") else {}
    if kind == "gp3" and record.get("throughput"):
        speed["Throughput"] = record["throughput"]
    restored = asked(
        client.create_volume,
        SnapshotId=_snapshot_of(client, where, record),
        AvailabilityZone=record["zone"],
        VolumeType=kind,
        Size=record["size_gib"],
        TagSpecifications=[{"ResourceType": "volume", "Tags": _tags(record, _RESTORED, where.native_id)}],
        **speed,
    )
    client.get_waiter("volume_available").wait(VolumeIds=[restored["VolumeId"]], WaiterConfig=_WAIT)


def _observe_deleted(cloud: Cloud, where: ResourceRef) -> Seen:
    """As `observe`; where the volume is gone, the one restored from it."""
    observed = observe(cloud, where)
    if observed:
        return observed
    client = cloud.client("ec2", where.account_id, where.region, "observe")
    restored = client.describe_volumes(Filters=[{"Name": f"tag:{_RESTORED}", "Values": [where.native_id]}])["Volumes"]
    return {"restored_as": restored[0]["VolumeId"]} if restored else {}


def gp3_speed(size_gib: int) -> dict[str, int]:
    """IOPS and MiB/s that a gp2 volume of this size has, so that gp3's own 3,000
    and 125 are no step back (AWS: 3 IOPS a GiB, 250 MiB/s above 170 GiB).
    """
    speed = {"Iops": min(16_000, 3 * size_gib)} if size_gib > 1_000 else {}
    return {**speed, "Throughput": 250} if size_gib > 170 else speed


def _to_type(cloud: Cloud, where: ResourceRef, volume_type: str, **speed: int) -> None:
    """Change the type and wait until the volume works with it, which is before the data is moved."""
    from botocore.waiter import WaiterModel, create_waiter_with_client  # noqa: PLC0415 - slow to load, and only AWS needs it

    client = cloud.client("ec2", where.account_id, where.region, "act")
    asked(client.modify_volume, VolumeId=where.native_id, VolumeType=volume_type, **speed)
    state = {"matcher": "pathAny", "argument": "VolumesModifications[].ModificationState"}
    acceptors = [
        {**state, "state": "success", "expected": "optimizing"},
        {**state, "state": "failure", "expected": "failed"},
        {**state, "state": "retry", "expected": "modifying"},
        {**state, "state": "success", "expected": "completed"},
    ]
    waiter = {
        "delay": _WAIT["Delay"],
        "operation": "DescribeVolumesModifications",
        "maxAttempts": _WAIT["MaxAttempts"],
        "acceptors": acceptors,
    }
    model = WaiterModel({"version": 2, "waiters": {"Modified": waiter}})  # boto3 has no waiter of its own for this
    create_waiter_with_client("Modified", model, client).wait(VolumeIds=[where.native_id])


def _to_gp3(cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    _to_type(cloud, where, "gp3", **gp3_speed(record["size_gib"]))
    return {}


def _back(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    _to_type(cloud, where, record["volume_type"])


def _is_gp2(cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    return None if observed["volume_type"] == "gp2" else Refused(f"it is {observed['volume_type']}, not gp2")


def _unattached(cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    return Refused(f"it is attached to {', '.join(observed['attached_to'])}") if observed["attached_to"] else None


ACTIONS = (
    Action(
        name="ebs.snapshot_and_delete",
        permissions=(
            "ec2:CreateSnapshot",
            "ec2:CreateTags",
            "ec2:CreateVolume",
            "ec2:DeleteVolume",
            "ec2:DescribeSnapshots",
            "ec2:DescribeVolumes",
        ),
        reversible=True,
        destroys=True,
        undo_says="a new volume from the snapshot",
        observe=_observe_deleted,
        says=lambda observed, _: (
            f"snapshot, then delete the {observed['size_gib']} GiB {observed['volume_type']} volume"
        ),
        undo_record=lambda observed, _: {
            key: observed[key] for key in ("zone", "volume_type", "size_gib", "iops", "throughput", "tags")
        },
        apply=_delete,
        undo=_restore,
        verify=lambda observed, _: "state" not in observed,
        undone=lambda observed, _: "restored_as" in observed or "state" in observed,
        feasible=_unattached,
    ),
    Action(
        name="ebs.to_gp3",
        permissions=("ec2:DescribeVolumes", "ec2:DescribeVolumesModifications", "ec2:ModifyVolume"),
        reversible=True,
        destroys=False,
        undo_says="back to gp2 (AWS allows one change in six hours)",
        observe=observe,
        says=lambda observed, _: f"the {observed['size_gib']} GiB gp2 volume becomes gp3",
        undo_record=lambda observed, _: {"volume_type": observed["volume_type"], "size_gib": observed["size_gib"]},
        apply=_to_gp3,
        undo=_back,
        verify=lambda observed, _: observed.get("volume_type") == "gp3",
        undone=lambda observed, record: observed.get("volume_type") == record["volume_type"],
        feasible=_is_gp2,
    ),
)
