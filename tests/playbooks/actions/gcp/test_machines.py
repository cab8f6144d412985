"""Instances of Compute Engine, against recorded answers: stop, start again, another type, and what is left alone."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest

from aws.clients import Cloud
from config.organisation import RemediationSettings
from playbooks.actions import ACTIONS
from playbooks.actions.rest import RestError
from playbooks.run.steps import sentence
from tests.playbooks.actions.gcp.builders import DISK, MACHINE, ZONE, done, google, machine, private_key, where
from tests.recorded import Reply

CLOUD = Cloud(RemediationSettings())
STOP, RESIZE = ACTIONS["gcp.vm_stop"], ACTIONS["gcp.vm_resize"]
SEEN = {"group": None, "local_disks": 0, "spot": False, "machine_type": "n2-standard-8"}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations are looked at without a pause."""
    monkeypatch.setattr("playbooks.actions.gcp.client._PAUSE", 0.0)


def get(**more: Any) -> Reply:
    return Reply("GET", MACHINE, 200, machine(**more))


def test_an_instance_is_looked_at_stopped_and_started_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the service account of the key file; labels count as tags."""
    place = where(MACHINE)
    replies = [
        get(),
        *done("POST", f"{MACHINE}/stop"),
        get(status="TERMINATED"),
        get(status="TERMINATED"),
        *done("POST", f"{MACHINE}/start"),
        get(),
    ]
    with google(monkeypatch, tmp_path, replies) as service:
        before = STOP.observe(CLOUD, place)
        assert (before["state"], before["machine_type"], before["tags"]) == (
            "RUNNING",
            "n2-standard-8",
            {"team": "web"},
        )
        record = STOP.undo_record(before, {})
        STOP.apply(CLOUD, place, {}, record)
        assert STOP.verify(STOP.observe(CLOUD, place), record)
        STOP.undo(CLOUD, place, record)
        assert STOP.undone(STOP.observe(CLOUD, place), record)
        form = parse_qs(service.asked[0].body)
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        audience = f"{service.url}/token"
        claims = jwt.decode(form["assertion"][0], private_key().public_key(), ["RS256"], audience=audience)
        assert claims["iss"] == "bot@shop-prod.iam.gserviceaccount.com"
        assert claims["scope"] == "https://www.googleapis.com/auth/cloud-platform"
    assert {one.headers["authorization"] for one in service.asked[1:]} == {"Bearer at-1"}


def test_another_type_is_checked_then_taken_while_it_is_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place, wanted = where(MACHINE), {"machine_type": "n2-standard-4"}
    replies = [
        Reply("GET", f"{ZONE}/machineTypes/n2-standard-4", 200, {"name": "n2-standard-4"}),
        Reply("GET", f"{ZONE}/machineTypes/n9-none-1", 404, {"error": {"code": 404}}),
        get(),
        *done("POST", f"{MACHINE}/stop"),
        *done("POST", f"{MACHINE}/setMachineType"),
        *done("POST", f"{MACHINE}/start"),
        get(kind="n2-standard-4"),
    ]
    with google(monkeypatch, tmp_path, replies) as service:
        assert RESIZE.feasible(CLOUD, place, SEEN, wanted) is None
        refused = RESIZE.feasible(CLOUD, place, SEEN, {"machine_type": "n9-none-1"})
        assert refused is not None
        record = {"state": "RUNNING", "old_type": "n2-standard-8"}
        RESIZE.apply(CLOUD, place, wanted, record)
        assert RESIZE.verify(RESIZE.observe(CLOUD, place), {**record, **wanted})
    [sized] = [one for one in service.asked if one.path.endswith("setMachineType")]
    assert sized.body == {"machineType": "zones/europe-west1-b/machineTypes/n2-standard-4"}


@pytest.mark.parametrize(
    ("more", "says"), [({"group": "web"}, "instance group"), ({"local_disks": 1}, "local"), ({"spot": True}, "spot")]
)
def test_what_a_stop_would_lose_is_left_alone(more: dict[str, Any], says: str) -> None:
    refused = STOP.feasible(CLOUD, where(MACHINE), {**SEEN, **more}, {})
    assert refused is not None
    assert says in refused.reason


def test_a_refusal_a_failed_operation_and_what_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    denied = {"error": {"code": 403, "message": "Required 'compute.instances.stop'", "status": "PERMISSION_DENIED"}}
    failed = {"name": "operation-1", "status": "DONE", "error": {"errors": [{"code": "QUOTA", "message": "none left"}]}}
    replies = [
        Reply("GET", MACHINE, 404, {"error": {"code": 404}}),
        Reply("POST", f"{MACHINE}/stop", 403, denied),
        Reply("POST", f"{MACHINE}/stop", 200, {"name": "operation-1", "status": "PENDING"}),
        Reply("GET", f"{ZONE}/operations/operation-1", 200, failed),
    ]
    with google(monkeypatch, tmp_path, replies):
        assert STOP.observe(CLOUD, where(MACHINE)) == {}
        with pytest.raises(RestError) as refusal:
            STOP.apply(CLOUD, where(MACHINE), {}, {})
        assert sentence(refusal.value, STOP).startswith("Google denied it (PERMISSION_DENIED): the role needs compute.")
        with pytest.raises(RestError, match="QUOTA: none left"):
            STOP.apply(CLOUD, where(MACHINE), {}, {})


@pytest.mark.parametrize(
    ("path", "project"), [(MACHINE, "other-prod"), (DISK, "shop-prod"), (f"{MACHINE}/../x", "shop-prod")]
)
def test_an_id_of_another_project_or_kind_is_refused(path: str, project: str) -> None:
    with pytest.raises(RestError):
        STOP.observe(CLOUD, where(path, project))
