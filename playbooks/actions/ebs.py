"""EBS volumes: delete after a snapshot, gp2 to gp3."""

from collections.abc import Mapping
from typing import Any

from playbooks.actions.action import Action, Refused, Seen, Where
from playbooks.cloud import Cloud

_WAIT = {"Delay": 5, "MaxAttempts": 120}


def observe(cloud: Cloud, where: Where) -> Seen:
    """State, type, size, attachments and tags; empty when there is no such volume."""
    from botocore.exceptions import ClientError

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
        "zone": volume["AvailabilityZone"],
        "attached_to": sorted(attachment["InstanceId"] for attachment in volume.get("Attachments", [])),
        "tags": {tag["Key"]: tag["Value"] for tag in volume.get("Tags", [])},
    }


def _delete(cloud: Cloud, where: Where, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    client = cloud.client("ec2", where.account_id, where.region, "act")
    tags = [{"Key": key, "Value": value} for key, value in record["tags"].items() if not key.startswith("aws:")]
    snapshot = client.create_snapshot(
        VolumeId=where.native_id,
        Description=f"finops-bot: {where.native_id} before it was deleted",
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": [*tags, {"Key": "finops:deleted-volume", "Value": where.native_id}]}],
    )["SnapshotId"]
    client.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig=_WAIT)
    client.delete_volume(VolumeId=where.native_id)
    client.get_waiter("volume_deleted").wait(VolumeIds=[where.native_id], WaiterConfig=_WAIT)
    return {"snapshot_id": snapshot}


def _restore(cloud: Cloud, where: Where, record: Mapping[str, Any]) -> None:
    """A volume from the snapshot, once: a second undo finds the first one's volume by its tag."""
    client = cloud.client("ec2", where.account_id, where.region, "act")
    mark = {"Name": "tag:finops:restored-from", "Values": [where.native_id]}
    if client.describe_volumes(Filters=[mark])["Volumes"]:
        return
    tags = [{"Key": key, "Value": value} for key, value in record["tags"].items() if not key.startswith("aws:")]
    restored = client.create_volume(
        SnapshotId=record["snapshot_id"],
        AvailabilityZone=record["zone"],
        VolumeType=record["volume_type"],
        Size=record["size_gib"],
        TagSpecifications=[{"ResourceType": "volume", "Tags": [*tags, {"Key": "finops:restored-from", "Value": where.native_id}]}],
    )
    client.get_waiter("volume_available").wait(VolumeIds=[restored["VolumeId"]], WaiterConfig=_WAIT)


def _observe_deleted(cloud: Cloud, where: Where) -> Seen:
    """As `observe`; where the volume is gone, the one restored from it."""
    seen = observe(cloud, where)
    if seen:
        return seen
    client = cloud.client("ec2", where.account_id, where.region, "observe")
    restored = client.describe_volumes(Filters=[{"Name": "tag:finops:restored-from", "Values": [where.native_id]}])["Volumes"]
    return {"restored_as": restored[0]["VolumeId"]} if restored else {}


def _to_type(cloud: Cloud, where: Where, volume_type: str) -> None:
    client = cloud.client("ec2", where.account_id, where.region, "act")
    client.modify_volume(VolumeId=where.native_id, VolumeType=volume_type)


def _to_gp3(cloud: Cloud, where: Where, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    _to_type(cloud, where, "gp3")
    return {}


def _back(cloud: Cloud, where: Where, record: Mapping[str, Any]) -> None:
    _to_type(cloud, where, record["volume_type"])


def _is_gp2(cloud: Cloud, where: Where, seen: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    return None if seen["volume_type"] == "gp2" else Refused(f"it is {seen['volume_type']}, not gp2")


def _unattached(cloud: Cloud, where: Where, seen: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    return Refused(f"it is attached to {', '.join(seen['attached_to'])}") if seen["attached_to"] else None


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
        says=lambda seen, _: f"snapshot, then delete the {seen['size_gib']} GiB {seen['volume_type']} volume",
        undo_record=lambda seen, _: {key: seen[key] for key in ("zone", "volume_type", "size_gib", "tags")},
        apply=_delete,
        undo=_restore,
        verify=lambda seen, _: "state" not in seen,
        undone=lambda seen, _: "restored_as" in seen or "state" in seen,
        feasible=_unattached,
    ),
    Action(
        name="ebs.to_gp3",
        permissions=("ec2:DescribeVolumes", "ec2:DescribeVolumesModifications", "ec2:ModifyVolume"),
        reversible=True,
        destroys=False,
        undo_says="back to gp2 (AWS allows one change in six hours)",
        observe=observe,
        says=lambda seen, _: f"the {seen['size_gib']} GiB gp2 volume becomes gp3",
        undo_record=lambda seen, _: {"volume_type": seen["volume_type"]},
        apply=_to_gp3,
        undo=_back,
        verify=lambda seen, _: seen.get("volume_type") == "gp3",
        undone=lambda seen, record: seen.get("volume_type") == record["volume_type"],
        feasible=_is_gp2,
    ),
)
