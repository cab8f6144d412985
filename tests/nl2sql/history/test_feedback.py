"""Questions for review, by what became of them."""

import pytest
from sqlalchemy.orm import Session

from db.tables import Question
from nl2sql.history.feedback import Which, listed


@pytest.mark.parametrize(
    ("which", "references"),
    [
        ("unhelpful", ["2"]),
        ("helpful", ["1"]),
        ("golden", ["1"]),
        ("unanswered", ["5", "4", "3"]),
        ("all", ["6", "5", "4", "3", "2", "1"]),
    ],
)
def test_the_newest_come_first(session: Session, which: Which, references: list[str]) -> None:
    """What was blocked or asked back is no question without an answer."""
    rows = [
        ("1", "answer", "helpful", True),
        ("2", "answer", "unhelpful", False),
        ("3", "cannot_answer", None, False),
        ("4", "timeout", None, False),
        ("5", "unavailable", None, False),
        ("6", "blocked", None, False),
    ]
    for reference, outcome, feedback, golden in rows:
        session.add(
            Question(
                reference=reference,
                asker="U1",
                question="cost?",
                outcome=outcome,
                feedback=feedback,
                golden=golden,
                answer={"text": "first line\nsecond"},
                translator="offline",
                tokens=0,
                elapsed_ms=1,
            )
        )
        session.flush()
    found = listed(session, which)
    assert [row["reference"] for row in found] == references
    assert {row["text"] for row in found} == {"first line"}
    assert len(listed(session, "all", most=2)) == 2
