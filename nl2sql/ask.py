"""A question to its outcome: link, parse, compile, check, run, tell; every step of it kept and audited."""

import re
import time
import unicodedata
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config.access import Action, Actor, Denied, check
from config.organisation import Organisation
from config.settings import Settings
from db import audit
from db.database import Database
from nl2sql.answers import presentation
from nl2sql.answers.outcomes import Answer, Blocked, CannotAnswer, Outcome, Unavailable
from nl2sql.answers.query import Desk, answer_listing, answer_query, answer_sql, declined
from nl2sql.catalog.known_values import Facts, NoData, facts
from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import semantics
from nl2sql.dates.periods import Calendar
from nl2sql.deps import Deps, Request
from nl2sql.grammar import assemble
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import Query
from nl2sql.grammar.recognisers.listing import Listing, list_subject
from nl2sql.history import conversation, golden
from nl2sql.history.conversation import Context, Turn
from nl2sql.llm.fallback import ask_model

_SQL = re.compile(
    r"^\s*(select\b.*(\bfrom\b|\(|\d)|with\s+\w+\s+as\s*\(|explain\b|table\s+\w+\.)", re.IGNORECASE | re.DOTALL
)
_NO_BILLS = "No bills are loaded yet. Load some with `finops ingest PATH`, or press Refresh bills."
_AWAY = "The database cannot be reached right now. Try again in a minute."
_MAXIMUM = 2_000


def connect_deps(settings: Settings, organisation: Organisation, database: Database, today: Any = None) -> Deps:
    """The dependencies of one process; the language model only where one is configured."""
    translator = None
    if settings.llm_use != "never" and (settings.openai_api_key is not None or settings.openai_base_url is not None):
        from nl2sql.llm.translator import connect_translator

        translator = connect_translator(settings, database)
    return Deps(database=database, settings=settings, organisation=organisation, today=today, translator=translator)


def ask(question: str, asker: Actor, thread: str | None, deps: Deps) -> Outcome:
    """Answer a question, amending the thread's last one where it follows it;
    the outcome is stored and audited, refusals too.
    """
    started = time.perf_counter()
    question = question.replace("\x00", " ").strip()
    if len(question) > _MAXIMUM:
        text = (
            f"That is {len(question):,} characters; I read questions of up to {_MAXIMUM:,}. Please ask in fewer words."
        )
        turn = Turn(conversation.new_reference(), asker.id, question[:_MAXIMUM], thread, deps.channel)
        return _kept(turn, CannotAnswer(text=text), deps, started)
    turn = Turn(conversation.new_reference(), asker.id, question, thread, deps.channel)
    try:
        with Session(deps.database.app) as session:
            context = conversation.recall(session, thread)
        turn, outcome = _outcome(turn, asker, context, deps)
        return _kept(turn, outcome, deps, started)
    except OperationalError:
        return Unavailable(text=_AWAY, elapsed_ms=_since(started), reference=turn.reference)


def plain_text(question: str) -> str:
    """A question as the grammar reads it: compatible letters as one, what cannot be seen left out, single blanks."""
    folded = unicodedata.normalize("NFKC", question)
    return " ".join("".join(one for one in folded if unicodedata.category(one) != "Cf").split())


def run_sql(sql: str, asker: Actor, thread: str | None, deps: Deps, question: str | None = None) -> Outcome:
    """Run SQL that a person wrote or edited: the same guard, the same limits,
    stored (under the question it answers) and audited.
    """
    started = time.perf_counter()
    sql = sql.replace("\x00", " ")
    turn = Turn(conversation.new_reference(), asker.id, (question or sql)[:_MAXIMUM], thread, deps.channel)
    try:
        known = facts(deps.database.app, asker, deps.organisation.synonyms)
        outcome = answer_sql(sql, Desk(asker, deps, known)) if isinstance(known, Facts) else Unavailable(text=_NO_BILLS)
        return _kept(replace(turn, drafts=((sql, ""),)), outcome, deps, started)
    except OperationalError:
        return Unavailable(text=_AWAY, elapsed_ms=_since(started), reference=turn.reference)


def _kept(turn: Turn, outcome: Outcome, deps: Deps, started: float) -> Outcome:
    outcome = replace(outcome, elapsed_ms=_since(started), reference=turn.reference)
    details: dict[str, Any] = {
        "question": turn.question,
        "sql": outcome.to_json()["sql"],
        "text": outcome.text if outcome.outcome != "answer" else None,
    }
    if turn.drafts:
        details["drafts"] = [{"sql": sql[:_MAXIMUM], "problem": problem} for sql, problem in turn.drafts]
    with Session(deps.database.app) as session, session.begin():
        conversation.keep(session, turn, outcome)
        audit.append(session, turn.asker, f"question.{outcome.outcome}", turn.reference, details)
    return outcome


def _since(started: float) -> int:
    return round(1000 * (time.perf_counter() - started))


# ------------------------------------------------------------------ deciding


