"""Subscriptions: when one is due, what it says it is, and how often making it may fail."""

import logging
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import access
from config.access import Actor, Role
from db import audit, locks
from db.database import Database
from db.locks import Lock
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import Subscription
from domain import quarantine

log = logging.getLogger(__name__)

Make = Callable[[Session, Subscription, date], bool]
_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, OSError)  # no fault of the schedule

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def subscribe(session: Session, row: Subscription, actor: Actor, now: datetime) -> str | None:
    """Keep a new subscription of the actor's, and tell it where it will arrive; the sentence why not where the digest
    is of what the actor may not see. The caller commits.
    """
    if row.question is None and not access.may_see_scope(actor, row.scope):
        return "You may see your own teams' costs only; choose one of them."
    row.created_by, row.last_sent_for = actor.id, today_if_over(row, now)
    session.add(row)
    session.flush()
    audit.append(session, actor.id, "subscription.made", str(row.id), {"channel": row.channel, "kind": row.kind})
    text = f"{actor.name or 'Somebody'} subscribed this conversation: {describe(row)}."
    outbox.enqueue(session, row.channel, note(text), f"subscription:{row.id}")
    return None


def may_end(row: Subscription, actor: Actor) -> bool:
    """Whether somebody may end it: who made it, an operator, an admin."""
    return actor.id == row.created_by or bool(actor.roles & {Role.OPERATOR, Role.ADMIN})


def end(session: Session, row: Subscription, actor: Actor) -> None:
    """Send it no more. The caller commits."""
    row.active = False
    audit.append(session, actor.id, "subscription.ended", str(row.id), {})


def due(row: Subscription, now: datetime) -> date | None:
    """The local day for which a subscription is due now: its time has come on one of its days, in its own zone, and it
    was not sent for that day.
    """
    local = now.astimezone(ZoneInfo(row.timezone))
    come = (local.hour, local.minute) >= (row.at_hour, row.at_minute or 0)
    days = days_of(row)
    fits = come and (not days or local.weekday() in days) and row.last_sent_for != local.date()
    return local.date() if fits else None


def make_due(database: Database, kind: str, now: datetime, make: Make) -> int:
    """Make what is due of a kind, each in a transaction of its own; how many `make` made.

    One that fails, or ends the process, holds up no other; after two attempts it is set aside.
    """
    ours = Subscription.active.is_(True), Subscription.kind == kind, Subscription.quarantined_at.is_(None)
    with Session(database.app) as session:
        numbers = session.scalars(sa.select(Subscription.id).where(*ours).order_by(Subscription.id)).all()
    return sum(_attempt(database, number, now, make) for number in numbers)


def _attempt(database: Database, number: int, now: datetime, make: Make) -> bool:
    with (
        database.app.connect() as connection,
        locks.hold(connection, Lock.SCHEDULE, str(number), wait=False) as mine,
        Session(connection) as session,
    ):
        row = session.get(Subscription, number)
        if not mine or row is None or not row.active or row.quarantined_at is not None:
            return False
        before = row.attempts
        try:
            return _noted(session, row, now, make)
        except _AWAY:
            raise
        except Exception as error:
            log.exception("schedule %s could not be made", number)
            session.rollback()
            row.attempts = before + 1
            row.error = f"{type(error).__name__}; the log says more"
            if row.attempts >= quarantine.ATTEMPTS:
                quarantine.set_schedule_aside(session, row, row.error, now)
            session.commit()
            return False


def _noted(session: Session, row: Subscription, now: datetime, make: Make) -> bool:
    """Whether it was due and made; the attempt is noted before."""
    day = due(row, now)
    if day is None:
        return False
    if row.attempts >= quarantine.ATTEMPTS:
        quarantine.set_schedule_aside(session, row, quarantine.DIED, now)
        session.commit()
        return False
    row.attempts += 1
    session.commit()
    made = make(session, row, day)
    row.attempts, row.error = 0, None
    session.commit()
    return made


def event_of(subscription: int, day: date) -> str:
    """The id under which a subscribed question is asked on a day, as if it were an event of Slack's."""
    return f"subscription:{subscription}:{day}"


def today_if_over(row: Subscription, now: datetime) -> date | None:
    """Today where its time has passed already: the first one then comes on its next day."""
    local = now.astimezone(ZoneInfo(row.timezone))
    return local.date() if (local.hour, local.minute) >= (row.at_hour, row.at_minute) else None


def days_of(row: Subscription) -> list[int]:
    """The days of the week on which it comes, 0 is Monday; none for every day."""
    if row.weekdays is not None:
        return [int(day) for day in row.weekdays]
    return [] if row.weekday is None else [row.weekday]


def describe(row: Subscription) -> str:
    """`digest of payments, every Monday at 09:00 (Europe/Berlin)`."""
    digest = "weekly digest" if row.frequency == "weekly" else "digest"
    what = f"“{row.question}”" if row.question else f"{digest} of {', '.join(row.scope.values()) or 'everything'}"
    return f"{what}, {_on(days_of(row))} at {row.at_hour:02d}:{row.at_minute or 0:02d} ({row.timezone})"


def _on(days: list[int]) -> str:
    if not days:
        return "every day"
    if days == [0, 1, 2, 3, 4]:
        return "on weekdays"
    return "every " + ", ".join(WEEKDAYS[day] for day in days)
