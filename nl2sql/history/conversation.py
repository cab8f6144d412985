"""Stores every question with its outcome in the table `questions`, so that follow-ups work across restarts."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Question
from nl2sql.answers.outcomes import Outcome
from nl2sql.grammar.draft import Choice
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.subjects.listing import SubjectListing
from nl2sql.history.room import make_room
from nl2sql.recipes.recognise import RecipeCall

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no letters that are misread
_LAST_TURNS = 10


@dataclass(frozen=True)
class ThreadContext:
    """The state of a thread: the last query, listing or recipe and the question with its SQL, its currency, and the
    open choices.
    """

    query: CostQuery | None = None
    listing: SubjectListing | None = None
    recipe: RecipeCall | None = None
    question: str | None = None
    sql: str | None = None
    choices: tuple[Choice, ...] = ()
    shown_in: str | None = None
    translator: str | None = None
    certified: dict[str, Any] | None = None
    """What the last answer says of the approved one that it is, or comes from."""


def recall(session: Session, thread: str | None, after: str | None = None) -> ThreadContext | None:
    """The state of a thread, or of one answer in it (`after`: its reference); None outside a thread and for its first
    question.
    """
    if thread is None and after is None:
        return None
    where = Question.thread == thread if after is None else Question.reference == after
    columns = (Question.question, Question.query, Question.sql, Question.answer, Question.outcome, Question.translator)
    turns = session.execute(sa.select(*columns).where(where).order_by(Question.id.desc()).limit(_LAST_TURNS)).all()
    if not turns:
        return None
    answered = next((turn for turn in turns if turn.sql and turn.outcome == "answer"), None)
    meant = meant_by(answered.query) if answered else None
    return ThreadContext(
        query=meant if isinstance(meant, CostQuery) else None,
        listing=meant if isinstance(meant, SubjectListing) else None,
        recipe=meant if isinstance(meant, RecipeCall) else None,
        question=answered.question if answered else None,
        sql=answered.sql if answered else None,
        choices=_choices(turns[0].answer) if turns[0].outcome == "clarify" else (),
        shown_in=answered.answer.get("shown_in") if answered else None,
        translator=answered.translator if answered else None,
        certified=answered.answer.get("certified") if answered else None,
    )


def meant_by(stored: dict[str, Any] | None) -> CostQuery | SubjectListing | RecipeCall | None:
    """What was stored with a question: the query, listing or recipe that its answer is of."""
    if not stored:
        return None
    if "recipe" in stored:
        return RecipeCall.from_json(stored)
    return SubjectListing.from_json(stored) if "subject" in stored else CostQuery.from_json(stored)


def chosen(thread_context: ThreadContext | None, reply: str) -> str | None:
    """The full question for a reply that names one open choice by label, part of a label, or number; None for any other
    reply.
    """
    if thread_context is None or not thread_context.choices:
        return None
    answer = reply.strip(" .!?").casefold()
    if answer.isdigit() and 1 <= int(answer) <= len(thread_context.choices):
        return thread_context.choices[int(answer) - 1].question
    exact = [choice for choice in thread_context.choices if choice.label.casefold() == answer]
    named = exact or [
        choice for choice in thread_context.choices if answer and len(answer) > 2 and answer in choice.label.casefold()
    ]
    return named[0].question if len(named) == 1 else None


def _choices(answer: dict[str, Any]) -> tuple[Choice, ...]:
    return tuple(Choice(str(choice["label"]), str(choice["question"])) for choice in answer.get("choices") or [])


def words_of(given: Any) -> str:
    """JSON of others as the text under which it is stored."""
    try:
        words = json.dumps(given, ensure_ascii=False, default=str).replace("\\u0000", " ")
    except RecursionError:
        return "JSON that is nested without end"
    return words.encode("utf-8", "replace").decode()


def new_reference() -> str:
    """A random id that people can read aloud, such as `7F3K-9QWD`."""
    letters = [secrets.choice(_ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


@dataclass(frozen=True)
class Turn:
    """One question as it was asked, with what it means, tokens and SQL drafts."""

    reference: str
    asker: str
    question: str
    thread: str | None
    channel: str | None = None
    query: CostQuery | SubjectListing | RecipeCall | None = None
    tokens: int = 0
    drafts: tuple[tuple[str, str], ...] = ()
    """SQL of a model or a person that was checked on the way, and what was wrong with it."""


def keep(session: Session, turn: Turn, outcome: Outcome, most_megabytes: int | None = None) -> None:
    """Store a question with its outcome; what is kept of one person's takes at most so much."""
    stored = outcome.to_stored()
    row = Question(
        reference=turn.reference,
        asker=turn.asker,
        thread=turn.thread,
        channel=turn.channel,
        question=turn.question[:2_000],
        outcome=outcome.outcome,
        query=turn.query.to_json() if turn.query else None,
        answer=stored,
        sql=stored["sql"],
        translator=outcome.translator,
        tokens=turn.tokens,
        elapsed_ms=outcome.elapsed_ms,
    )
    session.add(row)
    if most_megabytes is not None:
        make_room(session, row, most_megabytes)
