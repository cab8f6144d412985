"""What was set aside, because each attempt at it failed or ended a process: Slack's events, messages on their way to
Slack, requests for flows, schedules of people. It waits for an admin, who tries it again or drops it.

Attempts are noted before they are made, so that one that ends the process counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import FlowRequest, OutboxMessage, SlackEvent, Subscription

ATTEMPTS = 2  # what ended two processes is not given to a third
AGAIN_AFTER = timedelta(minutes=1)  # between two attempts at what failed for a reason that nobody foresaw
DIED = "each attempt at it ended the process, or in an error that nobody foresaw"
_TEXT, _LISTED = 200, 1000

Kind = Literal["event", "message", "request", "schedule"]


@dataclass(frozen=True)
class SetAside:
    """One thing in quarantine; `id` is `KIND:NUMBER`, an event's is `event:` and Slack's own id."""

    id: str
    since: datetime
    attempts: int
    text: str
    reason: str


def waiting(session: Session) -> list[SetAside]:
    """Everything in quarantine, the newest first, at most a thousand of a kind."""
    entries = [one for listed in (_events, _messages, _requests, _schedules) for one in listed(session)]
    return sorted(entries, key=lambda one: one.since, reverse=True)


def _events(session: Session) -> list[SetAside]:
    waits = SlackEvent.done_at.is_(None), SlackEvent.attempts >= ATTEMPTS
    rows = session.scalars(sa.select(SlackEvent).where(*waits).order_by(SlackEvent.seen_at.desc()).limit(_LISTED))
    return [
        SetAside(f"event:{row.event_id}", row.seen_at, row.attempts, str(row.body.get("text", ""))[:_TEXT], DIED)
        for row in rows
    ]


def _messages(session: Session) -> list[SetAside]:
    return [
        SetAside(
            f"message:{row.id}",
            since,
            row.attempts,
            f"{row.kind} for {row.channel} ({row.key})"[:_TEXT],
            row.error or "",
        )
        for row, since in _set_aside(session, OutboxMessage)
    ]


def _requests(session: Session) -> list[SetAside]:
    return [
        SetAside(
            f"request:{row.id}",
            since,
            row.attempts,
            str(row.result.get("what") or row.deployment)[:_TEXT],
            str(row.result.get("reason") or ""),
        )
        for row, since in _set_aside(session, FlowRequest)
    ]


def _schedules(session: Session) -> list[SetAside]:
    return [
        SetAside(
            f"schedule:{row.id}",
            since,
            row.attempts,
            f"{row.question or 'digest'} for {row.channel}, by {row.created_by}"[:_TEXT],
            row.error or "",
        )
        for row, since in _set_aside(session, Subscription)
    ]


def _set_aside(session: Session, table: Any) -> list[tuple[Any, datetime]]:
    waits = sa.select(table).where(table.quarantined_at.is_not(None))
    return [
        (row, row.quarantined_at) for row in session.scalars(waits.order_by(table.quarantined_at.desc()).limit(_LISTED))
    ]


def retry(session: Session, item: str, now: datetime) -> bool:
    """Try a thing again as if it were new; False when nothing of this id is in quarantine. The caller commits."""
    return _decide(session, item, now, again=True)


def drop(session: Session, item: str, now: datetime) -> bool:
    """Give a thing up for good; False when nothing of this id is in quarantine. The caller commits."""
    return _decide(session, item, now, again=False)


def _decide(session: Session, item: str, now: datetime, again: bool) -> bool:
    kind, _, key = item.partition(":")
    if kind == "event":
        return _decide_event(session, key, now, again)
    tables: dict[str, tuple[Any, Callable[[Session, Any, datetime], None]]] = {
        "message": (OutboxMessage, _send_again),
        "request": (FlowRequest, _start_again),
        "schedule": (Subscription, _schedule_again),
    }
    if kind not in tables or not (key.isascii() and key.isdecimal() and len(key) < 19):
        return False
    table, again_by = tables[kind]
    of_id = sa.select(table).where(table.id == int(key), table.quarantined_at.is_not(None)).with_for_update()
    row = session.scalar(of_id)
    if row is None:
        return False
    row.quarantined_at = None
    if again:
        again_by(session, row, now)
    elif isinstance(row, Subscription):
        row.active = False
    return True


def _decide_event(session: Session, event_id: str, now: datetime, again: bool) -> bool:
    waits = SlackEvent.event_id == event_id, SlackEvent.done_at.is_(None), SlackEvent.attempts >= ATTEMPTS
    anew = {"attempts": 0, "claimed_until": sa.func.now(), "seen_at": sa.func.now()}
    over = {"done_at": now, "body": {}, "claimed_until": None}
    statement = sa.update(SlackEvent).where(*waits).values(**(anew if again else over)).returning(SlackEvent.event_id)
    return session.scalar(statement) is not None


def _send_again(session: Session, row: OutboxMessage, now: datetime) -> None:
    """With what was set aside because it belongs to this one. An attempt stays noted: it may have reached Slack."""
    kin = sa.or_(OutboxMessage.id == row.id, OutboxMessage.thread_key == row.key, OutboxMessage.update_key == row.key)
    session.flush()
    session.execute(
        sa.update(OutboxMessage)
        .where(kin, sa.or_(OutboxMessage.id == row.id, OutboxMessage.quarantined_at.is_not(None)))
        .values(
            failed_at=None,
            quarantined_at=None,
            attempts=sa.func.least(OutboxMessage.attempts, 1),
            interrupted=0,
            not_before=now,
        )
    )


def _start_again(_session: Session, row: FlowRequest, _now: datetime) -> None:
    row.state, row.attempts, row.not_before, row.finished_at = "approved", 0, None, None
    row.result = {name: value for name, value in row.result.items() if name != "reason"}


def _schedule_again(_session: Session, row: Subscription, _now: datetime) -> None:
    row.attempts, row.error = 0, None


def set_schedule_aside(session: Session, row: Subscription, reason: str, now: datetime) -> None:
    """A schedule that failed as often as is allowed rests until somebody looks; who made it is told.
    The caller commits.
    """
    row.quarantined_at, row.error = now, reason[:500]
    text = (
        f"“{row.question or 'The digest'}”, which you subscribed for {row.channel}, is set aside: it could not be made "
        f"{ATTEMPTS} times. The admins see why (`finops quarantine list`) and can start it again."
    )
    outbox.enqueue(session, row.created_by, note(text), f"set-aside:schedule:{row.id}:{now.isoformat()}")


def set_event_aside(session: Session, event_id: str, now: datetime) -> None:
    """An event was given up; a schedule that made it rests too, for it would make another tomorrow.
    The caller commits.
    """
    made_by, _, rest = event_id.partition(":")
    number = rest.partition(":")[0]
    if made_by == "subscription" and number.isdecimal():
        row = session.get(Subscription, int(number), with_for_update=True)
        if row is not None and row.active and row.quarantined_at is None:
            row.attempts = ATTEMPTS
            set_schedule_aside(session, row, DIED, now)


def notify(session: Session, channels: Sequence[str]) -> None:
    """Leave a sentence to the admin channels for each thing set aside, once; messages that failed are told where they
    fail. The caller commits.
    """
    for one in waiting(session):
        if one.id.startswith("message:"):
            continue
        text = (
            f"{one.id} is set aside after {one.attempts} attempts. `finops quarantine list` says what it is; "
            f"`finops quarantine retry {one.id}` tries it again, `drop` gives it up."
        )
        for channel in channels:
            outbox.enqueue(session, channel, note(text), f"set-aside:{one.id}:{one.since.isoformat()}:{channel}")
