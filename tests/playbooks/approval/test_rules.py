"""Who may approve what: the pure rules under any sequence of clicks, and the
same on a real Postgres from several threads.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from config.access import Actor, Allowed, Denied, Role
from config.organisation import Organisation
from config.people import Person
from db import audit
from db.database import Database
from db.tables import AuditEntry
from db.tables import Remediation as Stored
from playbooks.approval import lifecycle as life
from playbooks.approval.rules import CLOCK_SKEW, ApprovalRule, Proposal, check
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.builders import BOOK, plan
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, VIEWER

PLAYBOOKS = read_playbooks()
OTHER = replace(APPROVER, id="U-OTHER", name="Olu")
RULE = ApprovalRule(1, (Role.APPROVER,), not_requester=True, typed_confirmation=False)
OPEN = Proposal(
    "proposed", BOOK.name, "web", REQUESTER.id, NOW, (), "", NOW + timedelta(hours=24), "d", "d", "p", "p", 4
)


def proposed(database: Database, book: Playbook = BOOK, count: int = 2) -> int:
    with Session(database.app) as session, session.begin():
        return life.propose(session, plan(count, book), book, REQUESTER.id, NOW, channel=None).id


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


def reason(decision: object) -> str:
    assert isinstance(decision, Denied), decision
    return decision.reason


@pytest.mark.parametrize(
    ("change", "actor", "now", "says"),
    [
        ({}, REQUESTER, NOW, "You asked for this change"),
        ({}, VIEWER, NOW, "needs the role approver"),
        ({}, replace(APPROVER, roles=frozenset({Role.ADMIN})), NOW, "needs the role approver"),
        (
            {},
            replace(APPROVER, approves_teams=frozenset({"payments"})),
            NOW,
            "You approve for payments; this belongs to web.",
        ),
        ({"team": None}, replace(APPROVER, approves_teams=frozenset({"web"})), NOW, "this belongs to no team"),
        ({"expires_at": NOW}, APPROVER, NOW, "expired"),
        ({}, APPROVER, NOW - CLOCK_SKEW - timedelta(seconds=1), "clock"),
        ({"actual_digest": "x"}, APPROVER, NOW, "not the one that was frozen"),
        ({"current_playbook_digest": "x"}, APPROVER, NOW, "was edited since"),
        ({"current_playbook_digest": None}, APPROVER, NOW, "no longer exists"),
        ({"approved_by": (APPROVER.id,)}, APPROVER, NOW, "You approved this already"),
        ({"state": "rejected"}, APPROVER, NOW, "Too late"),
    ],
)
def test_each_objection_says_why(change: dict[str, object], actor: Actor, now: datetime, says: str) -> None:
    """One sentence for the person who clicked."""
    assert says in reason(check(replace(OPEN, **change), RULE, actor, now))  # type: ignore[arg-type]  # the fields of a parameter


JO = Organisation(
    people=(Person(id="jo", name="Jo", email="jo@example.com", roles=(Role.APPROVER,), approves_teams=("*",)),)
).actor("jo")
JO_IN_SLACK = replace(JO, id="U0JO000001")


@pytest.mark.parametrize(
    ("change", "actor", "says"),
    [
        ({"requested_by": "U0JO000001"}, JO, "It cannot be told whether it was you who asked"),
        ({"requested_by": "jo"}, JO_IN_SLACK, "You asked for this change"),
        ({"requested_by": "Jo@Example.com"}, JO_IN_SLACK, "You asked for this change"),
        ({"requested_by": "system", "approved_by": ("U0JO000001",)}, JO, "whether it was you who approved"),
        ({"approved_by": ("jo",)}, JO_IN_SLACK, "You approved this already"),
        ({"requested_by": "cli"}, JO, "It cannot be told"),
        ({}, replace(APPROVER, id="cli"), "It cannot be told"),
    ],
)
def test_one_person_by_two_entrances_is_one(change: dict[str, object], actor: Actor, says: str) -> None:
    """Asking in Slack and approving on the command line, or the other way, needs two people all the same."""
    assert says in reason(check(replace(OPEN, **change), replace(RULE, count=2), actor, NOW))  # type: ignore[arg-type]  # the fields of a parameter
    alone = replace(RULE, not_requester=False)
    if "approved_by" not in change and "requested_by" in change:
        assert isinstance(check(replace(OPEN, **change), alone, actor, NOW), Allowed)  # type: ignore[arg-type]  # the fields of a parameter


def test_what_the_product_asked_for_anybody_with_the_role_approves() -> None:
    """A schedule is nobody's own wish."""
    assert isinstance(check(replace(OPEN, requested_by="system"), RULE, JO, NOW), Allowed)


def test_no_rule_means_no() -> None:
    """Approval is never open by default."""
    assert isinstance(check(OPEN, None, APPROVER, NOW), Denied)
    assert isinstance(check(OPEN, replace(RULE, roles=()), APPROVER, NOW), Denied)
    assert check(OPEN, RULE, APPROVER, NOW) == Allowed()


def test_what_destroys_is_typed() -> None:
    """The number of resources, and nothing else."""
    rule = replace(RULE, typed_confirmation=True)
    assert [isinstance(check(OPEN, rule, APPROVER, NOW, text), Allowed) for text in (None, "", "yes", "3", " 4 ")] == [
        *[False] * 4,
        True,
    ]


PEOPLE = (REQUESTER, APPROVER, OTHER, VIEWER, replace(APPROVER, id="U-TEAM", approves_teams=frozenset({"payments"})))


@given(
    clicks=st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(-30, 1600)), max_size=12),
    count=st.integers(1, 3),
    reject_at=st.none() | st.integers(0, 11),
)
def test_any_sequence_of_clicks_approves_at_most_once(
    clicks: list[tuple[Actor, int]], count: int, reject_at: int | None
) -> None:
    """By as many different people as the rule asks, none of them the requester
    or powerless, none late, none after a rejection.
    """
    proposal, rule, completed = OPEN, replace(RULE, count=count), 0
    for position, (actor, minutes) in enumerate(clicks):
        if position == reject_at and proposal.state == "proposed":
            proposal = replace(proposal, state="rejected")
        if isinstance(check(proposal, rule, actor, NOW + timedelta(minutes=minutes)), Allowed):
            assert actor in (APPROVER, OTHER)
            assert actor.id not in proposal.approved_by
            assert -CLOCK_SKEW <= timedelta(minutes=minutes) < timedelta(hours=24)
            proposal = replace(proposal, approved_by=(*proposal.approved_by, actor.id))
            if len(proposal.approved_by) >= count:
                proposal, completed = replace(proposal, state="approved"), completed + 1
    assert completed <= 1
    assert not (completed and count > 2)


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


def test_who_may_not_is_told_who_may() -> None:
    """By name, without themselves."""
    asked = replace(OPEN, approvers=("Priya", "Jonas", APPROVER.name))
    assert (
        reason(check(asked, RULE, VIEWER, NOW))
        == "Approving needs the role approver; you have viewer. Priya or Jonas or Ari can."
    )
    assert reason(check(asked, RULE, REQUESTER, NOW)).endswith(
        "somebody else has to approve it. Priya or Jonas or Ari can."
    )
    assert "Ari" not in reason(check(asked, RULE, replace(APPROVER, approves_teams=frozenset({"ads"})), NOW))
