"""What the tests beside this file share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.slack.delivery import OutboxDelivery
from db.database import Database
from db.tables import OutboxMessage
from standins.slack import Handle

CHANNEL = "C0FINOPS01"


Leave = Callable[..., None]


class Clock:
    """A clock that tests put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(seconds=1)  # messages are due from the database's now on

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def deliver(delivery: OutboxDelivery) -> None:
    for channel in delivery.due():
        delivery.deliver_channel(channel)


def texts(slack: Handle, channel: str = CHANNEL) -> list[str]:
    return [str(message["text"]) for message in slack.messages(channel)]


def row(database: Database, key: str) -> OutboxMessage:
    with Session(database.app) as session:
        return session.scalars(sa.select(OutboxMessage).where(OutboxMessage.key == key)).one()
