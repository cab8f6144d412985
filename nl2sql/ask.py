"""Answers a question: parses, compiles, checks and runs it, then stores and audits the outcome."""

import re
import time
import unicodedata
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import logs
from config.access import Actor, Denied, Permission, check
from config.organisation import Organisation
from config.settings import Settings
from db import audit
from db.database import Database
from nl2sql.answers.context import AnswerContext
from nl2sql.answers.declined import declined
from nl2sql.answers.forecast_accuracy import answer_accuracy
from nl2sql.answers.outcomes import Answer, Blocked, CannotAnswer, Outcome, Unavailable
from nl2sql.answers.presentation import parse_presentation
from nl2sql.answers.query import answer_meaning, answer_sql
from nl2sql.catalog.known_values import Facts, NoData
from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import semantics
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.deps import Deps, Previous, TranslationRequest
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.headlines.rows import scope_of
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.semantic.context import ReadingContext, Unreadable
from nl2sql.grammar.semantic.reading import read_listing, read_query
from nl2sql.grammar.semantic.writing import written
from nl2sql.grammar.subjects.listing import SubjectListing
from nl2sql.history import conversation, golden
from nl2sql.history.certified import approved_answers, inherited, renewed
from nl2sql.history.conversation import ThreadContext, Turn
from nl2sql.history.notes import facts_for
from nl2sql.history.parameters import Asked
from nl2sql.llm.fallback import ModelAnswer, ask_model
from nl2sql.recipes.compose import answer_recipe
from nl2sql.recipes.recognise import RecipeCall
from nl2sql.understanding import Meaning, meant
from nl2sql.what_if.answer import answer_supposition

_SQL = re.compile(
    r"^\s*(select\b.*(\bfrom\b|\(|\d)|with\s+\w+\s+as\s*\(|table\s+\w+\.|"
    r"explain\s*(\(|\s(analy[sz]e|verbose|select|with)\b))",
    re.IGNORECASE | re.DOTALL,
)
_NO_BILLS = Unavailable(
    text="No bills are loaded yet. Run finops ingest with their files, or press Refresh bills.", bills=True
)
_AWAY = "The database cannot be reached right now. Try again in a minute."
_MAXIMUM = 2_000


def connect_deps(settings: Settings, organisation: Organisation, database: Database, today: Any = None) -> Deps:
    """The dependencies of one process; a translator only when a language model is configured."""
    translator = None
    if settings.llm_use != "never" and (settings.openai_api_key is not None or settings.openai_base_url is not None):
        from nl2sql.llm.translator import connect_translator  # noqa: PLC0415 - loads the model's client

        translator = connect_translator(settings, database)
    return Deps(database=database, settings=settings, organisation=organisation, today=today, translator=translator)


def ask(question: str, asker: Actor, thread: str | None, deps: Deps, after: str | None = None) -> Outcome:
    """Answer a question, or amend the thread's last question, or the one of the reference `after`, when it is a
    follow-up. Every outcome is stored and audited, refusals included; database errors become `Unavailable`.
    """
    started = time.perf_counter()
    question = logs.without_secrets(question.replace("\x00", " ")).strip()
    if len(question) > _MAXIMUM:
        text = (
            f"That is {len(question):,} characters; I read questions of up to {_MAXIMUM:,}. Please ask in fewer words."
        )
        turn = Turn(conversation.new_reference(), asker.id, question[:_MAXIMUM], thread, deps.channel)
        return _store(turn, CannotAnswer(text=text), deps, started)
    turn = Turn(conversation.new_reference(), asker.id, question, thread, deps.channel)
    try:
        with Session(deps.database.app) as session:
            thread_context = conversation.recall(session, thread, after)
        turn, outcome = _outcome(turn, asker, thread_context, deps)
        return _store(turn, outcome, deps, started)
    except OperationalError:
        return Unavailable(text=_AWAY, elapsed_ms=_since(started), reference=turn.reference)


def plain_text(question: str) -> str:
    """Normalise a question for the grammar: NFKC, without invisible characters, single spaces."""
    folded = unicodedata.normalize("NFKC", question)
    return " ".join("".join(one for one in folded if unicodedata.category(one) != "Cf").split())


def run_sql(sql: str, asker: Actor, thread: str | None, deps: Deps, question: str | None = None) -> Outcome:
    """Check and run SQL that a person wrote or edited, under the same limits; stored under the question it answers, and
    audited.
    """
    started = time.perf_counter()
    sql = logs.without_secrets(sql.replace("\x00", " "))
    turn = Turn(conversation.new_reference(), asker.id, (question or sql)[:_MAXIMUM], thread, deps.channel)
    try:
        data = facts_for(deps.database, deps.organisation.synonyms, asker, deps.day())
        outcome = answer_sql(sql, AnswerContext(asker, deps, data)) if isinstance(data, Facts) else _NO_BILLS
        return _store(replace(turn, drafts=((sql, ""),)), outcome, deps, started)
    except OperationalError:
        return Unavailable(text=_AWAY, elapsed_ms=_since(started), reference=turn.reference)


