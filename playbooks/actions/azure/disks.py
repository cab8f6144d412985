"""Managed disks of Azure that no machine uses: a snapshot, then the deletion; back again from the snapshot.

Source: learn.microsoft.com/rest/api/compute/disks and /snapshots, version 2024-03-02.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen
from playbooks.actions.azure.client import act, group_of, look, path_of, rest

VERSION, _KIND = "2024-03-02", "disks"


def observe(_cloud: Cloud, where: ResourceRef) -> Seen:
    """State, size, kind, place, zones and tags; empty when there is no such disk."""
    disk = look(rest(), path_of(where, _KIND), VERSION)
    if not disk:
        return {}
    properties = disk.get("properties", {})
    return {
        "state": properties.get("diskState"),
        "attached_to": disk.get("managedBy"),
        "size_gib": properties.get("diskSizeGB"),
        "kind": (disk.get("sku") or {}).get("name"),
        "location": disk.get("location"),
        "zones": disk.get("zones") or [],
        "unique_id": properties.get("uniqueId"),
        "tags": disk.get("tags") or {},
    }


def _unattached(_cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    if observed["attached_to"]:
        return Refused(f"it is attached to {str(observed['attached_to']).rsplit('/', 1)[-1]}")
    return None if observed["state"] == "Unattached" else Refused(f"its state is {observed['state']}, not Unattached")


def _snapshot(where: ResourceRef, record: Mapping[str, Any]) -> str:
    """The path of the snapshot of this very disk, also of one that is made anew under an old name."""
    mark = hashlib.sha256(f"{where.resource_id.lower()}{record['unique_id']}".encode()).hexdigest()[:12]
    return f"{group_of(where)}/providers/Microsoft.Compute/snapshots/finops-{mark}"


def _delete(_cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    api, path, snapshot = rest(), path_of(where, _KIND), _snapshot(where, record)
    snapshot_body = {
        "location": record["location"],
        "tags": {**record["tags"], "finops-deleted": where.resource_id[:256]},
        "sku": {"name": "Standard_LRS"},
        "properties": {"creationData": {"createOption": "Copy", "sourceResourceId": path}, "incremental": True},
    }
    act(api, "PUT", snapshot, VERSION, snapshot_body)
    made = look(api, snapshot, VERSION).get("properties", {})
    if made.get("provisioningState") != "Succeeded" or float(made.get("completionPercent", 100)) < 100:
        raise OSError("the snapshot is not complete, so the disk was not deleted")
    act(api, "DELETE", path, VERSION)
    return {"snapshot": snapshot}


def _restore(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    """A disk of the same name from the snapshot; none where the disk is there."""
    if observe(cloud, where):
        return
    disk_body = {
        "location": record["location"],
        "tags": record["tags"],
        "sku": {"name": record["kind"]},
        **({"zones": record["zones"]} if record["zones"] else {}),
        "properties": {
            "creationData": {"createOption": "Copy", "sourceResourceId": _snapshot(where, record)},
            "diskSizeGB": record["size_gib"],
        },
    }
    act(rest(), "PUT", path_of(where, _KIND), VERSION, disk_body)


ACTIONS = (
    Action(
        name="azure.disk_snapshot_and_delete",
        permissions=(
            "Microsoft.Compute/disks/beginGetAccess/action",
            "Microsoft.Compute/disks/delete",
            "Microsoft.Compute/disks/read",
            "Microsoft.Compute/disks/write",
            "Microsoft.Compute/snapshots/read",
            "Microsoft.Compute/snapshots/write",
        ),
        reversible=True,
        destroys=True,
        undo_says="a new disk from the snapshot",
        observe=observe,
        says=lambda observed, _: f"snapshot, then delete the {observed['size_gib']} GiB {observed['kind']} disk",
        undo_record=lambda observed, _: {
            key: observed[key] for key in ("location", "zones", "kind", "size_gib", "unique_id", "tags")
        },
        apply=_delete,
        undo=_restore,
        verify=lambda observed, _: not observed,
        undone=lambda observed, record: observed.get("size_gib") == record["size_gib"],
        feasible=_unattached,
    ),
)
