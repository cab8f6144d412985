"""Golden questions: answers that an admin approved; examples for the model, and answers where the grammar has none."""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

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
    row.golden = True
    audit.append(session, actor.id, "question.promoted", reference, {"question": row.question, "sql": row.sql})
    return (
        f"“{row.question}” is a golden question now: an example for the model, and answered the same way when "
        "somebody asks it again."
    )


def approved(session: Session, asker: Actor) -> tuple[ApprovedAnswer, ...]:
    """The newest approved answers; an asker with limited visibility gets only their own, because questions may name
    hidden teams.
    """
    statement = sa.select(Question.question, Question.sql, Question.reference).where(
        Question.golden.is_(True), Question.sql.is_not(None)
    )
    if not asker.sees_all:
        statement = statement.where(Question.asker == asker.id)
    rows = session.execute(statement.order_by(Question.id.desc()).limit(_MOST)).all()
    return tuple(ApprovedAnswer(row.question, row.sql, row.reference) for row in rows)


def same(question: str, answers: tuple[ApprovedAnswer, ...]) -> ApprovedAnswer | None:
    """The approved answer to the same question, ignoring case, spaces and punctuation; None without one."""
    asked = _plain(question)
    return next((one for one in answers if one.timeless and asked and _plain(one.question) == asked), None)


def nearest(question: str, answers: tuple[ApprovedAnswer, ...]) -> tuple[str, ...]:
    """The most similar approved question, as a tuple of one; empty when none is similar enough."""
    timeless = [one for one in answers if one.timeless]
    if not timeless:
        return ()
    from rapidfuzz import fuzz  # noqa: PLC0415 - a heavy library, where it is needed

    score, best = max(
        (fuzz.token_set_ratio(question.casefold(), one.question.casefold()), one.question) for one in timeless
    )
    return (best,) if score >= _ALIKE else ()


def _plain(question: str) -> list[str]:
    return re.findall(r"[^\W_]+|[<>%$€]", question.casefold())
