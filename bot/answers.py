"""The answer side as the bot uses it: ask, run an edited statement, and read what was stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from access import Actor
from db.tables import Question

Result = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Stored:
    """A question and its result as the table keeps them."""

    reference: str
    asker: str
    question: str
    thread: str | None
    channel: str | None
    result: Result


@dataclass(frozen=True)
class Answers:
    """`ask(question, asker, thread, channel, say)` and `run_sql(sql, asker, thread, channel)` give the result and its reference."""

    ask: Callable[[str, Actor, str | None, str | None, Say], tuple[Result, str]]
    run_sql: Callable[[str, Actor, str | None, str | None], tuple[Result, str]]
    check_sql: Callable[[str, Actor], str | None]


def stored(session: Session, reference: str) -> Stored | None:
    """What a button's reference stands for; None when it is no longer kept."""
    row = session.scalar(sa.select(Question).where(Question.reference == reference))
    if row is None:
        return None
    return Stored(row.reference, row.asker, row.question, row.thread, row.channel, dict(row.answer))


def feedback(session: Session, reference: str, helpful: bool) -> bool:
    """Store what a person thought of an answer; False when the question is no longer kept."""
    value = "helpful" if helpful else "unhelpful"
    statement = sa.update(Question).where(Question.reference == reference).values(feedback=value).returning(Question.id)
    return session.scalar(statement) is not None


def may_see(clicker: Actor, asker: Actor) -> bool:
    """Whether a result narrowed for the asker shows the clicker nothing beyond their own teams."""
    return clicker.sees_all or clicker.id == asker.id or (not asker.sees_all and asker.teams <= clicker.teams)
