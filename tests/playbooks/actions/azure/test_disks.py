"""Managed disks of Azure, against recorded answers: a snapshot, the deletion, and back again."""

from typing import Any

import pytest

from aws.clients import Cloud
from config.organisation import RemediationSettings
from playbooks.actions import ACTIONS
from tests.playbooks.actions.azure.builders import DISK, GROUP, accepted, azure, disk, where
from tests.recorded import Reply

CLOUD = Cloud(RemediationSettings())
DELETE = ACTIONS["azure.disk_snapshot_and_delete"]
COMPLETE = {"properties": {"provisioningState": "Succeeded", "completionPercent": 100}}


def snapshot_path(monkeypatch: pytest.MonkeyPatch) -> str:
    from playbooks.actions.azure.disks import _snapshot

    return _snapshot(where(DISK), {"unique_id": "u-1"})


def test_a_disk_is_saved_deleted_and_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the snapshot, under its name, with kind, size and tags."""
    snapshot, place = snapshot_path(monkeypatch), where(DISK)
    assert snapshot.startswith(f"{GROUP}/providers/Microsoft.Compute/snapshots/finops-")
    gone = Reply("GET", DISK, 404, {"error": {"code": "ResourceNotFound"}})
    replies = [
        Reply("GET", DISK, 200, disk()),
        *accepted("PUT", snapshot),
        Reply("GET", snapshot, 200, COMPLETE),
        *accepted("DELETE", DISK),
        gone,
        gone,
        *accepted("PUT", DISK),
        Reply("GET", DISK, 200, disk()),
    ]
    with azure(monkeypatch, replies) as service:
        before = DELETE.observe(CLOUD, place)
        assert DELETE.feasible(CLOUD, place, before, {}) is None
        assert DELETE.says(before, {}) == "snapshot, then delete the 128 GiB Premium_LRS disk"
        record = DELETE.undo_record(before, {})
        DELETE.apply(CLOUD, place, {}, record)
        assert DELETE.verify(DELETE.observe(CLOUD, place), record)
        DELETE.undo(CLOUD, place, record)  # by what was noted before it acted
        assert DELETE.undone(DELETE.observe(CLOUD, place), record)
    saved, made = (one.body for one in service.asked if one.method == "PUT")
    assert saved["properties"]["creationData"] == {"createOption": "Copy", "sourceResourceId": DISK}
    assert saved["tags"] == {"team": "web", "finops-deleted": DISK}
    assert made["properties"]["creationData"]["sourceResourceId"] == snapshot
    assert (made["sku"], made["tags"], made["properties"]["diskSizeGB"]) == (
        {"name": "Premium_LRS"},
        {"team": "web"},
        128,
    )


@pytest.mark.parametrize("said", [{"provisioningState": "Failed"}, {**COMPLETE["properties"], "completionPercent": 40}])
def test_nothing_is_deleted_before_its_snapshot_is_complete(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]
) -> None:
    snapshot = snapshot_path(monkeypatch)
    with (
        azure(monkeypatch, [*accepted("PUT", snapshot), Reply("GET", snapshot, 200, {"properties": said})]),
        pytest.raises(OSError, match="not complete"),
    ):
        DELETE.apply(CLOUD, where(DISK), {}, {"unique_id": "u-1", "location": "westeurope", "tags": {}})


def test_what_is_attached_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    replies = [
        Reply("GET", DISK, 200, disk("Attached", managedBy=f"{GROUP}/x/virtualMachines/web-1")),
        Reply("GET", DISK, 200, disk("Reserved")),
    ]
    with azure(monkeypatch, replies):
        reasons = [DELETE.feasible(CLOUD, where(DISK), DELETE.observe(CLOUD, where(DISK)), {}) for _ in replies.copy()]
    assert [one.reason for one in reasons if one] == [
        "it is attached to web-1",
        "its state is Reserved, not Unattached",
    ]
