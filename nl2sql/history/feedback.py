"""Feedback on answers: questions for review, newest first."""

from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Question

Which = Literal["unhelpful", "helpful", "golden", "unanswered", "all"]


def listed(session: Session, which: Which, most: int = 100) -> list[dict[str, object]]:
    """Questions with their outcome, feedback and SQL: those called unhelpful,
    helpful or golden, those that were declined, or all.
    """
    conditions = {
        "unhelpful": Question.feedback == "unhelpful",
        "helpful": Question.feedback == "helpful",
        "golden": Question.golden.is_(True),
        "unanswered": Question.outcome.in_(["cannot_answer", "timeout", "unavailable"]),
        "all": sa.true(),
    }
    rows = session.scalars(sa.select(Question).where(conditions[which]).order_by(Question.id.desc()).limit(most))
    return [
        {
            "reference": row.reference,
            "asked_at": row.asked_at.isoformat(),
            "asker": row.asker,
            "question": row.question,
            "outcome": row.outcome,
            "text": str(row.answer.get("text") or "").split("\n")[0],
            "sql": row.sql,
            "translator": row.translator,
            "feedback": row.feedback,
            "golden": row.golden,
        }
        for row in rows
    ]
