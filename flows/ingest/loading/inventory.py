"""Inventory, metrics and prices in the database: what the bills say of a
resource stays, what the cloud says is added.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.sections.bills import Allocation
from db.tables import HourlyUtilization, Price, Resource, Utilization
from flows.ingest.allocation import expression, rules_of, tag_value
from flows.ingest.cloud.aws_inventory import Inventory
from flows.ingest.cloud.aws_prices import Priced
from flows.ingest.cloud.aws_resources import AwsResource
from flows.ingest.cloud.aws_utilization import Used, UsedHour

_AWS = "AWS"
_CHUNK = 2_000  # rows an INSERT
_HOURS_KEPT = timedelta(days=62)
_BUCKET = "arn:aws:s3:::"  # before a bucket's name, where bills write it
_UNIQUE_IDS = ("i-", "vol-", "snap-", "eipalloc-")  # ids that are unique on their own, whatever stands before them


@dataclass(frozen=True)
class InventoryChanges:
    """What an inventory changed. `ids` leads from AWS's id of a resource to the id under which it is stored."""

    resources: int
    new: int
    gone: int
    ids: Mapping[str, str]


def native_id(resource_id: str) -> str:
    """`i-0abc` of an ARN or a bare id of EC2, and a bucket's name, where bills write either; any other id as it is."""
    if resource_id.startswith(_BUCKET):
        return resource_id.removeprefix(_BUCKET)
    last = resource_id.rpartition("/")[2]
    return last if last.startswith(_UNIQUE_IDS) else resource_id


def store_inventory(
    session: Session, inventories: Sequence[Inventory], allocation: Allocation, now: datetime
) -> InventoryChanges:
    """Update what is known, add what is new, mark as deleted what an earlier
    inventory saw and this one, having looked, did not.
    """
    accounts = {inventory.place.account_id for inventory in inventories}
    stored = session.scalars(
        sa.select(Resource).where(Resource.provider == _AWS, Resource.account_id.in_(accounts))
    ).all()
    by_native = {native_id(resource.resource_id): resource for resource in stored}
    account_names = {resource.account_id: resource.account for resource in stored if resource.account}
    by_id = {native_id(one.resource_id): one for inventory in inventories for one in inventory.resources}
    for key, one in by_id.items():
        if key in by_native:
            _update(by_native[key], one, now)
    fresh = [one for key, one in by_id.items() if key not in by_native]
    for one, allocated in zip(fresh, allocate(fresh, account_names, allocation), strict=True):
        session.add(_new(one, account_names.get(one.account_id), allocated, now))
    gone = _mark_gone(inventories, {key: resource for key, resource in by_native.items() if key not in by_id}, now)
    session.flush()
    ids = {
        one.resource_id: by_native[key].resource_id if key in by_native else one.resource_id
        for key, one in by_id.items()
    }
    return InventoryChanges(len(by_id), len(fresh), gone, ids)


def _update(resource: Resource, one: AwsResource, now: datetime) -> None:
    resource.resource_name = one.resource_name or resource.resource_name
    resource.resource_type = resource.resource_type or one.resource_type
    resource.region = resource.region or one.region
    resource.state, resource.instance_type = one.state, one.instance_type
    resource.tags = dict(one.tags) or resource.tags
    resource.attributes, resource.inventory_at = dict(one.attributes), now


def _new(one: AwsResource, account: str | None, allocated: Mapping[str, str | None], now: datetime) -> Resource:
    return Resource(
        resource_id=one.resource_id,
        resource_name=one.resource_name,
        resource_type=one.resource_type,
        provider=_AWS,
        account_id=one.account_id,
        account=account,
        service=one.service,
        region=one.region,
        state=one.state,
        instance_type=one.instance_type,
        tags=dict(one.tags),
        attributes=dict(one.attributes),
        inventory_at=now,
        **allocated,
    )


def _mark_gone(inventories: Sequence[Inventory], missing: Mapping[str, Resource], now: datetime) -> int:
    looked_at = {
        (inventory.place.account_id, inventory.place.region, kind)
        for inventory in inventories
        for kind in inventory.looked_at
    }
    count = 0
    for resource in missing.values():
        seen_there = (resource.account_id, resource.region, resource.resource_type) in looked_at
        if seen_there and resource.inventory_at is not None and resource.state != "deleted":
            resource.state, resource.inventory_at = "deleted", now
            count += 1
    return count


def allocate(
    resources: Sequence[AwsResource], account_names: Mapping[str | None, str | None], allocation: Allocation
) -> list[dict[str, str | None]]:
    """Team, environment and application of resources that no bill has told of yet, by the same rules as for charges."""
    import polars as pl

    if not resources:
        return []
    rules = rules_of(allocation)
    base = {
        "sub_account_id": [one.account_id for one in resources],
        "sub_account_name": [account_names.get(one.account_id) for one in resources],
        "resource_id": [one.resource_id for one in resources],
        "resource_name": [one.resource_name for one in resources],
        "service_name": [one.service for one in resources],
    }
    tags = {
        f"{name}|{number}": [tag_value(dict(one.tags), rule) for one in resources]
        for name, ordered in rules.items()
        for number, rule in enumerate(ordered)
    }
    frame = pl.DataFrame(base | tags, schema=dict.fromkeys([*base, *tags], pl.String))
    columns = [
        expression(ordered, [f"{name}|{number}" for number in range(len(ordered))]).alias(name)
        for name, ordered in rules.items()
    ]
    return frame.select(columns).to_dicts()


def store_utilization(session: Session, used: Iterable[Used], ids: Mapping[str, str]) -> int:
    """Days of metrics, replacing those that are there; how many."""
    rows = [
        {
            "usage_date": one.usage_date,
            "resource_id": ids.get(one.resource_id, one.resource_id),
            "metric": one.metric,
            "average": one.average,
            "maximum": one.maximum,
            "unit": one.unit,
        }
        for one in used
    ]
    _upsert(session, Utilization, rows, ("usage_date", "resource_id", "metric"))
    return len(rows)


def store_hours(session: Session, used: Iterable[UsedHour], ids: Mapping[str, str], now: datetime) -> int:
    """Hours of metrics, replacing those that are there and dropping old ones; how many."""
    rows = [{**vars(one), "resource_id": ids.get(one.resource_id, one.resource_id)} for one in used]
    _upsert(session, HourlyUtilization, rows, ("usage_hour", "resource_id", "metric"))
    session.execute(sa.delete(HourlyUtilization).where(HourlyUtilization.usage_hour < now - _HOURS_KEPT))
    return len(rows)


def store_prices(session: Session, priced: Iterable[Priced], now: datetime) -> int:
    """Prices as of now, replacing older ones; what is sold no more keeps its price and date."""
    rows = [{"provider": _AWS, **vars(one), "as_of": now} for one in priced]
    _upsert(session, Price, rows, ("provider", "region", "instance_type", "operating_system"))
    return len(rows)


def _upsert(session: Session, table: type[Any], rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    for first in range(0, len(rows), _CHUNK):
        statement = insert(table).values(rows[first : first + _CHUNK])
        changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
        session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))
