"""Disks of Compute Engine, against recorded answers: a snapshot, the deletion, and back again."""

from pathlib import Path

import pytest

from aws.clients import Cloud
from config.organisation import RemediationSettings
from playbooks.actions import ACTIONS
from tests.playbooks.actions.gcp.builders import DISK, ZONE, disk, done, google, where
from tests.recorded import Reply

CLOUD = Cloud(RemediationSettings())
DELETE = ACTIONS["gcp.disk_snapshot_and_delete"]
SNAPSHOT = "/projects/shop-prod/global/snapshots/finops-99"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations are looked at without a pause."""
    monkeypatch.setattr("playbooks.actions.gcp.client._PAUSE", 0.0)


def test_a_disk_is_saved_deleted_and_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From the snapshot, under its name, with type, size and labels."""
    place, gone = where(DISK), Reply("GET", DISK, 404, {"error": {"code": 404}})
    replies = [
        Reply("GET", DISK, 200, disk()),
        *done("POST", f"{DISK}/createSnapshot"),
        Reply("GET", SNAPSHOT, 200, {"status": "READY", "sourceDiskId": "99"}),
        *done("DELETE", DISK),
        gone,
        gone,
        *done("POST", f"{ZONE}/disks"),
        Reply("GET", DISK, 200, disk()),
    ]
    with google(monkeypatch, tmp_path, replies) as service:
        before = DELETE.observe(CLOUD, place)
        assert DELETE.feasible(CLOUD, place, before, {}) is None
        assert DELETE.says(before, {}) == "snapshot, then delete the 200 GiB pd-ssd disk"
        record = DELETE.undo_record(before, {})
        DELETE.apply(CLOUD, place, {}, record)
        assert DELETE.verify(DELETE.observe(CLOUD, place), record)
        DELETE.undo(CLOUD, place, record)  # by what was noted before it acted
        assert DELETE.undone(DELETE.observe(CLOUD, place), record)
    saved, made = (one.body for one in service.asked[1:] if one.method == "POST")
    assert saved == {"name": "finops-99", "labels": {"team": "web", "finops-deleted": "data-1"}}
    assert made == {
        "name": "data-1",
        "sizeGb": "200",
        "type": "zones/europe-west1-b/diskTypes/pd-ssd",
        "labels": {"team": "web"},
        "sourceSnapshot": SNAPSHOT.removeprefix("/"),
    }


@pytest.mark.parametrize(("status", "of"), [("CREATING", "99"), ("READY", "1")])
def test_nothing_is_deleted_before_its_own_snapshot_is_ready(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: str, of: str
) -> None:
    """A snapshot of that name may be there already: it has to be of this very disk."""
    replies = [
        Reply("POST", f"{DISK}/createSnapshot", 409, {"error": {"code": 409}}),
        Reply("GET", SNAPSHOT, 200, {"status": status, "sourceDiskId": of}),
    ]
    record = {"name": "data-1", "number": "99", "kind": "pd-ssd", "size_gib": 200, "tags": {}}
    with google(monkeypatch, tmp_path, replies), pytest.raises(OSError, match="not ready"):
        DELETE.apply(CLOUD, where(DISK), {}, record)


def test_what_is_attached_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replies = [Reply("GET", DISK, 200, disk(users=["https://x/instances/web-1"]))]
    with google(monkeypatch, tmp_path, replies):
        refused = DELETE.feasible(CLOUD, where(DISK), DELETE.observe(CLOUD, where(DISK)), {})
    assert refused is not None
    assert refused.reason == "it is attached to web-1"
