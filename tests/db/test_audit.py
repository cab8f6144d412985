"""The audit log: its chain, and what cannot be done to it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from db import audit
from db.engines import Database


def fill(database: Database, count: int = 5) -> None:
    with Session(database.app) as session, session.begin():
        for number in range(count):
            audit.append(session, "ann", "question.asked", f"q{number}", {"number": number, "text": "käse " * 3})


def tamper(database: Database, statement: str) -> audit.Intact | audit.Broken:
    with database.owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE finops.audit_log DISABLE TRIGGER USER")
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql("ALTER TABLE finops.audit_log ENABLE TRIGGER USER")
    with Session(database.app) as session:
        return audit.verify(session)


def test_an_untouched_log_verifies(clean_database: Database) -> None:
    """The chain holds over sessions."""
    fill(clean_database, 3)
    fill(clean_database, 2)
    with Session(clean_database.app) as session:
        result = audit.verify(session)
    assert isinstance(result, audit.Intact)
    assert result.entries == 5


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE finops.audit_log SET actor = 'bob' WHERE id = 3", 3),
        ("UPDATE finops.audit_log SET details = jsonb_set(details, '{number}', '9') WHERE id = 2", 2),
        ("UPDATE finops.audit_log SET at = at + interval '1 second' WHERE id = 4", 4),
        ("DELETE FROM finops.audit_log WHERE id = 1", 1),
        ("DELETE FROM finops.audit_log WHERE id = 3", 3),
        ("UPDATE finops.audit_log SET previous_hash = hash WHERE id = 5", 5),
    ],
)
def test_any_edit_deletion_or_gap_shows(clean_database: Database, statement: str, entry: int) -> None:
    """The first entry that is wrong is named."""
    fill(clean_database)
    result = tamper(clean_database, statement)
    assert isinstance(result, audit.Broken)
    assert result.entry == entry


@pytest.mark.parametrize(
    "statement", ["UPDATE finops.audit_log SET actor = 'x'", "DELETE FROM finops.audit_log", "TRUNCATE finops.audit_log"]
)
def test_the_application_cannot_change_it(clean_database: Database, statement: str) -> None:
    """Its role has no right to."""
    fill(clean_database, 1)
    with clean_database.app.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE finops.audit_log SET actor = 'x'", "DELETE FROM finops.audit_log", "TRUNCATE finops.audit_log"]
)
def test_even_the_owner_is_refused_by_the_trigger(clean_database: Database, statement: str) -> None:
    """The owner would have to take the trigger away first, and the chain would show it."""
    fill(clean_database, 1)
    with clean_database.owner.connect() as connection, pytest.raises(sa.exc.DatabaseError, match="append-only"):
        connection.exec_driver_sql(statement)


def test_an_entry_goes_with_its_transaction(clean_database: Database) -> None:
    """What was rolled back was not audited, and leaves no gap."""
    fill(clean_database, 1)
    with Session(clean_database.app) as session:
        audit.append(session, "ann", "x", "y")
        session.rollback()
    fill(clean_database, 1)
    with Session(clean_database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)