def _outcome(turn: Turn, asker: Actor, context: Context | None, deps: Deps) -> tuple[Turn, Outcome]:
    allowed = check(asker, Action.ASK)
    if isinstance(allowed, Denied):
        return turn, Blocked(text=allowed.reason)
    deps.say("reading the question")
    known = facts(deps.database.app, asker, deps.organisation.synonyms)
    if isinstance(known, NoData):
        refused = parse(turn.question, semantics(), Values({}, {}, {}, 0), Calendar(deps.day(), deps.day(), 1)).refusal
        return turn, Blocked(text=refused.text) if refused and refused.unsafe else Unavailable(text=_NO_BILLS)
    if _SQL.match(turn.question):
        return turn, answer_sql(turn.question, Desk(asker, deps, known))
    whole = plain_text(conversation.chosen(context, turn.question) or turn.question)
    question, wish = presentation.wishes(whole)
    repeats = bool(wish) and not question
    if context and not wish.currency:
        wish = replace(wish, currency=context.shown_in)
    desk = Desk(asker, deps, known, wish)
    if repeats and context and context.sql:
        return _again(turn, context, desk)
    return _understood(turn, question or whole, context, desk)


def _again(turn: Turn, context: Context, desk: Desk) -> tuple[Turn, Outcome]:
    """The last answer once more, shown as it is wished for."""
    if context.query:
        query, outcome = answer_query(context.query, desk)
        return replace(turn, query=query), outcome
    return turn, answer_sql(str(context.sql), desk, translator=context.translator or "sql")


def _understood(turn: Turn, question: str, context: Context | None, desk: Desk) -> tuple[Turn, Outcome]:
    calendar = Calendar(desk.deps.day(), desk.known.first, desk.deps.organisation.fiscal_year_start)
    found = understand(question, desk.known, calendar, context.query if context else None)
    decided = isinstance(found, Refusal) and (found.unsafe or found.outside)  # no model would know better
    asks_back = isinstance(found, Doubt) and bool(found.choices)
    silence: str | None = None
    if desk.deps.translator and not decided and not asks_back:
        first = desk.deps.settings.llm_use == "first"
        if first or (isinstance(found, Doubt | Refusal) and golden_answer(question, desk) is None):
            told = ask_model(_request(question, context, calendar, desk), desk)
            turn = replace(turn, tokens=told.tokens, drafts=told.drafts)
            if told.outcome is not None:
                return turn, told.outcome
            silence = told.silence
    turn, outcome = _by_rules(turn, found, question, desk)
    return turn, _saying_so(outcome, silence)


def _by_rules(turn: Turn, found: Query | Listing | Doubt | Refusal, question: str, desk: Desk) -> tuple[Turn, Outcome]:
    if isinstance(found, Query):
        query, outcome = answer_query(found, desk)
        return replace(turn, query=query), outcome
    if isinstance(found, Listing):
        return turn, answer_listing(found, desk)
    if isinstance(found, Doubt) or found.unsafe:
        return turn, declined(found, desk.known)
    with Session(desk.deps.database.app) as session:
        known = golden.approved(session, desk.asker)
    approved = golden.same(question, known)
    if approved is None:
        return turn, declined(found, desk.known, golden.nearest(question, known))
    note = f"As an admin approved it (reference {approved.reference})."
    outcome = answer_sql(approved.sql, desk, translator="offline")
    return turn, replace(outcome, text=f"{outcome.text}\n{note}", notes=(note,)) if isinstance(
        outcome, Answer
    ) else outcome


def golden_answer(question: str, desk: Desk) -> golden.Approved | None:
    """The approved answer to the same question, where there is one that holds on any day."""
    with Session(desk.deps.database.app) as session:
        return golden.same(question, golden.approved(session, desk.asker))


def _saying_so(outcome: Outcome, silence: str | None) -> Outcome:
    """The outcome of the rules where the model was asked first and did not answer."""
    if silence is None:
        return outcome
    outcome = replace(outcome, fallback=silence)
    if isinstance(outcome, Answer):
        note = f"Answered by rules; {silence}."
        return replace(outcome, text=f"{outcome.text}\n{note}", notes=(*outcome.notes, note))
    return replace(outcome, text=f"{silence[0].upper()}{silence[1:]}, and by rules alone: {outcome.text}")


def _request(question: str, context: Context | None, calendar: Calendar, desk: Desk) -> Request:
    previous = (context.question, context.sql) if context and context.question and context.sql else None
    with Session(desk.deps.database.app) as session:
        examples = tuple((one.question, one.sql) for one in golden.approved(session, desk.asker))
    scope = ("*",) if desk.asker.sees_all else tuple(sorted(desk.asker.teams))
    return Request(question, desk.known, calendar, previous, desk.asker.id, scope, examples)


def understand(
    question: str, known: Facts, calendar: Calendar, previous: Query | None
) -> Query | Listing | Doubt | Refusal:
    """What the built-in grammar makes of a question; pure."""
    draft = parse(question, semantics(), known.values, calendar, following=previous is not None)
    if draft.refusal:
        return draft.refusal
    if draft.doubt:
        return draft.doubt
    if draft.subject:
        return list_subject(draft, calendar)
    if previous is not None and not assemble.stands_alone(draft):
        return assemble.amend(previous, draft, question, calendar)
    return assemble.complete(draft, question, calendar)
