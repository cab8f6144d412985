"""The flow that looks into the cloud accounts: what is there, and how much of it is used."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from prefect import flow
from sqlalchemy.orm import Session

from aws.clients import Cloud, cloud_of
from aws.permissions import MissingPermission
from config.errors import UserError
from config.organisation import Organisation
from db.outgoing import outbox
from db.outgoing.messages import note
from domain.flows import flow_requests
from flows import failure
from flows.ingest.cloud import aws_inventory, aws_utilization
from flows.ingest.cloud.aws_inventory import Inventory
from flows.ingest.cloud.aws_resources import AccountRegion
from flows.ingest.cloud.aws_utilization import Used, UsedHour
from flows.ingest.loading.inventory import store_hours, store_inventory, store_utilization

_AT_ONCE = 4  # places read side by side
_HOURLY = timedelta(days=3)  # read by the hour each day: two mornings may be missed


@dataclass(frozen=True)
class AccountSnapshot:
    """What was seen in one place."""

    inventory: Inventory
    used: tuple[Used, ...]
    denied: tuple[MissingPermission, ...]
    hours: tuple[UsedHour, ...] = ()


@flow(name="ingest_usage", retries=2, retry_delay_seconds=60)
def ingest_usage(days: int = 15, request_key: str | None = None) -> dict[str, Any]:
    """Inventory of every account and region of finops.yaml, and its metrics: by day for
    the last `days` full ones, by hour for three; counts, and what was not allowed.
    """
    with failure.running("ingest_usage", request_key) as (settings, organisation, database):
        now = datetime.now(UTC)
        looked = fetch(cloud_of(settings, organisation.remediation), organisation, now.date(), days)
        check(looked)
        with Session(database.app) as session, session.begin():
            result = store(session, looked, organisation, now)
            flow_requests.close(session, request_key, "finished", result, datetime.now(UTC))
        return result


def fetch(cloud: Cloud, organisation: Organisation, today: date, days: int) -> list[AccountSnapshot]:
    """Look at every place; the result is in the order of accounts and regions."""
    places = [
        AccountRegion(account, region)
        for account in accounts(cloud, organisation)
        for region in organisation.remediation.regions
    ]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(lambda place: look(cloud, place, today - timedelta(days), today), places))


def accounts(cloud: Cloud, organisation: Organisation) -> tuple[str, ...]:
    """The accounts of finops.yaml, else the one that this process's credentials
    belong to; raises `UserError` when there are none.
    """
    from botocore.exceptions import NoCredentialsError

    limits = organisation.remediation
    if limits.accounts:
        return limits.accounts
    try:
        own = Cloud(limits.model_copy(update={"actor_role_arn": None, "observer_role_arn": None}), cloud.endpoint_url)
        return (own.client("sts", "", limits.regions[0], "observe").get_caller_identity()["Account"],)
    except NoCredentialsError as error:
        raise UserError(
            "There are no AWS credentials. Give this process some, and name the accounts in finops.yaml."
        ) from error


def look(cloud: Cloud, place: AccountRegion, start: date, end: date) -> AccountSnapshot:
    """One place: its resources and the metrics of the days [start, end)."""

    def client(service: str) -> Any:
        return cloud.client(service, place.account_id, place.region, "observe")

    inventory = aws_inventory.read(client, place)
    used = aws_utilization.read(client, inventory.resources, place, start, end)
    if isinstance(used, MissingPermission):
        return AccountSnapshot(inventory, (), (*inventory.denied, used))
    midnight = datetime(end.year, end.month, end.day, tzinfo=UTC)
    hours = aws_utilization.read_hours(client, inventory.resources, place, midnight - _HOURLY, midnight)
    if isinstance(hours, MissingPermission):
        return AccountSnapshot(inventory, tuple(used), (*inventory.denied, hours))
    return AccountSnapshot(inventory, tuple(used), inventory.denied, tuple(hours))


def check(looked: Sequence[AccountSnapshot]) -> None:
    """Raise `UserError` when not one kind of resource could be listed anywhere:
    that is a failure, not an empty account.
    """
    refused = [denied for one in looked for denied in one.denied]
    if refused and not any(one.inventory.looked_at for one in looked):
        raise UserError(refused[0].sentence())


def store(
    session: Session, looked: Sequence[AccountSnapshot], organisation: Organisation, now: datetime
) -> dict[str, Any]:
    """Write resources and metrics, and tell the admin channels once of permissions that are missing."""
    stored = store_inventory(session, [one.inventory for one in looked], organisation.allocation, now)
    metrics = store_utilization(session, (used for one in looked for used in one.used), stored.ids)
    hours = store_hours(session, (used for one in looked for used in one.hours), stored.ids, now)
    denied = [refusal.sentence() for one in looked for refusal in one.denied]
    if denied:
        key = sha256("\n".join(sorted(denied)).encode()).hexdigest()[:16]
        text = "Some of the cloud accounts could not be looked at:\n" + "\n".join(
            f"• {sentence}" for sentence in denied[:20]
        )
        for channel in organisation.admin_channels():
            outbox.enqueue(session, channel, note(text), f"denied:{key}:{channel}")
    return {
        "resources": stored.resources,
        "new": stored.new,
        "gone": stored.gone,
        "utilization": metrics,
        "hours": hours,
        "denied": denied,
    }
