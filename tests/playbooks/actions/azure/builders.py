"""A subscription whose answers are recorded from Azure's reference; no emulator of Azure's compute exists."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from playbooks.actions.action import ResourceRef
from playbooks.actions.azure.client import _token
from tests.recorded import Recorded, Reply, recorded

SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-111122223333"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/web"
MACHINE = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web-1"
DISK = f"{GROUP}/providers/Microsoft.Compute/disks/data-1"
TOKEN = Reply("POST", "/tenant-1/oauth2/v2.0/token", 200, {"access_token": "at-1", "expires_in": 3599})
OPERATION = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations/op-1"


def where(resource_id: str) -> ResourceRef:
    return ResourceRef(resource_id, SUBSCRIPTION, "westeurope")


def machine(power: str = "running", size: str = "Standard_D8s_v5", **more: Any) -> dict[str, Any]:
    said = {
        "hardwareProfile": {"vmSize": size},
        "storageProfile": {"osDisk": {}},
        "instanceView": {"statuses": [{"code": "ProvisioningState/succeeded"}, {"code": f"PowerState/{power}"}]},
    }
    return {"id": MACHINE, "location": "westeurope", "tags": {"team": "web"}, "properties": {**said, **more}}


def disk(state: str = "Unattached", **more: Any) -> dict[str, Any]:
    said = {"diskState": state, "diskSizeGB": 128, "uniqueId": "u-1"}
    return {
        "location": "westeurope",
        "tags": {"team": "web"},
        "sku": {"name": "Premium_LRS"},
        "properties": said,
        **more,
    }


def accepted(method: str, path: str) -> list[Reply]:
    """A change that Azure does behind its answer: 202, then its operation."""
    asked = (("Azure-AsyncOperation", "{url}" + OPERATION + "?api-version=2024-07-01"),)
    return [
        Reply(method, path, 202, None, asked),
        Reply("GET", OPERATION, 200, {"status": "InProgress"}, (("Retry-After", "0"),)),
        Reply("GET", OPERATION, 200, {"status": "Succeeded"}),
    ]


@contextmanager
def azure(monkeypatch: pytest.MonkeyPatch, replies: Sequence[Reply]) -> Iterator[Recorded]:
    """Azure with these answers after the sign-in."""
    _token.cache_clear()
    with recorded([TOKEN, *replies]) as service:
        for name, value in (
            ("AZURE_TENANT_ID", "tenant-1"),
            ("AZURE_CLIENT_ID", "client-1"),
            ("AZURE_CLIENT_SECRET", "s3cret"),
            ("AZURE_AUTHORITY_HOST", service.url),
            ("AZURE_RESOURCE_MANAGER", service.url),
        ):
            monkeypatch.setenv(name, value)
        yield service
    _token.cache_clear()