def run_query(given: Any, asker: Actor, thread: str | None, deps: Deps) -> Outcome:
    """Answer a query or, where it names a `subject`, a listing that somebody wrote as JSON, as if it had been asked in
    words: it is held against catalogue, names and dates, stored and audited, and follow-ups amend it.
    """
    started = time.perf_counter()
    words = conversation.words_of(given)[:_MAXIMUM]
    turn = Turn(conversation.new_reference(), asker.id, words, thread, deps.channel)
    try:
        allowed = check(asker, Permission.ASK)
        data = facts_for(deps.database, deps.organisation.synonyms, asker, deps.day())
        if isinstance(allowed, Denied):
            return _store(turn, Blocked(text=allowed.reason), deps, started)
        if isinstance(data, NoData):
            return _store(turn, _NO_BILLS, deps, started)
        context = AnswerContext(asker, deps, data)
        reading_context = ReadingContext(data.semantics, data.values, context.calendar)
        listed = isinstance(given, dict) and "subject" in given
        meaning = read_listing(given, reading_context) if listed else read_query(given, reading_context)
        if isinstance(meaning, Unreadable):
            return _store(turn, CannotAnswer(text=meaning.text, as_of=data.through.isoformat()), deps, started)
        turn, outcome = _answered(turn, meaning, context)
        return _store(turn, outcome, deps, started)
    except OperationalError:
        return Unavailable(text=_AWAY, elapsed_ms=_since(started), reference=turn.reference)


def _store(turn: Turn, outcome: Outcome, deps: Deps, started: float) -> Outcome:
    outcome = replace(outcome, elapsed_ms=_since(started), reference=turn.reference)
    details: dict[str, Any] = {
        "question": turn.question,
        "sql": outcome.to_json()["sql"],
        "text": outcome.text if outcome.outcome != "answer" else None,
    }
    if turn.drafts:
        details["drafts"] = [{"sql": sql[:_MAXIMUM], "problem": problem} for sql, problem in turn.drafts]
    with Session(deps.database.app) as session, session.begin():
        conversation.keep(session, turn, outcome, deps.settings.questions_megabytes_per_person)
        audit.append(session, turn.asker, f"question.{outcome.outcome}", turn.reference, details)
    return outcome


def _since(started: float) -> int:
    return round(1000 * (time.perf_counter() - started))


# ------------------------------------------------------------------ deciding


def _outcome(turn: Turn, asker: Actor, thread_context: ThreadContext | None, deps: Deps) -> tuple[Turn, Outcome]:
    allowed = check(asker, Permission.ASK)
    if isinstance(allowed, Denied):
        return turn, Blocked(text=allowed.reason)
    deps.say("reading the question")
    data = facts_for(deps.database, deps.organisation.synonyms, asker, deps.day())
    if isinstance(data, NoData):
        refused = parse(
            turn.question, semantics(), Values({}, {}, {}, 0), QuestionCalendar(deps.day(), deps.day(), 1)
        ).discourse.refusal
        return turn, Blocked(text=refused.text) if refused and refused.unsafe else _NO_BILLS
    if _SQL.match(turn.question):
        return turn, answer_sql(turn.question, AnswerContext(asker, deps, data))
    whole = plain_text(conversation.chosen(thread_context, turn.question) or turn.question)
    question, shown = parse_presentation(whole)
    repeats = bool(shown) and not question
    if thread_context and not shown.currency:
        shown = replace(shown, currency=thread_context.shown_in)
    context = AnswerContext(asker, deps, data, shown)
    if repeats and thread_context and thread_context.sql:
        return _again(turn, thread_context, context)
    return _understood(turn, question or whole, thread_context, context)


def _again(turn: Turn, thread_context: ThreadContext, context: AnswerContext) -> tuple[Turn, Outcome]:
    """Answer the thread's last question again, with the new presentation."""
    previous = thread_context.recipe or thread_context.query or thread_context.listing
    sql, translator = str(thread_context.sql), thread_context.translator or "sql"
    turn, outcome = _answered(turn, previous or sql, context, translator)
    return turn, inherited(outcome, turn.query, "", thread_context, approved_answers(context), context)


def _answered(
    turn: Turn, asked: Asked | str, context: AnswerContext, translator: str = "offline"
) -> tuple[Turn, Outcome]:
    """Answer what was understood, or SQL."""
    if isinstance(asked, str):
        return turn, answer_sql(asked, context, translator=translator)
    if isinstance(asked, RecipeCall):
        return replace(turn, query=asked), answer_recipe(asked, context)
    query, outcome = answer_meaning(asked, context)
    return replace(turn, query=query), outcome


