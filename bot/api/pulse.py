"""One look a second for all who listen to a process, and none while nobody does."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from db.database import Database
from domain import changes
from domain.changes import Change, Cursor

log = logging.getLogger(__name__)

_EVERY, _AFTER_TROUBLE = 1.0, 10.0
_MOST_A_PERSON = 8
Heard = list[Change] | None


@dataclass(eq=False)
class Listener:
    """Somebody's open connection; None in the queue ends it."""

    person: str
    queue: "asyncio.Queue[Heard]" = field(default_factory=asyncio.Queue)


@dataclass
class Pulse:
    """Hands what has changed to every listener. `closing` ends all of them: a server waits for open answers."""

    database: Callable[[], Database]
    closing: threading.Event
    _listeners: list[Listener] = field(default_factory=list)
    _cursor: Cursor | None = None

    def join(self, person: str) -> Listener:
        """A new listener; the oldest of a person who has too many ends."""
        own = [one for one in self._listeners if one.person == person]
        if len(own) >= _MOST_A_PERSON:
            own[0].queue.put_nowait(None)
            self._listeners.remove(own[0])
        listener = Listener(person)
        self._listeners.append(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        with suppress(ValueError):
            self._listeners.remove(listener)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look for changes while a block runs."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            pause = _EVERY
            if self.closing.is_set():
                self._tell(None)
            elif self._listeners:
                pause = await self._look()
            else:
                self._cursor = None
            await asyncio.sleep(pause)

    async def _look(self) -> float:
        """Seconds until the next look."""
        try:
            found = await asyncio.to_thread(self._read)
        except sa.exc.SQLAlchemyError as error:
            log.warning("changes cannot be read: %s", type(error).__name__)
            return _AFTER_TROUBLE
        if found:
            self._tell(found)
        return _EVERY

    def _read(self) -> list[Change]:
        with self.database().app.connect() as connection:
            if self._cursor is None:
                self._cursor = changes.newest(connection)
                return []
            found, self._cursor = changes.since(connection, self._cursor)
            return found

    def _tell(self, what: Heard) -> None:
        for listener in list(self._listeners):
            listener.queue.put_nowait(what)


def line_of(**said: Any) -> str:
    """A comment or the fields of one server-sent event."""
    return "".join(f"{name}: {value}\n" for name, value in said.items()) + "\n"
