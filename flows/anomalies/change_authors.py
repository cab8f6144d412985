"""Looks up in CloudTrail who changed the affected resources near the start of an anomaly; reports missing permissions
instead of guessing.
"""

import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from analysis.root_cause import RootCause
from aws.permissions import MissingPermission
from flows.anomalies.causes import ScopedChange
from flows.ingest.cloud.aws_events import CloudTrailEvent, Trail

_BEFORE, _AFTER = timedelta(hours=24), timedelta(hours=30)  # around the first day (UTC) that is out of line
_SHOWN = 3
_log = logging.getLogger(__name__)
_VERSION = re.compile(r"\d{8}(v\d+)?$")  # of an interface: CreateFunction20150331


def find_authors(connection: sa.Connection, trail: Trail, cause: RootCause, change: ScopedChange) -> tuple[str, ...]:
    """Sentences on who made, changed or removed the resources behind the change: those that are new, gone or resized,
    else the one that carries most of it. Empty outside of AWS.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    named = {dimension: item.name for dimension, item in cause.trail}
    account, region = (
        change.scope.get("account") or named.get("account"),
        change.scope.get("region") or named.get("region"),
    )
    carrier = named.get("resource")
    changed = [item.name for item in cause.resources] or ([carrier] if carrier else [])
    if not account or not region or not changed:
        return ()
    account_id = connection.scalar(
        sa.text("SELECT account_id FROM finops.resource_costs WHERE account = :account AND provider = 'AWS' LIMIT 1"),
        {"account": account},
    )
    if account_id is None:
        return ()
    start = datetime(change.since.year, change.since.month, change.since.day, tzinfo=UTC)
    try:
        events = trail.events(account_id, region, start - _BEFORE, start + _AFTER)
    except (BotoCoreError, ClientError) as error:
        _log.warning("CloudTrail of %s in %s could not be read: %s", account_id, region, type(error).__name__)
        return ("CloudTrail could not be read",)
    if isinstance(events, MissingPermission):
        return (events.sentence(),)
    return tuple(_sentence(event) for event in matching_events(events, changed)[:_SHOWN])


def matching_events(events: Sequence[CloudTrailEvent], changed: Sequence[str]) -> list[CloudTrailEvent]:
    """The events that name a changed resource, oldest first, one per actor and kind of event."""
    by_resource: dict[tuple[str, str], CloudTrailEvent] = {}
    for event in events:
        if any(name in resource or resource in name for name in changed for resource in event.resources):
            by_resource.setdefault((event.who, event.name), event)
    return list(by_resource.values())


def _sentence(event: CloudTrailEvent) -> str:
    name = _VERSION.sub("", event.name)
    return f"{event.who}: {name} on {event.at.day} {event.at:%b %H:%M} UTC (CloudTrail)"
