"""Fair shares of the threads that answer questions: nobody waits behind another person's queue.

A thread that becomes free goes to the person who has the fewest questions running, and of those to who was served
longest ago. One person's questions run few at a time, and half of the threads are kept for people who have none
running.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Protocol

WORKERS = 8


class Full(Exception):  # noqa: N818 - what it says
    """As much of a person's work waits as may; nothing was taken."""


class Submits(Protocol):
    """What takes work for later: a pool, or one person's share of it."""

    def submit(self, work: Callable[..., Any], /, *args: Any) -> "Future[Any]":
        """Do the work some time; its outcome."""


@dataclass(frozen=True)
class _Waiting:
    """Work that has no thread yet, in the context of who handed it in."""

    future: "Future[Any]"
    context: Context
    work: Callable[[], Any]

    def perform(self) -> None:
        """Do it, unless it was cancelled."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.context.run(self.work)
        except BaseException as error:  # noqa: BLE001 - as an executor: whoever asks for the outcome gets it
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class FairPool:
    """Threads shared among people; of one person's questions so many run at once, and so many wait."""

    def __init__(self, workers: int = WORKERS, running: int = 2, waiting: int = 20) -> None:
        self._waiting_each = waiting
        self._running_each = running
        self._free = workers
        self._reserved = workers // 2  # nobody takes these for a second question
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="question")
        self._queues: dict[str, deque[_Waiting]] = {}
        self._running: Counter[str] = Counter()
        self._served: dict[str, int] = {}
        self._turn = 0
        self._closed = False
        self._lock = threading.Lock()

    def of(self, person: str) -> Submits:
        """A person's share, to which work is handed in."""
        return _PersonShare(self, person)

    def waiting(self, person: str) -> int:
        """How much of a person's work has no thread yet."""
        with self._lock:
            return len(self._queues.get(person, ()))

    def submit(self, person: str, work: Callable[[], Any]) -> "Future[Any]":
        """Do a person's work when it is their turn; its outcome. Raises `Full`."""
        waiting = _Waiting(Future(), copy_context(), work)
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            if len(self._queues.get(person, ())) >= self._waiting_each:
                raise Full
            self._queues.setdefault(person, deque()).append(waiting)
            self._hand_out()
        return waiting.future

    def shutdown(self) -> None:
        """Take nothing new; what has no thread yet is cancelled."""
        with self._lock:
            left = [waiting for queue in self._queues.values() for waiting in queue]
            self._queues.clear()
            self._closed = True
            self._threads.shutdown(wait=False)
        for waiting in left:
            waiting.future.cancel()

    def _hand_out(self) -> None:
        """Give free threads to those whose turn it is; the lock is held."""
        while self._free > 0 and (person := self._next()) is not None:
            queue = self._queues[person]
            waiting = queue.popleft()
            if not queue:
                del self._queues[person]
            self._turn += 1
            self._served[person] = self._turn
            self._running[person] += 1
            self._free -= 1
            self._threads.submit(self._perform, person, waiting)

    def _next(self) -> str | None:
        """Whose turn it is; None when it is nobody's."""
        most = self._running_each if self._free > self._reserved else 1
        able = [person for person in self._queues if self._running[person] < most]
        return min(able, key=lambda person: (self._running[person], self._served.get(person, 0)), default=None)

    def _perform(self, person: str, waiting: _Waiting) -> None:
        try:
            waiting.perform()
        finally:
            with self._lock:
                self._running[person] -= 1
                if not self._running[person]:
                    del self._running[person]
                    if person not in self._queues:
                        self._served.pop(person, None)  # who has nothing to do is forgotten
                self._free += 1
                self._hand_out()


@dataclass(frozen=True)
class _PersonShare:
    pool: FairPool
    person: str

    def submit(self, work: Callable[..., Any], /, *args: Any) -> "Future[Any]":
        """As any executor's."""
        return self.pool.submit(self.person, lambda: work(*args))


@dataclass
class Shares:
    """How many of a person's calls are under way, where each call brings its own thread."""

    most: int = 2
    _running: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @contextmanager
    def take(self, person: str) -> Iterator[bool]:
        """Hold one for the length of a block; yields whether there was one left."""
        with self._lock:
            granted = self._running[person] < self.most
            self._running[person] += granted
        try:
            yield granted
        finally:
            with self._lock:
                self._running[person] -= granted
                if not self._running[person]:
                    del self._running[person]
