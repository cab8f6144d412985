"""The fixtures of the tests beside this file."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.process.runtime import web_client
from bot.slack.delivery import OutboxDelivery
from config.settings import Settings
from db.database import Database
from db.outgoing import outbox
from standins.slack import Handle
from tests.bot.conftest import connected
from tests.bot.slack.builders import CHANNEL, Clock, Leave


@pytest.fixture
def leave(clean_database: Database) -> Leave:
    """Leaves notes and commits."""

    def leave_note(key: str, text: str = "", channel: str = CHANNEL, kind: str = "note", **more: Any) -> None:
        payload = more.pop("payload", None) or {"text": text or key}
        with Session(clean_database.app) as session, session.begin():
            message: Any = {"type": kind, **payload}
            assert outbox.enqueue(session, channel, message, key, **more)

    return leave_note


@pytest.fixture
def clock() -> Clock:
    """Now, until it is put forward."""
    return Clock()


@pytest.fixture
def delivery(clean_database: Database, settings: Settings, slack: Handle, clock: Clock) -> OutboxDelivery:
    """A delivery that runs when it is told."""
    return OutboxDelivery(
        clean_database, web_client(connected(settings, slack), retry=False), ("#team-payments",), clock
    )
