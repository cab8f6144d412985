"""Zonal disks of Compute Engine that no instance uses: a snapshot, then the deletion; back again from the snapshot.

Source: cloud.google.com/compute/docs/reference/rest/v1/disks and /snapshots.
"""

from collections.abc import Mapping
from typing import Any

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen
from playbooks.actions.gcp.client import ResourcePlace, act, look, place_of, rest

_KIND = "disks"


def observe(_cloud: Cloud, where: ResourceRef) -> Seen:
    """Status, size, type, users, name and labels; empty when there is no such disk."""
    disk = look(rest(), place_of(where, _KIND).path)
    if not disk:
        return {}
    return {
        "state": disk.get("status"),
        "attached_to": sorted(str(user).rsplit("/", 1)[-1] for user in disk.get("users", [])),
        "size_gib": int(disk.get("sizeGb", 0)),
        "kind": str(disk.get("type")).rsplit("/", 1)[-1],
        "name": disk.get("name"),
        "number": str(disk.get("id")),
        "tags": disk.get("labels") or {},
    }


def _unattached(_cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    if observed["attached_to"]:
        return Refused(f"it is attached to {', '.join(observed['attached_to'])}")
    return None if observed["state"] == "READY" else Refused(f"its state is {observed['state']}, not READY")


def _snapshot(place: ResourcePlace, record: Mapping[str, Any]) -> tuple[str, str]:
    """Name and path of the snapshot of this very disk: Google numbers a disk anew that takes an old name."""
    name = f"finops-{record['number']}"
    return name, f"{place.zone.partition('/zones/')[0]}/global/snapshots/{name}"


def _delete(_cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    api, place = rest(), place_of(where, _KIND)
    name, path = _snapshot(place, record)
    snapshot_body = {"name": name, "labels": {**record["tags"], "finops-deleted": str(record["name"])}}
    act(api, "POST", f"{place.path}/createSnapshot", place.zone, snapshot_body, there=True)
    made = look(api, path)
    if made.get("status") != "READY" or str(made.get("sourceDiskId")) != record["number"]:
        raise OSError("the snapshot is not ready, so the disk was not deleted")
    act(api, "DELETE", place.path, place.zone)
    return {"snapshot": path}


def _restore(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    """A disk of the same name from the snapshot, once; none where the disk is there."""
    if observe(cloud, where):
        return
    place = place_of(where, _KIND)
    disk_body = {
        "name": record["name"],
        "sizeGb": str(record["size_gib"]),
        "type": f"zones/{place.zone_name}/diskTypes/{record['kind']}",
        "labels": record["tags"],
        "sourceSnapshot": _snapshot(place, record)[1].removeprefix("/"),
    }
    act(rest(), "POST", f"{place.zone}/disks", place.zone, disk_body, there=True)


ACTIONS = (
    Action(
        name="gcp.disk_snapshot_and_delete",
        permissions=(
            "compute.disks.create",
            "compute.disks.createSnapshot",
            "compute.disks.delete",
            "compute.disks.get",
            "compute.disks.setLabels",
            "compute.snapshots.create",
            "compute.snapshots.get",
            "compute.snapshots.setLabels",
            "compute.snapshots.useReadOnly",
            "compute.zoneOperations.get",
        ),
        reversible=True,
        destroys=True,
        undo_says="a new disk from the snapshot",
        observe=observe,
        says=lambda observed, _: f"snapshot, then delete the {observed['size_gib']} GiB {observed['kind']} disk",
        undo_record=lambda observed, _: {key: observed[key] for key in ("name", "number", "kind", "size_gib", "tags")},
        apply=_delete,
        undo=_restore,
        verify=lambda observed, _: not observed,
        undone=lambda observed, record: observed.get("size_gib") == record["size_gib"],
        feasible=_unattached,
    ),
)
