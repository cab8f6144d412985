"""What is kept no longer: whole months with their sums, questions with their
answers, the beginning of the audit log.
"""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.organisation import Retention
from db import audit
from db.database import Database
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import AuditEntry, OutboxMessage, Question
from flows.retention.apply_retention import Removed, apply
from tests.flows.conftest import Bill, Load, all_rows, rows, state

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
SEPTEMBER = {"BillingPeriodStart": "2026-09-01T00:00:00Z", "BillingPeriodEnd": "2026-10-01T00:00:00Z"}
OCTOBER = {
    "BillingPeriodStart": "2026-10-01T00:00:00Z",
    "BillingPeriodEnd": "2026-11-01T00:00:00Z",
    "ChargePeriodStart": "2026-10-10T00:00:00Z",
    "ChargePeriodEnd": "2026-10-11T00:00:00Z",
}


def test_months_leave_whole_with_their_sums_and_resources(load: Load, clean_database: Database, bill: Bill) -> None:
    """The month in which the first kept day lies stays whole; a resource that only older months knew is forgotten."""
    load(bill([*rows(3), *rows(2, **OCTOBER)]))
    fifty = Retention(charges_days=50)  # 1 October is the first day kept
    assert apply(clean_database, fifty, NOW).months == ("2026-09",)
    assert {cost for _, cost in state(clean_database).values()} == {2}
    assert all_rows(clean_database, "SELECT resource_id FROM finops.resources ORDER BY 1") == [("i-0",), ("i-1",)]
    assert apply(clean_database, fifty, NOW + timedelta(days=30)).months == ()
    assert all_rows(
        clean_database, "SELECT details ->> 'months' FROM finops.audit_log WHERE action = 'retention.charges'"
    ) == [('["2026-09"]',)]


def test_a_file_of_a_month_that_left_can_be_loaded_again(load: Load, clean_database: Database, bill: Bill) -> None:
    """It is not called unchanged, for nothing of it is there; a file that still has a month is."""
    old, both = (
        bill(rows(3), "old.csv"),
        bill([*rows(2, BillingAccountId="77"), *rows(2, BillingAccountId="77", **OCTOBER)], "both.csv"),
    )
    load(old)
    load(both)
    apply(clean_database, Retention(charges_days=50), NOW)
    assert all_rows(clean_database, "SELECT status, billing_periods FROM finops.loads ORDER BY id") == [
        ("expired", []),
        ("loaded", ["2026-10"]),
    ]
    assert load(both).loads[0].status == "unchanged"
    assert load(old).loads[0].status == "loaded"
    assert state(clean_database)["charges"][0] == 5


def test_zero_days_keep_everything(load: Load, clean_database: Database, bill: Bill) -> None:
    """Of every kind."""
    load(bill(rows(3)))
    with Session(clean_database.app) as session, session.begin():
        audit.append(session, "somebody", "tested", "it")
    assert (
        apply(clean_database, Retention(charges_days=0, questions_days=0, audit_days=0), NOW.replace(year=2090))
        == Removed()
    )
    assert state(clean_database)["charges"][0] == 3


def test_questions_leave_with_their_answers(clean_database: Database) -> None:
    """Those that were made examples stay, and so does a message that is no answer, or was never delivered."""
    with Session(clean_database.app) as session, session.begin():
        for reference, age, golden in (("OLD1", 40, False), ("GOLD", 40, True), ("NEW1", 5, False)):
            asked = {
                "asked_at": NOW - timedelta(days=age),
                "asker": "U1",
                "question": "cost?",
                "outcome": "answer",
                "golden": golden,
            }
            session.add(Question(reference=reference, **asked))
        for key in ("answer:Ev1", "answer:waits", "insight:1"):
            outbox.enqueue(session, "#finops", note("x"), key)
        old = (
            sa.update(OutboxMessage)
            .where(OutboxMessage.key != "answer:waits")
            .values(delivered_at=NOW - timedelta(days=40))
        )
        session.execute(old)
    removed = apply(clean_database, Retention(questions_days=30), NOW)
    assert (removed.questions, removed.messages) == (1, 1)
    with Session(clean_database.app) as session:
        assert set(session.scalars(sa.select(Question.reference))) == {"GOLD", "NEW1"}
        assert set(session.scalars(sa.select(OutboxMessage.key))) == {"answer:waits", "insight:1"}


def _entries(database: Database, count: int) -> None:
    with Session(database.app) as session, session.begin():
        for number in range(count):
            audit.append(session, "maya", "tested", f"entry {number}")


def test_the_audit_log_is_cut_at_its_beginning_and_still_verifies(clean_database: Database) -> None:
    """Twice, as every night; the entry that says so is part of the chain, and new entries follow it."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    _entries(clean_database, 5)
    for removed, entries in ((5, 6), (3, 9)):
        assert (
            apply(
                clean_database, Retention(charges_days=0, questions_days=0, audit_days=1), tomorrow + timedelta(days=1)
            ).audit_entries
            == removed
        )
        with Session(clean_database.app) as session:
            found = audit.verify(session)
            assert isinstance(found, audit.Intact)
            assert found.entries == entries
        _entries(clean_database, 2)
    with Session(clean_database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)
        assert session.scalar(sa.select(sa.func.min(AuditEntry.id))) == 9


def test_entries_within_the_time_stay(clean_database: Database) -> None:
    """Nothing is old: nothing is removed, and nothing is noted."""
    _entries(clean_database, 3)
    assert apply(clean_database, Retention(audit_days=30), datetime.now(UTC)).audit_entries == 0
    with Session(clean_database.app) as session:
        assert audit.verify(session) == audit.newest(session)


def test_a_beginning_that_somebody_else_removed_is_missed(clean_database: Database) -> None:
    """More is gone than the chain says; and a broken log is cut no further, for what is left may show how it broke."""
    _entries(clean_database, 5)
    later = datetime.now(UTC) + timedelta(days=2)
    apply(clean_database, Retention(charges_days=0, questions_days=0, audit_days=1), later)
    _entries(clean_database, 3)
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE finops.audit_log DISABLE TRIGGER USER")
        connection.exec_driver_sql("DELETE FROM finops.audit_log WHERE id <= 7")
        connection.exec_driver_sql("ALTER TABLE finops.audit_log ENABLE TRIGGER USER")
    with Session(clean_database.app) as session:
        assert isinstance(audit.verify(session), audit.Broken)
    with pytest.raises(UserError, match="not shortened, because it is broken"):
        apply(clean_database, Retention(charges_days=0, questions_days=0, audit_days=1), later)
