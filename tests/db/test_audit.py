"""The audit log: its chain, and what cannot be done to it."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from db import audit
from db.database import Database
from db.tables import AuditEntry


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


def test_who_writes_waits_for_who_wrote_before(clean_database: Database) -> None:
    """Numbers are given in the order of the commits, so that a number is a cursor: nobody appends beside an entry that
    is not committed yet.
    """
    with Session(clean_database.app) as first, Session(clean_database.app) as second:
        before = audit.append(first, "ann", "insight.acknowledged", "1").id
        second.execute(sa.text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            audit.append(second, "bob", "insight.acknowledged", "2")
        second.rollback()
        first.commit()
        assert audit.append(second, "bob", "insight.acknowledged", "2").id == before + 1
        second.commit()
        assert isinstance(audit.verify(second), audit.Intact)


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
    "statement",
    ["UPDATE finops.audit_log SET actor = 'x'", "DELETE FROM finops.audit_log", "TRUNCATE finops.audit_log"],
)
def test_the_application_cannot_change_it(clean_database: Database, statement: str) -> None:
    """Its role has no right to."""
    fill(clean_database, 1)
    with clean_database.app.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE finops.audit_log SET actor = 'x'", "DELETE FROM finops.audit_log", "TRUNCATE finops.audit_log"],
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


@pytest.mark.parametrize("last", [1, 3, 5])
def test_what_is_cut_off_the_end_shows(clean_database: Database, last: int) -> None:
    """The chain of what is left holds, but the log is known to have been longer."""
    fill(clean_database)
    result = tamper(clean_database, f"DELETE FROM finops.audit_log WHERE id > {5 - last}")
    assert result == audit.Broken(6 - last, f"entry {6 - last} is missing: the log had 5 entries")


def test_the_application_cannot_change_the_note_of_the_end(clean_database: Database) -> None:
    """A trigger writes it, with the owner's right."""
    fill(clean_database, 1)
    for statement in (
        "UPDATE finops.audit_head SET entries = 0",
        "DELETE FROM finops.audit_head",
        "INSERT INTO finops.audit_head VALUES (false, 1, '')",
    ):
        with clean_database.app.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql(statement)


def test_an_owner_who_covers_the_tracks_meets_a_head_kept_elsewhere(clean_database: Database, tmp_path: Path) -> None:
    """Cut off and noted as shorter, or written anew from the start: what was kept in a file says otherwise."""
    fill(clean_database)
    with Session(clean_database.app) as session:
        whole = audit.verify(session)
    assert isinstance(whole, audit.Intact)
    audit.keep(tmp_path, whole)
    audit.keep(tmp_path, whole)
    assert audit.heads_in(tmp_path) == (whole,)
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE finops.audit_log DISABLE TRIGGER USER")
        connection.exec_driver_sql("TRUNCATE finops.audit_log, finops.audit_head")
        connection.exec_driver_sql("ALTER TABLE finops.audit_log ENABLE TRIGGER USER")
    with Session(clean_database.app) as session:
        assert audit.verify(session) == audit.Intact(0, audit.GENESIS)
        assert audit.verify(session, audit.heads_in(tmp_path)) == audit.Broken(
            1, "entry 1 is missing: the log had 5 entries"
        )
    with Session(clean_database.app) as session, session.begin():
        for number in range(6):
            audit.append(session, "eve", "question.asked", f"q{number}", {})
    with Session(clean_database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)
        assert "written anew" in str(audit.verify(session, audit.heads_in(tmp_path)))


def test_a_change_of_configuration_is_noted_once(session: Session) -> None:
    """With the digest before and after."""
    assert [audit.note_change(session, "system", "finops.yaml", digest) for digest in ("a", "a", "b", "b")] == [
        True,
        False,
        True,
        False,
    ]
    entries = session.scalars(
        sa.select(AuditEntry.details).where(AuditEntry.action == "config.changed").order_by(AuditEntry.id)
    ).all()
    assert entries == [{"from": None, "to": "a"}, {"from": "a", "to": "b"}]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings_of(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    details=st.dictionaries(st.text(st.characters(), max_size=4), _VALUES, max_size=4),
    actor=st.text(st.characters(), max_size=5),
)
def test_whatever_is_noted_verifies(session: Session, details: dict[str, Any], actor: str) -> None:
    """Zero bytes, half characters, huge and strange numbers: the log takes them and the chain holds."""
    audit.append(session, actor, "x", "y", details)
    session.expire_all()
    assert isinstance(audit.verify(session), audit.Intact)


def test_a_torn_line_of_kept_heads_is_left_out(tmp_path: Path) -> None:
    """A full disk or a kill cuts a line; the next head stands on a line of its own."""
    audit.keep(tmp_path, audit.Intact(3, "a" * 64))
    with (tmp_path / "audit-heads.jsonl").open("a") as file:
        file.write('{"entries": 4, "he')
    audit.keep(tmp_path, audit.Intact(5, "b" * 64))
    assert audit.heads_in(tmp_path) == (audit.Intact(3, "a" * 64), audit.Intact(5, "b" * 64))


def test_a_savepoint_that_is_rolled_back_takes_only_its_own_entries_out_of_the_log(
    clean_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """What is logged is what the table holds after the commit."""
    with caplog.at_level("INFO", logger="audit"), Session(clean_database.app) as session:
        audit.append(session, "ann", "plan.proposed", "1")
        with session.begin_nested() as savepoint:
            audit.append(session, "ann", "plan.approved", "1")
            savepoint.rollback()
        with session.begin_nested():
            audit.append(session, "ann", "plan.rejected", "1")
        session.commit()
        stored = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [record.message for record in caplog.records] == stored == ["plan.proposed", "plan.rejected"]


def test_what_is_rolled_back_is_not_logged(clean_database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Neither then nor with the next commit of the same session."""
    with caplog.at_level("INFO", logger="audit"), Session(clean_database.app) as session:
        audit.append(session, "ann", "plan.approved", "1")
        session.rollback()
        audit.append(session, "ann", "plan.rejected", "1")
        session.commit()
    assert [record.message for record in caplog.records] == ["plan.rejected"]
