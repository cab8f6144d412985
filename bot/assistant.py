"""The answer side as the bot uses it: ask, run an edited statement, and read what was stored."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from db.tables import Question
from nl2sql import ask as asking
from nl2sql.answers.outcomes import Outcome
from nl2sql.deps import StepProgress
from nl2sql.execution import guard_pool
from nl2sql.guard.outcome import SqlRejected

Result = dict[str, Any]
Say = Callable[[str], None]
Watch = Callable[[StepProgress], None]


@dataclass(frozen=True)
class StoredQuestion:
    """A question and its result as the table keeps them."""

    reference: str
    asker: str
    question: str
    thread: str | None
    channel: str | None
    result: Result


@dataclass(frozen=True)
class Answers:
    """`ask(question, asker, thread, channel, say, watch, after)` and `run_sql(sql, asker, thread, channel, question)`
    give the result and its reference. `watch` is told of the steps of an answer of several, and may end it by
    `AnswerStopped`.
    """

    ask: Callable[[str, Actor, str | None, str | None, Say, Watch, str | None], tuple[Result, str]]
    run_sql: Callable[[str, Actor, str | None, str | None, str | None], tuple[Result, str]]
    check_sql: Callable[[str, Actor], str | None]


def stored(session: Session, reference: str) -> StoredQuestion | None:
    """What a button's reference stands for; None when it is no longer kept."""
    row = session.scalar(sa.select(Question).where(Question.reference == reference))
    if row is None:
        return None
    return StoredQuestion(row.reference, row.asker, row.question, row.thread, row.channel, dict(row.answer))


def feedback(session: Session, reference: str, helpful: bool) -> bool:
    """Store what a person thought of an answer; False when the question is no longer kept."""
    value = "helpful" if helpful else "unhelpful"
    statement = sa.update(Question).where(Question.reference == reference).values(feedback=value).returning(Question.id)
    return session.scalar(statement) is not None


def may_see(clicker: Actor, asker: Actor) -> bool:
    """Whether a result narrowed for the asker shows the clicker nothing beyond their own teams."""
    return clicker.sees_all or clicker.id == asker.id or (not asker.sees_all and asker.teams <= clicker.teams)


def connect(settings: Settings, organisation: Organisation, database: Database) -> Answers:
    """The answer side over this database: every question with the change
    against the period before, stored and audited there.
    """

    deps = replace(asking.connect_deps(settings, organisation, database), with_change=True)

    def stored(outcome: Outcome) -> tuple[Result, str]:
        result: Result = json.loads(json.dumps(outcome.to_stored(), default=str))
        return result, outcome.reference

    def ask(
        question: str,
        asker: Actor,
        thread: str | None,
        channel: str | None,
        say: Say,
        watch: Watch,
        after: str | None,
    ) -> tuple[Result, str]:
        following = replace(deps, channel=channel, say=say, watch=watch)
        return stored(asking.ask(question, asker, thread, following, after))

    def run_sql(
        sql: str, asker: Actor, thread: str | None, channel: str | None, question: str | None
    ) -> tuple[Result, str]:
        return stored(asking.run_sql(sql, asker, thread, replace(deps, channel=channel), question))

    def check_sql(sql: str, asker: Actor) -> str | None:
        checked = guard_pool.check(sql, asker, settings.answer_row_cap)
        return checked.reason if isinstance(checked, SqlRejected) else None

    return Answers(ask, run_sql, check_sql)
