"""One person's questions take so much of the database and no more."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Question
from nl2sql.history.room import make_room

MEGABYTE = 1_000_000


def asked(session: Session, person: str, number: int, size: int, *, golden: bool = False) -> Question:
    """A question whose answer takes about so many bytes, which do not compress."""
    rows = session.scalar(
        sa.text("SELECT string_agg(md5(random()::text), '') FROM generate_series(1, :n)"), {"n": size // 32}
    )
    row = Question(
        reference=f"{person}-{number}",
        asker=person,
        question="x",
        outcome="answer",
        answer={"rows": rows},
        golden=golden,
    )
    session.add(row)
    session.flush()
    return row


def kept(session: Session, person: str) -> list[str]:
    return list(session.scalars(sa.select(Question.reference).where(Question.asker == person).order_by(Question.id)))


def test_the_oldest_go_and_an_approved_one_and_other_peoples_stay(session: Session) -> None:
    asked(session, "maya", 0, 400_000, golden=True)
    for number in range(1, 8):
        newest = asked(session, "maya", number, 400_000)
    asked(session, "omar", 0, 400_000)
    assert make_room(session, newest, 2) > 0
    left = kept(session, "maya")
    assert left[0] == "maya-0"
    assert left[1:] == [f"maya-{number}" for number in range(8 - len(left[1:]), 8)]
    assert 2 <= len(left[1:]) <= 5
    assert kept(session, "omar") == ["omar-0"]
    assert make_room(session, newest, 2) == 0


def test_one_that_is_larger_than_all_that_may_be_kept_stays_alone(session: Session) -> None:
    """Its card is on the way: its buttons have to work."""
    asked(session, "maya", 0, 200_000)
    newest = asked(session, "maya", 1, 3 * MEGABYTE)
    assert make_room(session, newest, 1) == 1
    assert kept(session, "maya") == ["maya-1"]


def test_small_ones_are_looked_at_now_and_then(session: Session) -> None:
    """So that not every question adds up everything that was asked before."""
    rows = [asked(session, "maya", number, 60_000) for number in range(40)]
    looked = [row for row in rows if make_room(session, row, 1)]
    assert looked
    assert {row.id % 20 for row in looked} == {0}
