"""Delivers the outbox to Slack: each message once, in order per channel, with
two bots on one database and a crash anywhere.

A channel is delivered by whoever holds its advisory lock, which the database frees when a process
dies. An attempt is noted before the post, and a posted message carries its key as metadata, so that
after a crash between post and mark the next attempt finds it in the channel instead of posting again.
What fails for good, and what two bots did not survive, waits in quarantine.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.cards import message_types
from bot.cards.opening import with_open
from bot.slack import calls, links, streams
from bot.slack.permalinks import Permalinks
from config import logs
from db import locks
from db.database import Database
from db.locks import Lock
from db.outgoing import message_keys, messages
from db.outgoing.messages import FileUpload
from db.tables import Insight, OutboxMessage
from domain.quarantine import ATTEMPTS, DIED

log = logging.getLogger(__name__)

_IDLE_SECONDS = 0.5
_WORKERS = 8
_LEASE = timedelta(
    seconds=calls.TIMEOUT_SECONDS + 3
)  # a post that is under way has ended by then, one way or the other
_ATTEMPTS = 60
_NOT_POSTED = "ratelimited"  # the one error after which it is certain that nothing was posted
_TOKEN = frozenset({"invalid_auth", "not_authed", "token_expired", "token_revoked"})  # a newer one may be on its way
_LATER = _TOKEN | frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "team_added_to_org"}
)
_MOVED = frozenset({"channel_not_found", "is_archived"})  # the name may belong to another channel by now

# Due by the bot's clock or the database's, whichever is later; no pause after an attempt is an hour long, so one that
# is was noted by a clock since put back.
_HEADS = sa.text(
    """
    SELECT DISTINCT ON (o.channel) o.id, o.channel,
           o.not_before <= greatest(:now, now())
               OR (o.attempts > 0 AND o.not_before > greatest(:now, now()) + interval '1 hour') AS due
    FROM finops.outbox o
    WHERE o.delivered_at IS NULL AND o.failed_at IS NULL AND (o.not_before <= greatest(:now, now()) OR o.attempts > 0)
      AND NOT EXISTS (SELECT 1 FROM finops.outbox p WHERE p.key IN (o.thread_key, o.update_key) AND p.id <> o.id
                      AND p.delivered_at IS NULL AND p.failed_at IS NULL)
      AND (CAST(:channel AS text) IS NULL OR o.channel = :channel)
    ORDER BY o.channel, o.id
    """
)


@dataclass
class OutboxDelivery:
    """The delivery of one process. `client` must not retry by itself: a retried post could be a second one."""

    database: Database
    client: WebClient
    admin_channels: tuple[str, ...] = ()
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    token_refused: Callable[[], None] = lambda: None
    page: str | None = None
    """Address of the web page, to which cards lead."""
    wake: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    _busy: dict[str, Future[None]] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)
    _permalinks: Permalinks = field(init=False)

    def __post_init__(self) -> None:
        self._permalinks = Permalinks(self.client)

    def run(self) -> None:
        """Deliver until `stop`; what is being sent then is finished."""
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="outbox") as pool:
            while not self.stopping.is_set():
                self.wake.clear()
                if not self._hand_out(pool):
                    self.wake.wait(_IDLE_SECONDS)

    def stop(self) -> None:
        """Ask `run` to end."""
        self.stopping.set()
        self.wake.set()

    def _hand_out(self, pool: ThreadPoolExecutor) -> bool:
        for channel, future in list(self._busy.items()):
            if future.done():
                del self._busy[channel]
                if (error := future.exception()) is not None:
                    log.error("delivery to %s was interrupted: %s", channel, error)
        try:
            free = [channel for channel in self.due() if channel not in self._busy]
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            log.warning("the outbox cannot be read: %s", error)
            return False
        for channel in free:
            self._busy[channel] = pool.submit(self.deliver_channel, channel)
        return False if not free else not self.wake.wait(0.02)

    def due(self) -> list[str]:
        """The channels that have a message which could be sent now."""
        with self.database.app.connect() as connection:
            heads = connection.execute(_HEADS, {"now": self.clock(), "channel": None}).all()
        return [head.channel for head in heads if head.due]

    def deliver_channel(self, channel: str) -> None:
        """Deliver a channel's due messages in order, unless another process is at it."""
        with (
            self.database.app.connect() as connection,
            locks.hold(connection, Lock.CHANNEL, channel, wait=False) as mine,
        ):
            while mine and not self.stopping.is_set() and self._deliver_next(connection, channel):
                pass

    def _deliver_next(self, connection: sa.Connection, channel: str) -> bool:
        """Deliver the head of a channel; whether the next may follow at once."""
        head = connection.execute(_HEADS, {"now": self.clock(), "channel": channel}).first()
        if head is None or not head.due:
            connection.rollback()
            return False
        row = connection.execute(sa.select(OutboxMessage.__table__).where(OutboxMessage.id == head.id)).one()
        if row.interrupted >= ATTEMPTS:
            self._fail(connection, row, DIED)
            return True
        begun = {"attempts": row.attempts + 1, "interrupted": row.interrupted + 1}
        self._set(connection, row.id, **begun, not_before=self.clock() + _LEASE, error=None)
        try:
            with logs.request(row.request_id):
                message_ts, note = self._send(connection, row)
                log.info("a message was delivered", extra={"kind": row.kind, "channel": row.channel})
        except SlackApiError as error:
            return self._refused(connection, row, error)
        except (SlackClientError, OSError) as error:  # no answer: it may have been posted, the next attempt looks
            silence = _LEASE if isinstance(error, TimeoutError) else timedelta()
            self._put_off(
                connection, row, self._after(row.attempts) + silence, f"Slack cannot be reached: {error}"[:500]
            )
            return False
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.exception("message %s cannot be drawn", row.key)
            self._fail(connection, row, f"its card cannot be drawn: {type(error).__name__}: {error}")
            return True
        now = self.clock()
        if row.update_key is None and row.kind in ("alert", "budget"):
            insight = message_keys.insight_of(row.key)
            first = sa.update(Insight).where(Insight.id == insight, Insight.posted_at.is_(None))
            connection.execute(first.values(posted_at=now))
        self._set(connection, row.id, delivered_at=now, message_ts=message_ts, error=note)
        return True

    def _send(self, connection: sa.Connection, row: Any) -> tuple[str | None, str | None]:
        """Post, update or skip one message; its ts and a note."""
        if row.update_key and self._superseded(connection, row):
            return None, "superseded by a later update"
        relation = self._related(connection, row.update_key or row.thread_key)
        alone = row.kind == "proposal" and not row.update_key  # it can be decided about without its alert
        if relation is None and not alone and (row.update_key or (row.thread_key and not row.thread_ts)):
            raise ValueError("the message it belongs to was not delivered")
        channel = calls.channel_id(self.client, row.channel, self._ids)
        thread = row.thread_ts or (
            (relation.thread_ts or relation.message_ts) if relation and not row.update_key else None
        )
        retried = _maybe_posted(row)
        message = messages.stored(row.kind, row.payload)
        if message is None:
            raise ValueError(f"there is no card of the kind {row.kind}")
        if message["type"] == "file":
            self._send_file(row, message, channel, thread, retried)
            return None, None
        if thread and row.thread_ts is None:  # what is told beneath it belongs to the same thread
            connection.execute(sa.update(OutboxMessage).where(OutboxMessage.id == row.id).values(thread_ts=thread))
        message = links.linked(self._permalinks.of, connection, message)
        card = with_open(message_types.draw(message, self.clock().date()), message, self.page)
        if row.update_key:
            return calls.update(self.client, channel, relation.message_ts, card, row.key)
        stream = message.get("stream")
        if isinstance(stream, str) and (
            ended := streams.end(self.client, channel, thread, stream, card, row.key, row.created_at)
        ):
            return ended
        if retried and (earlier_ts := calls.find_message(self.client, channel, thread, row.key, row.created_at)):
            return earlier_ts, "found after an interrupted attempt"
        return calls.post(self.client, channel, thread, card, row.key)

    def _send_file(self, row: Any, file: FileUpload, channel: str, thread: str | None, retried: bool) -> None:
        name = file["filename"]
        if retried and calls.has_file(self.client, channel, thread, name, row.created_at):
            return
        calls.upload(self.client, channel, thread, name, file["content"].encode(), file["comment"])

    def _superseded(self, connection: sa.Connection, row: Any) -> bool:
        later = sa.select(sa.func.count()).where(
            OutboxMessage.update_key == row.update_key, OutboxMessage.id > row.id, OutboxMessage.failed_at.is_(None)
        )
        return int(connection.scalar(later) or 0) > 0

    def _related(self, connection: sa.Connection, key: str | None) -> Any:
        if key is None:
            return None
        columns = (OutboxMessage.message_ts, OutboxMessage.thread_ts)
        return connection.execute(
            sa.select(*columns).where(OutboxMessage.key == key, OutboxMessage.message_ts.is_not(None))
        ).first()

    def _refused(self, connection: sa.Connection, row: Any, error: SlackApiError) -> bool:
        code = calls.error_code(error)
        status = getattr(error.response, "status_code", 200)
        if status == 429 or code == "ratelimited":
            wait = calls.retry_after(error)
            noted_error = None if _maybe_posted(row) else _NOT_POSTED
            self._put_off(connection, row, self.clock() + timedelta(seconds=wait), noted_error)
            return False
        if code in _TOKEN:
            self.token_refused()
        reason = f"Slack said {code}"
        if code in _MOVED and self._ids.pop(row.channel, None) is not None and row.error != reason:
            self._put_off(connection, row, self.clock(), reason)  # asked for by its name once more
            return True
        if (code in _LATER or status >= 500) and row.attempts + 1 < _ATTEMPTS:
            self._put_off(connection, row, self._after(row.attempts), reason)
            return False
        self._fail(connection, row, f"Slack refused it: {code}")
        return True

    def _after(self, attempts: int) -> datetime:
        return self.clock() + timedelta(seconds=min(60, 2 ** min(attempts, 6)))

    def _fail(self, connection: sa.Connection, row: Any, reason: str) -> None:
        log.error("message %s for %s was not delivered: %s", row.key, row.channel, reason)
        connection.execute(
            sa.update(OutboxMessage)
            .where(OutboxMessage.id == row.id)
            .values(failed_at=self.clock(), quarantined_at=self.clock(), error=reason[:500])
        )
        if row.channel not in self.admin_channels and not row.key.startswith("undelivered:"):
            for channel in self.admin_channels:
                text = (
                    f"A message for {row.channel} was not delivered: {reason}. "
                    f"Its kind is {row.kind}, its key {row.key}. It waits in quarantine as message:{row.id}."
                )
                values = {
                    "channel": channel,
                    "kind": "note",
                    "payload": {"text": text},
                    "key": f"undelivered:{row.key}:{self.clock().isoformat()}:{channel}",
                }
                connection.execute(sa.insert(OutboxMessage).values(**values))
        connection.commit()

    def _put_off(self, connection: sa.Connection, row: Any, until: datetime, error: str | None) -> None:
        """The attempt ended in a way that is known, and another is to come."""
        self._set(connection, row.id, interrupted=row.interrupted, not_before=until, error=error)

    def _set(self, connection: sa.Connection, message: int, **values: Any) -> None:
        connection.execute(sa.update(OutboxMessage).where(OutboxMessage.id == message).values(**values))
        connection.commit()


def _maybe_posted(row: Any) -> bool:
    """Whether an earlier attempt may have reached Slack, so that the channel has to be searched before posting."""
    return bool(row.attempts > 0 and row.error != _NOT_POSTED)
