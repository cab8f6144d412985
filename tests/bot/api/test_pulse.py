"""Server-sent events over a real server: what changes is told to who may see it, and a stop waits for nobody."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack
from queue import Queue
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy.orm import Session
from starlette.requests import Request

from bot.api import pulse as pulse_module
from bot.api.app import create_app
from bot.api.context import Caller, Context
from bot.api.pulse import Pulse
from bot.api.routes.operations.events import events, lines
from bot.process.http import served
from config.access import Actor, Role
from db.database import Database
from db.tables import Insight
from domain import insights
from tests.bot.api.conftest import NOW, bearer, fill

_WAIT = 30.0
_ROOT = Actor("U-ROOT", "Root", frozenset({Role.ADMIN}), sees_all=True)


class Heard:
    """An open connection; what it hears stands in `said`."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.said: Queue[dict[str, str | None]] = Queue()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._listen, args=(address, headers), daemon=True)
        self.thread.start()
        assert self.ready.wait(_WAIT)

    def _listen(self, address: str, headers: dict[str, str]) -> None:
        with httpx.stream("GET", f"{address}/api/v1/events", headers=headers, timeout=_WAIT) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            for line in response.iter_lines():
                if line == "event: hello":
                    self.ready.set()
                elif line.startswith("data: ") and line != "data: {}":
                    self.said.put(json.loads(line.removeprefix("data: ")))


@pytest.fixture
def address(context: Context) -> Iterator[str]:
    """A server over rows of two teams."""
    fill(context.database)
    with served(create_app(context), "127.0.0.1", 0) as at:
        yield at


def change(database: Database, number: int) -> None:
    """Somebody decides about an insight."""
    with Session(database.app) as session, session.begin():
        insights.decide(session, session.get_one(Insight, number), _ROOT, NOW, "acknowledged", "seen", None, "test")


def test_a_change_is_told_to_who_may_see_it(address: str, clean_database: Database) -> None:
    """The admin hears of both teams, Ann of her own; from `hello` on, though nobody had listened before."""
    ann = Heard(address, bearer(clean_database, "U-ANN", "read"))
    root = Heard(address, bearer(clean_database, "U-ROOT", "read"))
    change(clean_database, 2)
    change(clean_database, 1)
    heard = []
    while {"topic": "insights", "id": "1"} not in heard:
        heard.append(ann.said.get(timeout=_WAIT))
    assert {"topic": "insights", "id": "2"} not in heard
    told = []
    while {"topic": "insights", "id": "1"} not in told:
        told.append(root.said.get(timeout=_WAIT))
    assert {"topic": "insights", "id": "2"} in told


def test_a_server_that_stops_ends_what_is_open(context: Context) -> None:
    """The connection ends by itself; otherwise the server would wait for it."""
    fill(context.database)
    with served(create_app(context), "127.0.0.1", 0) as at:
        heard = Heard(at, bearer(context.database, "U-ANN", "read"))
    heard.thread.join(_WAIT)
    assert not heard.thread.is_alive()


def test_who_may_read_nothing_hears_nothing(address: str, clean_database: Database) -> None:
    """401 without a token, 403 without the scope."""
    assert httpx.get(f"{address}/api/v1/events").status_code == 401
    assert httpx.get(f"{address}/api/v1/events", headers=bearer(clean_database, "U-ANN", "ask")).status_code == 403


async def heard(stream: AsyncGenerator[str]) -> str:
    """The next line; an endless wait fails."""
    return await asyncio.wait_for(anext(stream), _WAIT)


def test_a_change_right_after_hello_is_told(clean_database: Database) -> None:
    """Though it was made before the first look of all."""
    fill(clean_database)

    async def listens() -> str:
        pulse = Pulse(lambda: clean_database, threading.Event())
        stream = lines(pulse, _ROOT)
        assert "event: hello" in await heard(stream)
        await asyncio.to_thread(change, clean_database, 2)
        async with pulse.running():
            return await heard(stream)

    assert json.loads(asyncio.run(listens()).removeprefix("data: ")) == {"topic": "insights", "id": "2"}


