"""Send the digests that are due: once per channel and day, at each channel's own hour and time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.orm import Session

from config.access import may_see_scope
from config.errors import UserError
from config.organisation import Organisation
from db.database import Database
from db.outgoing import outbox
from db.outgoing.message_keys import digest_key
from db.tables import OutboxMessage, Subscription
from domain.subscriptions import due, make_due
from flows import failure
from flows.digests.digest import Digest, compose


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
    with failure.running("send_digests") as (_, organisation, database):
        return run(database, organisation, datetime.now(UTC))


def run(database: Database, organisation: Organisation, now: datetime) -> int:
    """Leave the digests due at this moment; returns how many. One that fails holds up no other: of a subscription it is
    counted, of a channel in finops.yaml it is raised after the rest.
    """
    sent, failed = 0, None
    for item in of_channels(organisation, now):
        try:
            with Session(database.app) as session, session.begin():
                sent += _send(session, item, organisation)
        except Exception as error:  # noqa: BLE001 - raised when the other channels have theirs
            failed = failed or error
    sent += make_due(database, "digest", now, partial(_send_subscribed, organisation, now))
    if failed is not None:
        raise failed
    return sent


def _send_subscribed(
    organisation: Organisation, now: datetime, session: Session, row: Subscription, _day: date
) -> bool:
    return any(_send(session, item, organisation) for item in of_subscriptions([row], organisation, now))


def _send(session: Session, item: Due, organisation: Organisation) -> bool:
    """Leave one digest; False when there are no bills of it, or this day's was left already."""
    key = digest_key(item.subscription, item.channel, item.day)
    if session.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return False
    digest = compose(session, dict(item.scope), item.day, organisation, weekly=item.weekly)
    return digest is not None and enqueue(session, item, digest)


def of_channels(organisation: Organisation, now: datetime) -> list[Due]:
    """What finops.yaml asks for and is due: the channel's local hour has come
    today. Local time makes it right around a clock change.
    """
    digests_due = []
    for channel in organisation.channels:
        local = now.astimezone(ZoneInfo(channel.timezone))
        on_day = channel.digest == "daily" or (channel.digest == "weekly" and local.weekday() == 0)
        if on_day and local.hour >= channel.digest_hour:
            scope = (("team", channel.team),) if channel.team else ()
            digests_due.append(Due(channel.channel, scope, channel.digest == "weekly", local.date()))
    return digests_due


def of_subscriptions(subscriptions: Sequence[Subscription], organisation: Organisation, now: datetime) -> list[Due]:
    """What people subscribed to and is due, where they may still see what it tells."""
    return [
        Due(row.channel, tuple(sorted(row.scope.items())), row.frequency == "weekly", day, row.id)
        for row in subscriptions
        if (day := due(row, now)) is not None and may_see_scope(organisation.actor(row.created_by), row.scope)
    ]


def enqueue(session: Session, due: Due, digest: Digest) -> bool:
    """The digest and, in its thread, the details; False when this day's was left already."""
    key = digest_key(due.subscription, due.channel, due.day)
    if not outbox.enqueue(session, due.channel, digest.card, key):
        return False
    outbox.enqueue(session, due.channel, digest.details, f"{key}:details", thread_key=key)
    return True


def text_for(database: Database, organisation: Organisation, channel: str, today: date) -> str:
    """The digest of a channel of finops.yaml as text, for the command line. Raises `UserError`."""
    configured = organisation.channel_named(channel)
    if configured is None:
        names = ", ".join(one.channel for one in organisation.channels) or "none"
        raise UserError(f"finops.yaml has no channel {channel}; it has: {names}.")
    with Session(database.app) as session:
        digest = compose(
            session,
            {"team": configured.team} if configured.team else {},
            today,
            organisation,
            weekly=configured.digest == "weekly",
        )
    if digest is None:
        raise UserError("There are no bills of this scope yet; load some with `finops ingest`.")
    return digest.text
