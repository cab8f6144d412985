"""Virtual machines of Azure, against recorded answers: stop, start again, another size, and what is left alone."""

from typing import Any

import pytest

from aws.clients import Cloud
from config.organisation import RemediationSettings
from playbooks.actions import ACTIONS
from playbooks.actions.action import ResourceRef
from playbooks.actions.rest import RestError
from playbooks.run.steps import sentence
from tests.playbooks.actions.azure.builders import MACHINE, OPERATION, SUBSCRIPTION, accepted, azure, machine, where
from tests.recorded import Reply

CLOUD = Cloud(RemediationSettings())
STOP, RESIZE = ACTIONS["azure.vm_stop"], ACTIONS["azure.vm_resize"]
SEEN = {"scale_set": None, "ephemeral_disk": False, "spot": False, "size": "Standard_D8s_v5"}


def get(**more: Any) -> Reply:
    return Reply("GET", MACHINE, 200, machine(**more))


def test_a_machine_is_looked_at_deallocated_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the service principal, with Azure's own operation waited for."""
    place = where(MACHINE)
    replies = [
        get(),
        *accepted("POST", f"{MACHINE}/deallocate"),
        get(power="deallocated"),
        get(power="deallocated"),
        *accepted("POST", f"{MACHINE}/start"),
        get(),
    ]
    with azure(monkeypatch, replies) as service:
        before = STOP.observe(CLOUD, place)
        assert (before["state"], before["size"], before["tags"]) == ("running", "Standard_D8s_v5", {"team": "web"})
        record = STOP.undo_record(before, {})
        STOP.apply(CLOUD, place, {}, record)
        assert STOP.verify(STOP.observe(CLOUD, place), record)
        STOP.undo(CLOUD, place, record)
        assert STOP.undone(STOP.observe(CLOUD, place), record)
    sign_in, look, act = service.asked[:3]
    assert "grant_type=client_credentials" in sign_in.body
    assert "client_secret=s3cret" in sign_in.body
    assert {one.headers["authorization"] for one in service.asked[1:]} == {"Bearer at-1"}
    assert look.query == "api-version=2024-07-01&$expand=instanceView"
    assert (act.method, act.query) == ("POST", "api-version=2024-07-01")


def test_another_size_is_checked_then_taken_while_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    place, wanted = where(MACHINE), {"size": "Standard_D4s_v5"}
    sizes = {"value": [{"name": "Standard_D4s_v5"}, {"name": "Standard_D8s_v5"}]}
    replies = [
        Reply("GET", f"{MACHINE}/vmSizes", 200, sizes),
        Reply("GET", f"{MACHINE}/vmSizes", 200, sizes),
        *accepted("POST", f"{MACHINE}/deallocate"),
        *accepted("PATCH", MACHINE),
        *accepted("POST", f"{MACHINE}/start"),
        get(size="Standard_D4s_v5"),
    ]
    with azure(monkeypatch, replies) as service:
        assert RESIZE.feasible(CLOUD, place, SEEN, wanted) is None
        refused = RESIZE.feasible(CLOUD, place, SEEN, {"size": "Standard_E4s_v5"})
        assert refused is not None
        record = {"state": "running", "old_size": "Standard_D8s_v5"}
        RESIZE.apply(CLOUD, place, wanted, record)
        assert RESIZE.verify(RESIZE.observe(CLOUD, place), {**record, **wanted})
    [patch] = [one for one in service.asked if one.method == "PATCH"]
    assert patch.body == {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v5"}}}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"scale_set": "/x/vmss"}, "scale set"),
        ({"ephemeral_disk": True}, "ephemeral"),
        ({"spot": True}, "spot"),
    ],
)
def test_what_a_stop_would_lose_is_left_alone(more: dict[str, Any], says: str) -> None:
    refused = STOP.feasible(CLOUD, where(MACHINE), {**SEEN, **more}, {})
    assert refused is not None
    assert says in refused.reason


def test_what_is_gone_is_empty_and_what_is_denied_names_the_permissions(monkeypatch: pytest.MonkeyPatch) -> None:
    denied = {"error": {"code": "AuthorizationFailed", "message": "The client does not have authorization"}}
    failed = {"status": "Failed", "error": {"code": "AllocationFailed", "message": "no capacity"}}
    asked = (("Azure-AsyncOperation", "{url}" + OPERATION),)
    replies = [
        Reply("GET", MACHINE, 404, {"error": {"code": "ResourceNotFound"}}),
        Reply("POST", f"{MACHINE}/deallocate", 403, denied),
        Reply("POST", f"{MACHINE}/deallocate", 202, None, asked),
        Reply("GET", OPERATION, 200, failed),
    ]
    with azure(monkeypatch, replies):
        assert STOP.observe(CLOUD, where(MACHINE)) == {}
        with pytest.raises(RestError) as refusal:
            STOP.apply(CLOUD, where(MACHINE), {}, {})
        assert sentence(refusal.value, STOP).startswith(
            "Azure denied it (AuthorizationFailed): the role needs Microsoft.Compute/virtualMachines/read, "
        )
        with pytest.raises(RestError, match="AllocationFailed: no capacity"):
            STOP.apply(CLOUD, where(MACHINE), {}, {})


@pytest.mark.parametrize("host", ["https://evil.example/operation", "{url}.evil.example/x"])
def test_the_token_goes_to_azure_only(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """Also where an answer names another address."""
    replies = [Reply("POST", f"{MACHINE}/deallocate", 202, None, (("Azure-AsyncOperation", host),))]
    with azure(monkeypatch, replies), pytest.raises(RestError, match="no token is sent there"):
        STOP.apply(CLOUD, where(MACHINE), {}, {})


@pytest.mark.parametrize(
    "resource",
    [
        MACHINE.replace("0b1f6471", "ffff6471"),
        MACHINE.replace("virtualMachines", "disks"),
        f"{MACHINE}/../../disks/x",
        f"{MACHINE}?x=1",
    ],
)
def test_an_id_of_another_subscription_or_kind_is_refused(monkeypatch: pytest.MonkeyPatch, resource: str) -> None:
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    with pytest.raises(RestError):
        STOP.observe(CLOUD, where(resource))


def test_an_id_as_bills_write_it_is_the_same_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower case, and the subscription with its path."""
    place = ResourceRef(MACHINE.lower(), f"/subscriptions/{SUBSCRIPTION}", "")
    with azure(monkeypatch, [Reply("GET", MACHINE.lower(), 200, machine())]):
        assert STOP.observe(CLOUD, place)["state"] == "running"


def test_without_credentials_it_says_which_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_TENANT_ID", raising=False)
    with pytest.raises(RestError, match="AZURE_TENANT_ID"):
        STOP.observe(CLOUD, where(MACHINE))