def test_a_fault_that_nobody_foresaw_ends_no_updates(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the next look tells of what had changed."""
    monkeypatch.setattr(pulse_module, "_EVERY", 0.01)
    monkeypatch.setattr(pulse_module, "_AFTER_TROUBLE", 0.01)
    fill(clean_database)
    broken = threading.Event()

    def database() -> Database:
        if broken.is_set():
            broken.clear()
            raise RuntimeError("a fault")
        return clean_database

    async def listens() -> str:
        pulse = Pulse(database, threading.Event())
        stream = lines(pulse, _ROOT)
        await heard(stream)
        broken.set()
        async with pulse.running():
            while broken.is_set():
                await asyncio.sleep(0.01)
            await asyncio.to_thread(change, clean_database, 1)
            return await heard(stream)

    assert '"id": "1"' in asyncio.run(listens())
    assert [record.exc_info is not None for record in caplog.records if "cannot be read" in record.message] == [True]


def test_a_stop_does_not_wait_for_a_pause_after_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause is a day, and who listens is ended all the same."""
    monkeypatch.setattr(pulse_module, "_EVERY", 0.01)
    monkeypatch.setattr(pulse_module, "_AFTER_TROUBLE", 86_400.0)
    closing, tried = threading.Event(), threading.Event()

    def database() -> Database:
        tried.set()
        raise RuntimeError("a fault")

    async def listens() -> object:
        pulse = Pulse(database, closing)
        with pulse.joined("U-ANN") as listener:
            async with pulse.running():
                while not tried.is_set():
                    await asyncio.sleep(0.01)
                closing.set()
                return await asyncio.wait_for(listener.queue.get(), _WAIT)

    assert asyncio.run(listens()) is None


def test_a_connection_begins_only_where_changes_can_be_read() -> None:
    """No hello: the browser comes again, and misses nothing by that."""

    def database() -> Database:
        raise RuntimeError("a fault")

    async def listens() -> list[str]:
        return [line async for line in lines(Pulse(database, threading.Event()), _ROOT)]

    assert asyncio.run(listens()) == []


def test_who_is_gone_before_the_first_line_leaves_nobody_behind(clean_database: Database) -> None:
    """Nor who goes in the middle."""

    async def listens() -> list[int]:
        pulse = Pulse(lambda: clean_database, threading.Event())
        response = await events(
            Request({"type": "http", "app": SimpleNamespace(state=SimpleNamespace(pulse=pulse))}),
            Caller(_ROOT, frozenset({"read"})),
        )
        counts = [len(pulse._listeners)]
        stream = lines(pulse, _ROOT)
        await heard(stream)
        counts.append(len(pulse._listeners))
        await stream.aclose()
        counts.append(len(pulse._listeners))
        assert response.media_type == "text/event-stream"
        return counts

    assert asyncio.run(listens()) == [0, 1, 0]


def test_who_hears_nothing_is_ended_instead_of_kept_in_memory(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full queue ends its listener and no other; so does one connection too many of a person."""
    monkeypatch.setattr(pulse_module, "_MOST_UNHEARD", 2)

    async def listens() -> object:
        pulse = Pulse(lambda: clean_database, threading.Event())
        with pulse.joined("slow") as slow, pulse.joined("quick") as quick:
            sizes = []
            for _ in range(3):
                pulse._tell([])
                quick.queue.get_nowait()
                sizes.append(slow.queue.qsize())
            ended = [slow.queue.get_nowait(), len(pulse._listeners)]
        with ExitStack() as stack:
            first, *_ = [stack.enter_context(pulse.joined("many")) for _ in range(9)]
            ended.append(first.queue.get_nowait())
        return sizes, ended

    assert asyncio.run(listens()) == ([1, 2, 1], [None, 1, None])
