"""Server-sent events over a real server: what changes is told to who may see it, and a stop waits for nobody."""

import json
import threading
from collections.abc import Iterator
from queue import Empty, Queue

import httpx
import pytest
from sqlalchemy.orm import Session

from bot.api.app import create_app
from bot.api.context import Context
from bot.http import served
from config.access import Actor, Role
from db.database import Database
from db.tables import Insight, Load
from domain import insights
from tests.bot.api.conftest import NOW, bearer, fill

_WAIT = 30.0


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
        actor = Actor("U-ROOT", "Root", frozenset({Role.ADMIN}), sees_all=True)
        insights.decide(session, session.get_one(Insight, number), actor, NOW, "acknowledged", "seen", None, "test")


def first_look(app_heard: Heard, database: Database) -> None:
    """Load bills until it is heard of: the first look only says where to begin."""
    for number in range(60):
        with Session(database.app) as session, session.begin():
            session.add(Load(delivery=f"d{number}", path="/x", status="loaded", started_at=NOW, finished_at=NOW))
        try:
            assert app_heard.said.get(timeout=1) == {"topic": "costs", "id": None}
        except Empty:  # it has not begun to look
            continue
        return
    raise AssertionError("nothing was heard")


def test_a_change_is_told_to_who_may_see_it(address: str, clean_database: Database) -> None:
    """The admin hears of both teams, Ann of her own."""
    ann = Heard(address, bearer(clean_database, "U-ANN", "read"))
    root = Heard(address, bearer(clean_database, "U-ROOT", "read"))
    first_look(ann, clean_database)
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
