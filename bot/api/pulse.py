"""One look a second for all who listen to a process, and none while nobody does."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from db.database import Database
from domain import changes
from domain.changes import Change, Cursor

log = logging.getLogger(__name__)

_EVERY, _AFTER_TROUBLE = 1.0, 10.0
_MOST_A_PERSON = 8
_MOST_UNHEARD = 1_000  # looks that somebody has not heard of yet; then they come again and read everything
Heard = list[Change] | None


@dataclass(eq=False)
class Listener:
    """Somebody's open connection; None in the queue ends it."""

    person: str
    queue: "asyncio.Queue[Heard]" = field(default_factory=lambda: asyncio.Queue(_MOST_UNHEARD))


@dataclass
class Pulse:
    """Hands what has changed to every listener. `closing` ends all of them: a server waits for open answers."""

    database: Callable[[], Database]
    closing: threading.Event
    _listeners: list[Listener] = field(default_factory=list)
    _cursor: Cursor | None = None
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextmanager
    def joined(self, person: str) -> Iterator[Listener]:
        """A new listener while a block runs; the oldest of a person who has too many ends."""
        own = [one for one in self._listeners if one.person == person]
        if len(own) >= _MOST_A_PERSON:
            self._end(own[0])
        listener = Listener(person)
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            with suppress(ValueError):
                self._listeners.remove(listener)

    async def begun(self) -> bool:
        """Whether it is known from where on changes are told; who has joined before misses none from then on."""
        async with self._looking:
            return self._cursor is not None or await self._read_or_none() is not None

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
        loop = asyncio.get_running_loop()
        again = loop.time()
        while True:
            if self.closing.is_set():
                self._tell(None)
            elif not self._listeners:
                self._cursor = None
            elif loop.time() >= again:
                again = loop.time() + await self._look()
            await asyncio.sleep(_EVERY)

    async def _look(self) -> float:
        """Read and publish new changes; returns the seconds to wait before the next read."""
        async with self._looking:
            heard = await self._read_or_none()
        if heard:
            self._tell(heard)
        return _AFTER_TROUBLE if heard is None else 0.0

    async def _read_or_none(self) -> Heard:
        """The changes since the last read; None where the database cannot be read."""
        try:
            return await asyncio.to_thread(self._read)
        except sa.exc.SQLAlchemyError as error:
            log.warning("changes cannot be read: %s", type(error).__name__)
        except Exception:  # the edge of a task of its own: its end would be the end of live updates
            log.exception("changes cannot be read")
        return None

    def _read(self) -> list[Change]:
        with self.database().app.connect() as connection:
            if self._cursor is None:
                self._cursor = changes.newest(connection)
                return []
            changed, self._cursor = changes.since(connection, self._cursor)
            return changed

    def _tell(self, what: Heard) -> None:
        for listener in list(self._listeners):
            if what is None or listener.queue.full():
                self._end(listener)
            else:
                listener.queue.put_nowait(what)

    def _end(self, listener: Listener) -> None:
        """End a connection, whatever it has not heard yet: the browser comes again and reads everything."""
        while not listener.queue.empty():
            listener.queue.get_nowait()
        listener.queue.put_nowait(None)
        self._listeners.remove(listener)


def line_of(**fields: Any) -> str:
    """A comment or the fields of one server-sent event."""
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + "\n"
