"""Bills in the stand-in's bucket, where the ingest flow fetches them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from standins.cloud.account import BILLS_BUCKET, CloudAccount

if TYPE_CHECKING:
    from standins.bills.world import World


def deliver(cloud: CloudAccount, folder: Path, files: Sequence[Path]) -> list[str]:
    """Put files of a bills folder into the bucket under the same names, replacing; their s3:// addresses."""
    client = cloud.client("s3")
    for file in files:
        client.put_object(Bucket=BILLS_BUCKET, Key=file.relative_to(folder).as_posix(), Body=file.read_bytes())
    return [f"s3://{BILLS_BUCKET}/{file.relative_to(folder).as_posix()}" for file in files]


def stopped(cloud: CloudAccount, world: "World", on: date | None = None) -> dict[str, date]:
    """Instances of the fleet that somebody stopped, by id, with the day from
    which they cost nothing: `on`, default today (UTC).
    """
    places = {(line.account.id, line.region) for line in world.lines if line.meter.service == "ec2"}
    since = on or datetime.now(UTC).date()
    days: dict[str, date] = {}
    for account_id, region in sorted(places):
        filters = [{"Name": "instance-state-name", "Values": ["stopped", "terminated"]}]
        reservations = cloud.client("ec2", account_id, region).describe_instances(Filters=filters)["Reservations"]
        days |= {instance["InstanceId"]: since for reservation in reservations for instance in reservation["Instances"]}
    return days
