"""Compute Engine as a service account: its key file (GOOGLE_APPLICATION_CREDENTIALS), else the machine's own.

Sources: developers.google.com/identity/protocols/oauth2/service-account (RFC 7523),
cloud.google.com/compute/docs/metadata/overview, cloud.google.com/compute/docs/reference/rest/v1.
"""

import json
import os
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from config.errors import UserError
from config.files.plain_file import read_plain
from playbooks.actions.action import ResourceRef
from playbooks.actions.rest import Reply, Rest, RestError, refusal, request

CLOUD = "Google"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_METADATA = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
_ID = re.compile(
    r"(?://compute\.googleapis\.com/)?projects/(?P<project>[a-z][a-z0-9:.-]{4,60})/zones/(?P<zone>[a-z0-9-]+)/"
    r"(?P<kind>instances|disks)/(?P<name>[a-z0-9-]{1,63})"
)
_LARGEST_KEY, _KEPT_SECONDS, _PAUSE = 20_000, 1800, 2.0


@dataclass(frozen=True)
class ResourcePlace:
    """A zonal resource: the path of its zone, and of itself."""

    zone: str
    path: str
    zone_name: str
    name: str


def rest() -> Rest:
    """The interface; GOOGLE_COMPUTE_URL is another one, as behind Private Service Connect."""
    url = os.environ.get("GOOGLE_COMPUTE_URL", "https://compute.googleapis.com/compute/v1").rstrip("/")
    key = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")
    return Rest(CLOUD, url, lambda: _token(key, int(time.monotonic() // _KEPT_SECONDS)))


@lru_cache(maxsize=4)
def _token(key_file: str, period: int) -> str:
    """A token for half an hour (`period`) of the hour that it holds."""
    if not key_file:
        reply = request(CLOUD, "GET", _METADATA, headers={"Metadata-Flavor": "Google"})
    else:
        key = _key(Path(key_file))
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": _assertion(key)}
        reply = request(CLOUD, "POST", str(key["token_uri"]), data=form)
    if reply.status != 200:
        raise refusal(CLOUD, reply)
    return str(reply.body["access_token"])


def _key(path: Path) -> dict[str, Any]:
    try:
        key: dict[str, Any] = json.loads(read_plain(path.parent, path.name, _LARGEST_KEY))
    except (UserError, ValueError) as error:
        raise RestError(CLOUD, "credentials", f"{path} cannot be read as a key file") from error
    if key.get("type") != "service_account":
        raise RestError(CLOUD, "credentials", f"{path} is no key of a service account")
    return key


def _assertion(key: dict[str, Any]) -> str:
    import jwt  # noqa: PLC0415 - loads cryptography, and only this cloud signs with it

    now = int(time.time())
    claims = {
        "iss": key["client_email"],
        "scope": _SCOPE,
        "aud": key["token_uri"],
        "iat": now,
        "exp": now + 3600,
    }
    return jwt.encode(claims, key["private_key"], algorithm="RS256", headers={"kid": key["private_key_id"]})


def place_of(where: ResourceRef, kind: str) -> ResourcePlace:
    """Where a resource is. Raises `RestError` for an id of another kind or of another project than the plan's."""
    match = _ID.fullmatch(where.resource_id)
    if match is None or match["kind"] != kind:
        raise RestError(CLOUD, "id", f"{where.resource_id[:200]} is no id of {kind}")
    if match["project"] != where.account_id.removeprefix("projects/"):
        raise RestError(CLOUD, "id", f"it belongs to project {match['project']}, not to {where.account_id}")
    zone = f"/projects/{match['project']}/zones/{match['zone']}"
    return ResourcePlace(zone, f"{zone}/{kind}/{match['name']}", match["zone"], match["name"])


def look(api: Rest, path: str) -> dict[str, Any]:
    """A resource as it is; empty where there is none."""
    reply = api.call("GET", path, (200, 404))
    return reply.body if reply.status == 200 else {}


def act(api: Rest, method: str, path: str, zone: str, body: Any = None, *, there: bool = False) -> None:
    """A change, until its operation is done. With `there`, what is there already is as good as made."""
    reply = api.call(method, path, (200, 409) if there else (200,), body)
    if reply.status == 409:
        return
    operation = f"{zone}/operations/{reply.body['name']}"
    if not _done(reply):
        api.until(lambda: (_done(api.call("GET", operation, (200,))), _PAUSE))


def _done(reply: Reply) -> bool:
    """Whether an operation is through; raises `RestError` with Google's own words where it failed."""
    errors = (reply.body.get("error") or {}).get("errors") or []
    if errors:
        first = errors[0]
        raise RestError(CLOUD, str(first.get("code")), f"{first.get('code')}: {str(first.get('message') or '')[:300]}")
    return str(reply.body.get("status")) == "DONE"
