"""What changed since somebody looked, and who may know of it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor
from db import audit
from db.database import Database
from db.tables import BudgetRow, Insight, Load
from domain import changes
from tests.bot.api.conftest import NOW

ADMIN, MEMBER = Actor("a", sees_all=True), Actor("m", teams=frozenset({"payments"}))


def seen(database: Database, cursor: changes.Cursor, actor: Actor) -> list[tuple[str, str | None]]:
    with database.app.connect() as connection:
        found, _ = changes.since(connection, cursor)
    return [(one.topic, one.id) for one in found if one.seen_by(actor)]


def test_each_thing_is_named_once_to_who_may_see_it(clean_database: Database) -> None:
    """Two decisions about one insight are one change; another team's is not told; a deleted budget is told to who sees
    everything.
    """
    with Session(clean_database.app) as session, session.begin():
        for number, team in enumerate(("payments", "search"), 1):
            session.add(
                Insight(
                    id=number, fingerprint=team, kind="anomaly", severity="low", title=team, team=team, currency="USD"
                )
            )
        session.add(BudgetRow(name="mine", scope={"team": "payments"}, amount=1, currency="USD", origin="file"))
    with clean_database.app.connect() as connection:
        cursor = changes.newest(connection)
    assert seen(clean_database, cursor, ADMIN) == []
    with Session(clean_database.app) as session, session.begin():
        for action, subject in (
            ("insight.acknowledged", "1"),
            ("insight.resolved", "1"),
            ("insight.resolved", "2"),
            ("budget.changed", "mine"),
            ("budget.deleted", "gone"),
            ("token.issued", "7"),
            ("remediation.stop_all", "all"),
            ("step.verified", "99/0"),
        ):
            audit.append(session, "x", action, subject)
    assert seen(clean_database, cursor, MEMBER) == [("insights", "1"), ("budgets", "mine")]
    assert seen(clean_database, cursor, ADMIN) == [
        ("insights", "1"),
        ("insights", "2"),
        ("budgets", "mine"),
        ("budgets", "gone"),
    ]


def test_new_bills_and_new_insights_are_changes(clean_database: Database) -> None:
    """A failed file is none; of new insights those of one's teams count."""
    with clean_database.app.connect() as connection:
        cursor = changes.newest(connection)
    with Session(clean_database.app) as session, session.begin():
        session.add(Load(delivery="d", path="/x", status="failed", started_at=NOW))
        session.add(Insight(fingerprint="s", kind="anomaly", severity="low", title="s", team="search", currency="USD"))
    assert (seen(clean_database, cursor, MEMBER), seen(clean_database, cursor, ADMIN)) == ([], [("insights", None)])
    with Session(clean_database.app) as session, session.begin():
        session.add(Load(delivery="e", path="/y", status="loaded", started_at=NOW))
    assert seen(clean_database, cursor, MEMBER) == [("costs", None)]
    with clean_database.app.connect() as connection:
        assert changes.since(connection, changes.newest(connection))[0] == []
        assert connection.scalar(sa.select(sa.func.count()).select_from(Load)) == 2