def _understood(
    turn: Turn, question: str, thread_context: ThreadContext | None, context: AnswerContext
) -> tuple[Turn, Outcome]:
    """A question in the words of an approved one is answered by that; any other by rules or the model."""
    told = answer_supposition(question, context) or answer_accuracy(question, context)
    if told is not None:
        return turn, told
    meaning, answers = meant(question, context.facts, context.calendar, thread_context), approved_answers(context)
    approved = renewed((turn.question, question), meaning, thread_context, answers, context)
    if approved:
        as_approved, outcome = _answered(turn, approved.asked, context)
        if isinstance(outcome, Answer):
            return as_approved, replace(outcome, certified=approved.certificate)
    turn, outcome = _translated(turn, question, meaning, thread_context, answers, context)
    return turn, inherited(outcome, turn.query, question, thread_context, answers, context)


def _translated(
    turn: Turn,
    question: str,
    meaning: Meaning | RecipeCall,
    thread_context: ThreadContext | None,
    answers: tuple[golden.ApprovedAnswer, ...],
    context: AnswerContext,
) -> tuple[Turn, Outcome]:
    if isinstance(meaning, RecipeCall):
        return _answered(turn, meaning, context)
    decided = isinstance(meaning, Refusal) and (meaning.unsafe or meaning.outside)  # no model would know better
    names_open = isinstance(meaning, Doubt) and bool(meaning.choices) and not meaning.of_shape
    failure_reason: str | None = None
    asks_model = context.deps.settings.llm_use == "first" or not _certain(meaning)
    if context.deps.translator and asks_model and not decided and not names_open:
        reply = ask_model(_request(question, thread_context, answers, context, meaning), context)
        turn = replace(turn, tokens=reply.tokens, drafts=reply.drafts, query=reply.query)
        if reply.outcome is not None:
            return turn, _with_other_reading(reply, meaning)
        failure_reason = reply.failure_reason
    turn, outcome = _by_rules(turn, meaning, question, answers, context)
    return turn, _with_failure_reason(outcome, failure_reason)


def _with_other_reading(reply: ModelAnswer, meaning: Meaning) -> Outcome:
    """The model's answer, and what the rules alone would have answered for, where that is something else."""
    outcome = reply.outcome
    assert outcome is not None
    if not (isinstance(outcome, Answer) and isinstance(meaning, CostQuery) and reply.meaning is not None):
        return outcome
    if written(meaning) == written(reply.meaning):
        return outcome
    note = f"The rules alone would have answered for: {scope_of(meaning)}."
    return replace(outcome, text=f"{outcome.text}\n{note}", notes=(*outcome.notes, note))


def _certain(meaning: Meaning) -> bool:
    """Whether the rules understood every word as it was written: nothing repaired, nothing taken for a longer name."""
    return isinstance(meaning, SubjectListing) or (isinstance(meaning, CostQuery) and not meaning.notes)


def _by_rules(
    turn: Turn, meaning: Meaning, question: str, answers: tuple[golden.ApprovedAnswer, ...], context: AnswerContext
) -> tuple[Turn, Outcome]:
    if isinstance(meaning, CostQuery | SubjectListing):
        return _answered(turn, meaning, context)
    if isinstance(meaning, Doubt) or meaning.unsafe:
        return turn, declined(meaning, context.facts)
    return turn, declined(meaning, context.facts, golden.nearest(question, answers))


def _with_failure_reason(outcome: Outcome, failure_reason: str | None) -> Outcome:
    """Add the reason why the model did not answer to an outcome of the rules."""
    if failure_reason is None:
        return outcome
    outcome = replace(outcome, fallback=failure_reason)
    if isinstance(outcome, Answer):
        note = f"Answered by rules; {failure_reason}."
        return replace(outcome, text=f"{outcome.text}\n{note}", notes=(*outcome.notes, note))
    return replace(outcome, text=f"{failure_reason[0].upper()}{failure_reason[1:]}, and by rules alone: {outcome.text}")


def _request(
    question: str,
    thread_context: ThreadContext | None,
    answers: tuple[golden.ApprovedAnswer, ...],
    context: AnswerContext,
    meaning: Meaning,
) -> TranslationRequest:
    previous = (
        Previous(thread_context.question, thread_context.sql, thread_context.query)
        if thread_context and thread_context.question and thread_context.sql
        else None
    )
    examples = tuple((one.question, one.sql) for one in answers)
    asker, facts, calendar = context.asker, context.facts, context.calendar
    scope = ("*",) if asker.sees_all else tuple(sorted(asker.teams))
    return TranslationRequest(question, facts, calendar, previous, asker.id, scope, examples, meaning)
