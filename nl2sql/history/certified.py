"""Answers that an admin approved: given again for the same words, and what of an answer that comes from one is still
certified.
"""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from config.organisation import Organisation
from nl2sql.answers.context import AnswerContext
from nl2sql.answers.outcomes import Answer, Outcome
from nl2sql.answers.wording.certificate import Certificate
from nl2sql.grammar.assembly.amend import stands_alone
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.parse import parse
from nl2sql.history import golden
from nl2sql.history.conversation import ThreadContext, meant_by
from nl2sql.history.golden import ApprovedAnswer
from nl2sql.history.parameters import Asked, differences, parameters, with_period
from nl2sql.recipes.recognise import recognise
from nl2sql.understanding import Meaning


@dataclass(frozen=True)
class Renewed:
    """An approved answer for today: what it asks, or its SQL, and what its card says of it."""

    asked: Asked | str
    certificate: Certificate


def approved_answers(context: AnswerContext) -> tuple[ApprovedAnswer, ...]:
    """The approved answers that the asker may have, the newest first."""
    with Session(context.deps.database.app) as session:
        return golden.approved(session, context.asker)


def renewed(
    words: tuple[str, ...],
    meaning: Meaning | Asked,
    thread: ThreadContext | None,
    answers: tuple[ApprovedAnswer, ...],
    context: AnswerContext,
) -> Renewed | None:
    """The approved answer to a question in the same words (`words`: as it was asked, and without how it is shown);
    None without one, and where its words mean something else in their thread.
    """
    if isinstance(meaning, Refusal) and meaning.unsafe:
        return None
    approved = next((one for one in (golden.same(question, answers) for question in words) if one), None)
    if approved is None:
        return None
    asked = for_today(approved, meaning, thread is not None and thread.sql is not None, context)
    certificate = certificate_of(approved, context.deps.organisation)
    return None if asked is None else Renewed(asked, certificate)


def for_today(
    approved: ApprovedAnswer, meaning: Meaning | Asked, in_thread: bool, context: AnswerContext
) -> Asked | str | None:
    """What an approved answer asks today, or its SQL; None where that cannot be told from its words."""
    stored = meant_by(approved.query)
    if stored is not None and not isinstance(meaning, Doubt | Refusal):
        if differences(stored, meaning) in ((), ("period",)):
            return meaning
        if in_thread:
            return None
    data = context.facts
    draft = parse(approved.question, data.semantics, data.values, context.calendar)
    if draft.discourse.follows:
        return None
    if stored is not None and draft.filters.period and not approved.follow_up:
        return with_period(stored, draft.filters.period)
    return approved.sql if approved.timeless else None


def certificate_of(approved: ApprovedAnswer, organisation: Organisation) -> Certificate:
    """Who approved it and when, by the name of `finops.yaml`."""
    person = organisation.person(approved.by) if approved.by else None
    return Certificate(
        approved.reference,
        approved.question,
        person.name if person else approved.by,
        approved.at.date() if approved.at else None,
        parameters=parameters(meant_by(approved.query)),
    )


def inherited(
    outcome: Outcome,
    asked: Asked | None,
    question: str,
    thread: ThreadContext | None,
    answers: tuple[ApprovedAnswer, ...],
    context: AnswerContext,
) -> Outcome:
    """A follow-up to a certified answer: with another period or other names it is certified, otherwise it says what it
    comes from.
    """
    if not isinstance(outcome, Answer) or thread is None or thread.certified is None:
        return outcome
    if question and not _continues(question, thread, context):
        return outcome
    before = Certificate.from_json(thread.certified)
    approved = next((one for one in answers if one.reference == before.reference), None)
    if approved is None:
        return outcome
    return replace(outcome, certified=_after(before, approved, asked, outcome.sql == thread.sql, thread))


def _after(
    before: Certificate, approved: ApprovedAnswer, asked: Asked | None, same_sql: bool, thread: ThreadContext
) -> Certificate:
    if same_sql:  # only shown in another way
        return before
    stored = meant_by(approved.query)
    if stored is None or asked is None or (from_approved := differences(stored, asked)) is None:
        return replace(before, changed=(), holds=False)
    previous = thread.query or thread.listing or thread.recipe
    since = differences(previous, asked) if previous and before.holds else None
    changed = from_approved if since is None else tuple(dict.fromkeys((*before.changed, *since)))
    return replace(before, changed=changed, holds=True, parameters=parameters(asked))


def _continues(question: str, thread: ThreadContext, context: AnswerContext) -> bool:
    """Whether a question builds on the answer before it in the thread."""
    data = context.facts
    if recognise(question, data, context.calendar):
        return False
    draft = parse(question, data.semantics, data.values, context.calendar, following=True)
    return not stands_alone(draft) and (thread.listing is not None or not draft.discourse.subject_named)
