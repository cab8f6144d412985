"""Send the digests that are due: once a channel and day, at each channel's own hour and time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.orm import Session

from db import engines, outbox
from db.engines import Database
from db.tables import Subscription
from flows import failure
from flows.digest import Digest, compose
from settings import Organisation, UserError, read_organisation, read_settings


@dataclass(frozen=True)
class Due:
    """A digest that a channel is to get for a day."""

    channel: str
    scope: tuple[tuple[str, str], ...]
    weekly: bool
    day: date
    subscription: int | None = None


@flow(name="send_digests", flow_run_name="digests")
def send_digests() -> int:
    """Every quarter of an hour; what was sent for a day is not sent again."""
    settings = read_settings()
    organisation = read_organisation(settings.config)
    database = engines.connect(settings)
    with failure.told("send_digests", database, organisation):
        return run(database, organisation, datetime.now(UTC))


def run(database: Database, organisation: Organisation, now: datetime) -> int:
    """Leave the digests due at this moment; returns how many."""
    sent = 0
    with Session(database.app) as session, session.begin():
        subscriptions = session.scalars(sa.select(Subscription).where(Subscription.active.is_(True), Subscription.kind == "digest")).all()
        for due in [*of_channels(organisation, now), *of_subscriptions(subscriptions, now)]:
            digest = compose(session, dict(due.scope), due.day, weekly=due.weekly)
            if digest is not None and leave(session, due, digest):
                sent += 1
    return sent


def of_channels(organisation: Organisation, now: datetime) -> list[Due]:
    """What finops.yaml asks for and is due: the channel's local hour has come today. Local time makes it right around a clock change."""
    found = []
    for channel in organisation.channels:
        local = now.astimezone(ZoneInfo(channel.timezone))
        on_day = channel.digest == "daily" or (channel.digest == "weekly" and local.weekday() == 0)
        if on_day and local.hour >= channel.digest_hour:
            scope = (("team", channel.team),) if channel.team else ()
            found.append(Due(channel.channel, scope, channel.digest == "weekly", local.date()))
    return found


def of_subscriptions(subscriptions: Sequence[Subscription], now: datetime) -> list[Due]:
    """What people subscribed to and is due: its time has come on one of its days, in its own zone; not on the day it was made after that time."""
    found = []
    for row in subscriptions:
        local = now.astimezone(ZoneInfo(row.timezone))
        days = row.weekdays if row.weekdays is not None else None if row.weekday is None else [row.weekday]
        come = (local.hour, local.minute) >= (row.at_hour, row.at_minute)
        if come and (days is None or local.weekday() in days) and row.last_sent_for != local.date():
            found.append(Due(row.channel, tuple(sorted(row.scope.items())), row.frequency == "weekly", local.date(), row.id))
    return found


def leave(session: Session, due: Due, digest: Digest) -> bool:
    """The digest and, in its thread, the details; False when this day's was left already."""
    key = f"digest:{due.subscription or 'file'}:{due.channel}:{due.day}"
    if not outbox.leave(session, due.channel, "digest", digest.payload, key):
        return False
    outbox.leave(session, due.channel, "digest_details", digest.details, f"{key}:details", thread_key=key)
    return True


def text_for(database: Database, organisation: Organisation, channel: str, today: date) -> str:
    """The digest of a channel of finops.yaml as text, for the command line. Raises `UserError`."""
    known = organisation.channel_named(channel)
    if known is None:
        names = ", ".join(one.channel for one in organisation.channels) or "none"
        raise UserError(f"finops.yaml has no channel {channel}; it has: {names}.")
    with Session(database.app) as session:
        digest = compose(session, {"team": known.team} if known.team else {}, today, weekly=known.digest == "weekly")
    if digest is None:
        raise UserError("There are no bills of this scope yet; load some with `finops ingest`.")
    return digest.text
