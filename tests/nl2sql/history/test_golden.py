"""Golden questions: who may make one, whom it answers, and for which question."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Role
from db.tables import AuditEntry, Question
from nl2sql.history import golden
from nl2sql.history.golden import ApprovedAnswer

ADMIN = Actor("U-ADMIN", roles=frozenset({Role.ADMIN}), sees_all=True)
MEMBER = Actor("U-MEMBER", roles=frozenset({Role.MEMBER}), teams=frozenset({"web"}))


def asked(
    session: Session, reference: str, outcome: str = "answer", sql: str | None = "SELECT 1", **fields: Any
) -> None:
    session.add(
        Question(
            reference=reference,
            asker=fields.pop("asker", "U1"),
            question=fields.pop("question", "cost?"),
            outcome=outcome,
            sql=sql,
            answer={},
            translator="offline",
            tokens=0,
            elapsed_ms=1,
            **fields,
        )
    )
    session.flush()


def test_an_admin_makes_an_answer_golden_once(session: Session) -> None:
    """And it is in the audit log."""
    asked(session, "AAAA-BBBB")
    assert "is a golden question now" in golden.promote(session, "AAAA-BBBB", ADMIN)
    assert "already" in golden.promote(session, "AAAA-BBBB", ADMIN)
    promoted = session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.action == "question.promoted")).all()
    assert promoted == ["AAAA-BBBB"]


@pytest.mark.parametrize(
    ("reference", "actor", "says"),
    [
        ("AAAA-BBBB", MEMBER, "needs the role"),
        ("NONE-SUCH", ADMIN, "There is no question NONE-SUCH."),
        ("CCCC-DDDD", ADMIN, "has no answer that could be an example"),
    ],
)
def test_nothing_else_becomes_golden(session: Session, reference: str, actor: Actor, says: str) -> None:
    asked(session, "AAAA-BBBB")
    asked(session, "CCCC-DDDD", outcome="cannot_answer", sql=None)
    assert says in golden.promote(session, reference, actor)
    assert not session.scalars(sa.select(Question.id).where(Question.golden.is_(True))).all()


def test_who_sees_some_teams_only_has_only_their_own(session: Session) -> None:
    """Others' questions may name teams that are hidden."""
    asked(session, "AAAA-AAAA", question="cost of team secret", golden=True)
    asked(session, "BBBB-BBBB", question="cost of web", asker=MEMBER.id, golden=True)
    asked(session, "CCCC-CCCC", question="not golden")
    assert [one.reference for one in golden.approved(session, MEMBER)] == ["BBBB-BBBB"]
    assert [one.reference for one in golden.approved(session, ADMIN)] == ["BBBB-BBBB", "AAAA-AAAA"]


TIMELESS = ApprovedAnswer("What did checkout cost, by service?", "SELECT now() - interval '7 days'", "AAAA-AAAA")
DATED = ApprovedAnswer("cost in october", "SELECT 1 WHERE usage_date >= '2026-10-01'", "BBBB-BBBB")


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("what did  CHECKOUT cost - by service", True),
        ("what did checkout cost by services", False),
        ("what did checkout cost by service > 5", False),
        ("cost in october", False),  # its answer holds on one day only
        ("", False),
    ],
)
def test_the_same_question_is_the_same_words(question: str, same: bool) -> None:
    """Case, spaces and punctuation do not matter; signs that compare do."""
    assert (golden.same(question, (TIMELESS, DATED)) is TIMELESS) == same


def test_an_example_is_near_enough_and_holds_on_any_day() -> None:
    assert golden.nearest("checkout cost by service", (TIMELESS, DATED)) == (TIMELESS.question,)
    assert golden.nearest("which volumes are unattached", (TIMELESS, DATED)) == ()
    assert golden.nearest("cost in october", (DATED,)) == ()
