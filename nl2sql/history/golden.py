"""Golden questions: answers that an admin approved; examples for the model, and answers where the grammar has none."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from config.access import Actor, Denied, Permission, check
from db import audit
from db.tables import Question

_MOST = 200
_ALIKE = 60  # of 100: rapidfuzz's token set ratio
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class ApprovedAnswer:
    """An approved answer."""

    question: str
    sql: str
    reference: str
    query: dict[str, Any] | None = None
    """What was asked, as `conversation.meant_by` reads it; None where SQL was written."""
    by: str | None = None
    at: datetime | None = None
    follow_up: bool = False
    """Whether it was asked in a thread after another question: its words alone may mean less."""

    @property
    def timeless(self) -> bool:
        """Whether the SQL holds on any day: it contains no literal date."""
        return not _DATED.search(self.sql)


def promote(session: Session, reference: str, actor: Actor) -> str:
    """Approve an answer; returns a sentence for the admin. Only admins may, and only answered questions."""
    allowed = check(actor, Permission.PROMOTE_QUESTION)
    if isinstance(allowed, Denied):
        return allowed.reason
    row = session.scalar(sa.select(Question).where(Question.reference == reference).with_for_update())
    if row is None:
        return f"There is no question {reference}."
    if row.outcome != "answer" or not row.sql:
        return f"Question {reference} has no answer that could be an example."
    if row.golden:
        return f"“{row.question}” is a golden question already."
    row.golden, row.certified_by, row.certified_at = True, actor.id, datetime.now(UTC)
    audit.append(session, actor.id, "question.promoted", reference, {"question": row.question, "sql": row.sql})
    return (
        f"“{row.question}” is a golden question now: an example for the model, and answered the same way when "
        "somebody asks it again."
    )


def withdraw(session: Session, reference: str, actor: Actor) -> str:
    """Take an approval back; returns a sentence for the admin. Only admins may."""
    allowed = check(actor, Permission.PROMOTE_QUESTION)
    if isinstance(allowed, Denied):
        return allowed.reason
    row = session.scalar(sa.select(Question).where(Question.reference == reference).with_for_update())
    if row is None or not row.golden:
        return f"There is no golden question {reference}."
    row.golden, row.certified_by, row.certified_at = False, None, None
    audit.append(session, actor.id, "question.withdrawn", reference, {"question": row.question})
    return f"“{row.question}” is no golden question any more; answers to it are not certified."


def approved(session: Session, asker: Actor) -> tuple[ApprovedAnswer, ...]:
    """The newest approved answers; an asker with limited visibility gets only their own, because questions may name
    hidden teams.
    """
    earlier = aliased(Question)
    same_thread = sa.select(earlier.id).where(earlier.thread == Question.thread, earlier.id < Question.id)
    columns = (
        Question.question,
        Question.sql,
        Question.reference,
        Question.query,
        Question.certified_by,
        Question.certified_at,
        same_thread.exists(),
    )
    statement = sa.select(*columns).where(Question.golden.is_(True), Question.sql.is_not(None))
    if not asker.sees_all:
        statement = statement.where(Question.asker == asker.id)
    rows = session.execute(statement.order_by(Question.id.desc()).limit(_MOST)).all()
    return tuple(ApprovedAnswer(*row) for row in rows)


def same(question: str, answers: tuple[ApprovedAnswer, ...]) -> ApprovedAnswer | None:
    """The newest approved answer to the same question, ignoring case, spaces and punctuation; None without one."""
    asked = plain_words(question)
    return next((one for one in answers if asked and plain_words(one.question) == asked), None)


def nearest(question: str, answers: tuple[ApprovedAnswer, ...]) -> tuple[str, ...]:
    """The most similar approved question, as a tuple of one; empty when none is similar enough, or its answer could
    not be given on another day.
    """
    timeless = [one for one in answers if one.timeless or one.query]
    if not timeless:
        return ()
    from rapidfuzz import fuzz  # noqa: PLC0415 - a heavy library, where it is needed

    score, best = max(
        (fuzz.token_set_ratio(question.casefold(), one.question.casefold()), one.question) for one in timeless
    )
    return (best,) if score >= _ALIKE else ()


def plain_words(question: str) -> list[str]:
    """What counts when two questions are held against each other."""
    return re.findall(r"[^\W_]+|[<>%$€]", question.casefold())
