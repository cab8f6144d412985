"""Who changed what in an AWS account: CloudTrail events near the start of an
anomaly. The trail is a port: tests bring recorded replies.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

from aws.permissions import MissingPermission, attempt

PERMISSION = "cloudtrail:LookupEvents"
_MOST = 200  # events a look: LookupEvents answers twice a second, 50 at a time


@dataclass(frozen=True)
class CloudTrailEvent:
    """A change that somebody made through AWS's API; `who` reads `role deploy-ci` or `user ada`."""

    at: datetime
    name: str
    who: str
    source: str
    account_id: str
    region: str
    resources: tuple[str, ...]


class Trail(Protocol):
    """Answers what was changed in one place in a window [start, end]."""

    def events(
        self, account_id: str, region: str, start: datetime, end: datetime
    ) -> tuple[CloudTrailEvent, ...] | MissingPermission:
        """Changes, oldest first; reads are left out."""
        ...


class ClientOf(Protocol):
    """Gives clients of accounts, as `aws.clients.Cloud.client` does for looking."""

    def __call__(self, service: str, account_id: str, region: str) -> Any:
        """A boto3 client."""
        ...


@dataclass(frozen=True)
class CloudTrail:
    """CloudTrail's event history, which goes back 90 days without any set-up."""

    client: ClientOf

    def events(
        self, account_id: str, region: str, start: datetime, end: datetime
    ) -> tuple[CloudTrailEvent, ...] | MissingPermission:
        """The newest 200 changes of the window."""

        def call() -> tuple[CloudTrailEvent, ...]:
            pages = self.client("cloudtrail", account_id, region).get_paginator("lookup_events")
            changes = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
            events = (
                item
                for page in pages.paginate(LookupAttributes=changes, StartTime=start, EndTime=end)
                for item in page["Events"]
            )
            return parse(islice(events, _MOST), account_id, region)

        return attempt(PERMISSION, account_id, region, call)


def parse(items: Iterable[Mapping[str, Any]], account_id: str, region: str) -> tuple[CloudTrailEvent, ...]:
    """Events of LookupEvents, oldest first; what cannot be read of one is left empty, for no field is promised."""
    return tuple(sorted((_event(item, account_id, region) for item in items), key=lambda event: event.at))


def _event(item: Mapping[str, Any], account_id: str, region: str) -> CloudTrailEvent:
    detail = _detail(item.get("CloudTrailEvent"))
    return CloudTrailEvent(
        at=item["EventTime"].astimezone(UTC),
        name=str(item.get("EventName", "")),
        who=_who(detail.get("userIdentity") or {}, item.get("Username")),
        source=str(item.get("EventSource", "")).removesuffix(".amazonaws.com"),
        account_id=str(detail.get("recipientAccountId") or account_id),
        region=str(detail.get("awsRegion") or region),
        resources=tuple(
            str(resource["ResourceName"]) for resource in item.get("Resources", []) if resource.get("ResourceName")
        ),
    )


def _detail(text: str | None) -> dict[str, Any]:
    try:
        content = json.loads(text or "{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _who(identity: Mapping[str, Any], username: str | None) -> str:
    issuer = ((identity.get("sessionContext") or {}).get("sessionIssuer") or {}).get("userName")
    match identity.get("type"):
        case "AssumedRole" if issuer:
            return f"role {issuer}"
        case "IAMUser":
            return f"user {identity.get('userName') or username}"
        case "Root":
            return "the root user"
        case "AWSService":
            return f"service {identity.get('invokedBy', '')}".strip()
    return username or "unknown"
