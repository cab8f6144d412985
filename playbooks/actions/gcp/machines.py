"""Instances of Compute Engine: stop, start, another machine type. Labels count as tags.

Source: cloud.google.com/compute/docs/reference/rest/v1/instances.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen
from playbooks.actions.gcp.client import act, look, place_of, rest

_KIND = "instances"
_OFF, _ON = "TERMINATED", "RUNNING"


class TypeParameters(BaseModel):
    """What the instance becomes."""

    model_config = ConfigDict(extra="forbid")
    machine_type: str = Field(pattern=r"^[a-z][a-z0-9]*-[a-z0-9-]{2,60}$")


def observe(_cloud: Cloud, where: ResourceRef) -> Seen:
    """Status, machine type, what would not survive a stop, and labels; empty when there is no such instance."""
    instance = look(rest(), place_of(where, _KIND).path)
    if not instance:
        return {}
    scheduling = instance.get("scheduling") or {}
    created_by = [
        str(one.get("value"))
        for one in (instance.get("metadata") or {}).get("items", [])
        if one.get("key") == "created-by"
    ]
    return {
        "state": instance.get("status"),
        "machine_type": str(instance.get("machineType")).rsplit("/", 1)[-1],
        "group": created_by[0].rsplit("/", 1)[-1] if created_by else None,
        "spot": bool(scheduling.get("preemptible")) or scheduling.get("provisioningModel") == "SPOT",
        "local_disks": sum(disk.get("type") == "SCRATCH" for disk in instance.get("disks", [])),
        "tags": instance.get("labels") or {},
    }


def _stoppable(_cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    """Stopping must not lose anything, nor be taken back by somebody else."""
    if observed["group"]:
        return Refused(f"it belongs to the instance group {observed['group']}, which would replace it")
    if observed["local_disks"]:
        return Refused("its local disks would be lost with a stop")
    return Refused("it is a spot instance, which may not start again") if observed["spot"] else None


def _resizable(_cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    """The machine type exists in the instance's zone."""
    if refused := _stoppable(_cloud, where, observed, parameters):
        return refused
    target_type, place = str(parameters["machine_type"]), place_of(where, _KIND)
    if target_type == observed["machine_type"]:
        return Refused(f"it is {target_type} already")
    offered = look(rest(), f"{place.zone}/machineTypes/{target_type}")
    return None if offered else Refused(f"{target_type} is not offered in {place.zone_name}")


def _stop(_cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    place = place_of(where, _KIND)
    act(rest(), "POST", f"{place.path}/stop", place.zone)
    return {}


def _start(_cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    place = place_of(where, _KIND)
    act(rest(), "POST", f"{place.path}/start", place.zone)
    return {}


def _resize(_cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Stopped first, as Google asks for; started again where it ran."""
    api, place = rest(), place_of(where, _KIND)
    if look(api, place.path).get("status") != _OFF:
        act(api, "POST", f"{place.path}/stop", place.zone)
    body = {"machineType": f"zones/{place.zone_name}/machineTypes/{parameters['machine_type']}"}
    act(api, "POST", f"{place.path}/setMachineType", place.zone, body)
    if record["state"] == _ON:
        act(api, "POST", f"{place.path}/start", place.zone)
    return {}


def _put_back(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    """As it ran before; what is so already is left."""
    if observe(cloud, where).get("state") != record["state"]:
        (_start if record["state"] == _ON else _stop)(cloud, where, {}, {})


def _size_back(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    _resize(cloud, where, {"machine_type": record["old_type"]}, dict(record))


_ACTS = ("compute.instances.get", "compute.instances.start", "compute.instances.stop", "compute.zoneOperations.get")
ACTIONS = (
    Action(
        name="gcp.vm_stop",
        permissions=_ACTS,
        reversible=True,
        destroys=False,
        undo_says="start again",
        observe=observe,
        says=lambda observed, _: f"stop the {observed['machine_type']}",
        undo_record=lambda observed, _: {"state": observed["state"]},
        apply=_stop,
        undo=_put_back,
        verify=lambda observed, _: observed.get("state") == _OFF,
        undone=lambda observed, record: observed.get("state") == record["state"],
        feasible=_stoppable,
    ),
    Action(
        name="gcp.vm_start",
        permissions=_ACTS,
        reversible=True,
        destroys=False,
        undo_says="stop again",
        observe=observe,
        says=lambda observed, _: f"start the {observed['machine_type']}",
        undo_record=lambda observed, _: {"state": observed["state"]},
        apply=_start,
        undo=_put_back,
        verify=lambda observed, _: observed.get("state") == _ON,
        undone=lambda observed, record: observed.get("state") == record["state"],
    ),
    Action(
        name="gcp.vm_resize",
        permissions=tuple(sorted((*_ACTS, "compute.instances.setMachineType", "compute.machineTypes.get"))),
        reversible=True,
        destroys=False,
        undo_says="back to the old machine type",
        observe=observe,
        says=lambda observed, parameters: (
            f"{observed['machine_type']} becomes {parameters['machine_type']}, with a restart"
        ),
        undo_record=lambda observed, _: {"state": observed["state"], "old_type": observed["machine_type"]},
        apply=_resize,
        undo=_size_back,
        verify=lambda observed, target: (
            bool(observed)
            and observed["machine_type"] == target["machine_type"]
            and observed["state"] == (_ON if target["state"] == _ON else _OFF)
        ),
        undone=lambda observed, record: bool(observed) and observed["machine_type"] == record["old_type"],
        feasible=_resizable,
        parameters=TypeParameters,
    ),
)
