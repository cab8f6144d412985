"""Azure Resource Manager as a service principal: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET.

Sources: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, and
learn.microsoft.com/azure/azure-resource-manager/management/async-operations.
"""

import os
import re
from functools import lru_cache
from time import monotonic
from typing import Any

from playbooks.actions.action import ResourceRef
from playbooks.actions.rest import Reply, Rest, RestError, refusal, request

CLOUD = "Azure"
_ID = re.compile(
    r"/subscriptions/(?P<subscription>[0-9a-f-]{36})/resourcegroups/(?P<group>[\w(][\w().-]*)/providers/microsoft\.compute/"
    r"(?P<kind>virtualmachines|disks)/(?P<name>\w[\w.-]*)",
    re.IGNORECASE,
)
_NAMES = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
_PAUSE, _KEPT_SECONDS = 5.0, 1800


def rest() -> Rest:
    """The interface as the environment says it; another AZURE_AUTHORITY_HOST or AZURE_RESOURCE_MANAGER is a sovereign
    cloud. Raises `RestError` where a name is missing.
    """
    missing = [name for name in _NAMES if not os.environ.get(name)]
    if missing:
        raise RestError(CLOUD, "credentials", f"{', '.join(missing)} is not set")
    tenant, client, secret = (os.environ[name] for name in _NAMES)
    login = os.environ.get("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com").rstrip("/")
    url = os.environ.get("AZURE_RESOURCE_MANAGER", "https://management.azure.com").rstrip("/")
    return Rest(CLOUD, url, lambda: _token(login, url, tenant, client, secret, int(monotonic() // _KEPT_SECONDS)))


@lru_cache(maxsize=4)
def _token(login: str, url: str, tenant: str, client: str, secret: str, period: int) -> str:
    """A token for half an hour (`period`) of the hour that it holds."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client,
        "client_secret": secret,
        "scope": f"{url}/.default",
    }
    reply = request(CLOUD, "POST", f"{login}/{tenant}/oauth2/v2.0/token", data=form)
    if reply.status != 200:
        raise refusal(CLOUD, reply)
    return str(reply.body["access_token"])


def path_of(where: ResourceRef, kind: str) -> str:
    """The path of a resource's id. Raises `RestError` for one of another kind or subscription than the plan's."""
    match = _ID.fullmatch(where.resource_id)
    if match is None or match["kind"].lower() != kind.lower():
        raise RestError(CLOUD, "id", f"{where.resource_id[:200]} is no id of {kind}")
    if match["subscription"].lower() != where.account_id.lower().removeprefix("/subscriptions/"):  # as FOCUS writes it
        raise RestError(CLOUD, "id", f"it belongs to subscription {match['subscription']}, not to {where.account_id}")
    return where.resource_id


def group_of(where: ResourceRef) -> str:
    """The path of the resource group that a resource is in."""
    return where.resource_id[: re.search("/providers/", where.resource_id, re.IGNORECASE).start()]  # type: ignore[union-attr]  # path_of has matched it


def look(api: Rest, path: str, version: str, more: str = "") -> dict[str, Any]:
    """A resource as it is; empty where there is none."""
    reply = api.call("GET", f"{path}?api-version={version}{more}", (200, 404))
    return reply.body if reply.status == 200 else {}


def act(api: Rest, method: str, path: str, version: str, body: Any = None) -> None:
    """A change, until it is through. Raises `RestError` with Azure's own words where it failed."""
    reply = api.call(method, f"{path}?api-version={version}", (200, 201, 202, 204), body)
    if operation := reply.headers.get("azure-asyncoperation"):
        api.until(lambda: _through(api.call("GET", operation, (200,))))
    elif reply.status == 202 and (place := reply.headers.get("location")):
        api.until(lambda: _settled(api.call("GET", place, (200, 202, 204))))


def _through(reply: Reply) -> tuple[bool, float]:
    status = str(reply.body.get("status"))
    if status in {"Failed", "Canceled"}:
        raise refusal(CLOUD, reply)
    return status == "Succeeded", _pause(reply)


def _settled(reply: Reply) -> tuple[bool, float]:
    return reply.status != 202, _pause(reply)


def _pause(reply: Reply) -> float:
    try:
        return float(reply.headers.get("retry-after", _PAUSE))
    except ValueError:
        return _PAUSE
