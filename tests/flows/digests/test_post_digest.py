"""The digest that a workflow's step asks for: the channel's own, once for each execution."""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Channel, Organisation
from db.database import Database
from db.tables import OutboxMessage
from flows.digests import send_digests
from flows.digests.post_digest import run
from tests.flows.daily import spend

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
PAY, ML = Channel(channel="#pay", team="payments", digest="daily", digest_hour=9), Channel(channel="#ml", team="ml")
HOUSE = Organisation(channels=(PAY, ML))


def left(database: Database) -> list[tuple[str, str, str]]:
    with Session(database.app) as session:
        rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
        return [(row.channel, row.kind, row.key) for row in rows]


def test_it_is_the_channels_own_and_left_once_for_each_key(clean_database: Database) -> None:
    """A run that is done again leaves nothing; the digest that is due that day comes all the same."""
    with Session(clean_database.owner) as session, session.begin():
        spend(session, date(2026, 11, 23) - timedelta(days=59), [100.0] * 60, team="payments")
    assert [run(clean_database, HOUSE, "#pay", key, NOW) for key in ("Fx1", "Fx1", "Fx2")] == [True, False, True]
    assert [key for _, kind, key in left(clean_database) if kind == "digest"] == ["digest:step:Fx1", "digest:step:Fx2"]
    assert send_digests.run(clean_database, HOUSE, NOW) == 1
    with Session(clean_database.app) as session:
        titles = session.scalars(sa.select(OutboxMessage.payload["title"].astext).where(OutboxMessage.kind == "digest"))
        assert len(set(titles)) == 1, "the same digest, whoever asked for it"


def test_a_channel_without_bills_says_so_and_a_foreign_one_gets_nothing(clean_database: Database) -> None:
    """The step promised a message: silence would look like a fault."""
    assert run(clean_database, HOUSE, "#ml", "Fx3", NOW)
    assert not run(clean_database, HOUSE, "#random", "Fx4", NOW)
    assert left(clean_database) == [("#ml", "note", "digest:step:Fx3")]
