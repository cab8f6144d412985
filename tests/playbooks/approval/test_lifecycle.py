"""A remediation from proposal to decision, over a real database: who counts, once, and for what was shown."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Allowed, Denied
from db import audit
from db.database import Database
from db.tables import AuditEntry
from db.tables import Remediation as Stored
from playbooks.approval import lifecycle as life
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.approval.builders import OTHER, proposed, reason
from tests.playbooks.builders import BOOK
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER

PLAYBOOKS = read_playbooks()


def approve(
    database: Database,
    number: int,
    actor: Actor,
    now: datetime = NOW,
    books: Mapping[str, Playbook] = PLAYBOOKS,
    typed: str | None = None,
) -> life.Approved | Denied:
    with Session(database.app) as session, session.begin():
        return life.approve(session, number, actor, now, books, typed)


def test_two_approvers_and_their_double_clicks_at_once_count_once(clean_database: Database) -> None:
    """Eight clicks from eight connections at the same moment: one approval."""
    number, together = proposed(clean_database), Barrier(8)

    def click(actor: Actor) -> life.Approved | Denied:
        together.wait()
        return approve(clean_database, number, actor)

    with ThreadPoolExecutor(8) as pool:
        decisions = list(pool.map(click, [APPROVER, OTHER] * 4))
    assert sum(isinstance(decision, life.Approved) for decision in decisions) == 1
    assert all("Too late" in reason(decision) for decision in decisions if isinstance(decision, Denied))
    with Session(clean_database.app) as session:
        assert len(session.get_one(Stored, number).approvals) == 1
        denials = session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "remediation.denied"))
        assert denials == 7
        assert isinstance(audit.verify(session), audit.Intact)


def test_two_approvals_are_two_people(clean_database: Database) -> None:
    """The first one's second click does not count; the number is typed because functions are deleted."""
    number = proposed(clean_database, PLAYBOOKS["lambda-delete-unused"])
    assert "type the number" in reason(approve(clean_database, number, APPROVER))
    first = approve(clean_database, number, APPROVER, typed="2")
    assert first == life.Approved(number, complete=False, missing=1)
    assert "approved this already" in reason(approve(clean_database, number, APPROVER, typed="2"))
    assert approve(clean_database, number, OTHER, typed="2") == life.Approved(number, complete=True, missing=0)


def test_after_a_rejection_or_the_end_of_its_time_nothing_is_approved(clean_database: Database) -> None:
    """An old message's button gets one sentence."""
    number = proposed(clean_database)
    assert "expired" in reason(approve(clean_database, number, APPROVER, NOW + timedelta(hours=25)))
    with Session(clean_database.app) as session, session.begin():
        assert life.reject(session, number, APPROVER, NOW, "not now", PLAYBOOKS) == Allowed()
    assert "Too late: it is rejected (Ari: not now)" in reason(approve(clean_database, number, OTHER))


def test_an_edited_playbook_or_a_tampered_plan_is_not_approved_nor_frozen_anew(clean_database: Database) -> None:
    """Choosing a part would give the rest a new digest, so it is refused as well."""
    number = proposed(clean_database)
    edited = {**PLAYBOOKS, BOOK.name: BOOK.model_copy(update={"title": "Terminate everything"})}
    assert "was edited" in reason(approve(clean_database, number, APPROVER, books=edited))
    with Session(clean_database.app) as session, session.begin():
        stored = session.get_one(Stored, number)
        stored.plan = {
            **stored.plan,
            "steps": [{**step, "resource_id": "i-production"} for step in stored.plan["steps"]],
        }
    assert "not the one that was frozen" in reason(approve(clean_database, number, APPROVER))
    with Session(clean_database.app) as session, session.begin():
        assert "not the one that was frozen" in reason(
            life.choose(session, number, APPROVER, NOW, ["i-production"], PLAYBOOKS)
        )


def test_a_part_keeps_the_requester_and_the_expiry(clean_database: Database) -> None:
    """Narrowing a plan again and again does not keep it alive, and does not make its requester an approver."""
    number = proposed(clean_database)
    with Session(clean_database.app) as session, session.begin():
        smaller = life.choose(session, number, APPROVER, NOW + timedelta(hours=5), ["i-1"], PLAYBOOKS)
        assert isinstance(smaller, Stored)
        assert (smaller.requested_by, smaller.expires_at) == (REQUESTER.id, NOW + timedelta(hours=24))
        part = smaller.id
    assert "asked for this change" in reason(
        approve(clean_database, part, REQUESTER, later := NOW + timedelta(hours=6))
    )
    assert "replaced by" in reason(approve(clean_database, number, APPROVER, later))
    assert isinstance(approve(clean_database, part, APPROVER, later), life.Approved)


def test_a_playbook_that_only_notifies_cannot_be_approved(clean_database: Database) -> None:
    """Its mode is part of the rule."""
    book = BOOK.model_copy(update={"mode": "notify"})
    number = proposed(clean_database, book)
    assert "No rule" in reason(approve(clean_database, number, APPROVER, books={book.name: book}))
