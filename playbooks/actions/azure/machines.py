"""Virtual machines of Azure: deallocate (a machine that is merely stopped still costs), start, another size.

Source: learn.microsoft.com/rest/api/compute/virtual-machines, version 2024-07-01.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen
from playbooks.actions.azure.client import act, look, path_of, rest

VERSION, _KIND = "2024-07-01", "virtualMachines"
_OFF, _ON = "deallocated", "running"


class SizeParameters(BaseModel):
    """What the machine becomes."""

    model_config = ConfigDict(extra="forbid")
    size: str = Field(pattern=r"^[A-Z][A-Za-z0-9_-]{2,60}$")


def observe(_cloud: Cloud, where: ResourceRef) -> Seen:
    """State, size, place, scale set and tags; empty when there is no such machine."""
    machine = look(rest(), path_of(where, _KIND), VERSION, "&$expand=instanceView")
    if not machine:
        return {}
    properties = machine.get("properties", {})
    codes = [str(one.get("code")) for one in properties.get("instanceView", {}).get("statuses", [])]
    power = next((code.partition("/")[2] for code in codes if code.startswith("PowerState/")), "unknown")
    return {
        "state": power,
        "size": properties.get("hardwareProfile", {}).get("vmSize"),
        "location": machine.get("location"),
        "scale_set": (properties.get("virtualMachineScaleSet") or {}).get("id"),
        "spot": properties.get("priority") == "Spot",
        "ephemeral_disk": bool(properties.get("storageProfile", {}).get("osDisk", {}).get("diffDiskSettings")),
        "tags": machine.get("tags") or {},
    }


def _stoppable(_cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    """Deallocating must not lose anything, nor be taken back by somebody else."""
    if observed["scale_set"]:
        return Refused("it belongs to a scale set, which would replace it")
    if observed["ephemeral_disk"]:
        return Refused("its system disk is ephemeral and would be lost")
    return Refused("it is a spot machine, which may not start again") if observed["spot"] else None


def _resizable(_cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    """The size is one that this machine may become, as Azure says."""
    if refused := _stoppable(_cloud, where, observed, parameters):
        return refused
    target_size = str(parameters["size"])
    if target_size == observed["size"]:
        return Refused(f"it is {target_size} already")
    offered = look(rest(), f"{path_of(where, _KIND)}/vmSizes", VERSION).get("value", [])
    if target_size not in {one.get("name") for one in offered}:
        return Refused(f"Azure does not offer {target_size} for it")
    return None


def _stop(_cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    act(rest(), "POST", f"{path_of(where, _KIND)}/deallocate", VERSION)
    return {}


def _start(_cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    act(rest(), "POST", f"{path_of(where, _KIND)}/start", VERSION)
    return {}


def _resize(_cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Deallocated first, for only then every size is open; started again where it ran."""
    api, path = rest(), path_of(where, _KIND)
    act(api, "POST", f"{path}/deallocate", VERSION)
    act(api, "PATCH", path, VERSION, {"properties": {"hardwareProfile": {"vmSize": parameters["size"]}}})
    if record["state"] == _ON:
        act(api, "POST", f"{path}/start", VERSION)
    return {}


def _put_back(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    """As it ran before; what is so already is left."""
    if observe(cloud, where).get("state") != record["state"]:
        act(rest(), "POST", f"{path_of(where, _KIND)}/{'start' if record['state'] == _ON else 'deallocate'}", VERSION)


def _size_back(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    _resize(cloud, where, {"size": record["old_size"]}, dict(record))


_READ, _WRITE = "Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/write"
_ACTS = ("Microsoft.Compute/virtualMachines/deallocate/action", "Microsoft.Compute/virtualMachines/start/action")
ACTIONS = (
    Action(
        name="azure.vm_stop",
        permissions=(_READ, *_ACTS),
        reversible=True,
        destroys=False,
        undo_says="start again",
        observe=observe,
        says=lambda observed, _: f"stop and deallocate the {observed['size']}",
        undo_record=lambda observed, _: {"state": observed["state"]},
        apply=_stop,
        undo=_put_back,
        verify=lambda observed, _: observed.get("state") == _OFF,
        undone=lambda observed, record: observed.get("state") == record["state"],
        feasible=_stoppable,
    ),
    Action(
        name="azure.vm_start",
        permissions=(_READ, *_ACTS),
        reversible=True,
        destroys=False,
        undo_says="stop again",
        observe=observe,
        says=lambda observed, _: f"start the {observed['size']}",
        undo_record=lambda observed, _: {"state": observed["state"]},
        apply=_start,
        undo=_put_back,
        verify=lambda observed, _: observed.get("state") == _ON,
        undone=lambda observed, record: observed.get("state") == record["state"],
    ),
    Action(
        name="azure.vm_resize",
        permissions=(_READ, _WRITE, *_ACTS),
        reversible=True,
        destroys=False,
        undo_says="back to the old size",
        observe=observe,
        says=lambda observed, parameters: f"{observed['size']} becomes {parameters['size']}, with a restart",
        undo_record=lambda observed, _: {"state": observed["state"], "old_size": observed["size"]},
        apply=_resize,
        undo=_size_back,
        verify=lambda observed, target: (
            bool(observed)
            and (observed["size"], observed["state"]) == (target["size"], _ON if target["state"] == _ON else _OFF)
        ),
        undone=lambda observed, record: bool(observed) and observed["size"] == record["old_size"],
        feasible=_resizable,
        parameters=SizeParameters,
    ),
)
