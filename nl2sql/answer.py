"""A question to its outcome: link, parse, compile, check, run, tell; every step of it kept and audited."""

import re
import time
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from access import Action, Actor, Denied, check
from db import audit
from db.engines import Database
from nl2sql import conversation, why
from nl2sql.conversation import Context, Turn
from nl2sql.dates import Calendar, before
from nl2sql.deps import Deps, Request, Silent, Written
from nl2sql.facts import Facts, NoData, facts
from nl2sql.grammar import assemble, describe
from nl2sql.grammar.compile import Context as Compiling
from nl2sql.grammar.compile import compile_query
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.listing import Listing, list_subject, subject_missing
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import Query
from nl2sql.linking import Values
from nl2sql.outcomes import Answer, Blocked, CannotAnswer, Choice, Clarify, Outcome, TimedOut, Unavailable
from nl2sql.run import Failed, Rows, Slow, run_checked
from nl2sql.semantics import semantics
from settings import Organisation, Settings

_SQL = re.compile(r"^\s*(select\b.*(\bfrom\b|\(|\d)|with\s+\w+\s+as\s*\(|explain\b|table\s+\w+\.)", re.IGNORECASE | re.DOTALL)
_NO_BILLS = "No bills are loaded yet. Load some with `finops ingest PATH`, or press Refresh bills."
_AWAY = "The database cannot be reached right now. Try again in a minute."
_MAXIMUM = 2_000


def connect_deps(settings: Settings, organisation: Organisation, database: Database, today: Any = None) -> Deps:
    """The dependencies of one process; the language model only where one is configured."""
    translator = None
    if settings.openai_api_key is not None or settings.openai_base_url is not None:
        from nl2sql.llm.translator import connect_translator

        translator = connect_translator(settings)
    return Deps(database=database, settings=settings, organisation=organisation, today=today, translator=translator)


def ask(question: str, asker: Actor, thread: str | None, deps: Deps) -> Outcome:
    """Answer a question, amending the thread's last one where it follows it; the outcome is stored and audited, refusals too."""
    started = time.perf_counter()
    question = question.replace("\x00", " ").strip()[:_MAXIMUM]
    turn = Turn(conversation.new_reference(), asker.id, question, thread, deps.channel)
    try:
        with Session(deps.database.app) as session:
            context = conversation.recall(session, thread)
        turn, outcome = _outcome(turn, asker, context, deps)
        return _kept(turn, outcome, deps, started)
    except OperationalError:
        return Unavailable(text=_AWAY, elapsed_ms=_since(started), reference=turn.reference)


def run_sql(sql: str, asker: Actor, thread: str | None, deps: Deps) -> Outcome:
    """Run SQL that a person wrote or edited: the same guard, the same limits, stored and audited."""
    started = time.perf_counter()
    turn = Turn(conversation.new_reference(), asker.id, sql[:_MAXIMUM], thread, deps.channel)
    known = facts(deps.database.app, asker, deps.organisation.synonyms)
    outcome = _written(sql, asker, deps, known) if isinstance(known, Facts) else Unavailable(text=_NO_BILLS)
    return _kept(turn, outcome, deps, started)


def _kept(turn: Turn, outcome: Outcome, deps: Deps, started: float) -> Outcome:
    outcome = replace(outcome, elapsed_ms=_since(started), reference=turn.reference)
    with Session(deps.database.app) as session, session.begin():
        conversation.keep(session, turn, outcome)
        details = {
            "question": turn.question,
            "sql": outcome.to_json()["sql"],
            "text": outcome.text if outcome.outcome != "answer" else None,
        }
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
        return turn, _written(turn.question, asker, deps, known)
    question = conversation.chosen(context, turn.question) or turn.question
    calendar = Calendar(deps.day(), known.first, deps.organisation.fiscal_year_start)
    previous = context.query if context else None
    found = understand(question, known, calendar, previous)
    if isinstance(found, Query):
        turn = replace(turn, query=found)
        return turn, _answered(found, asker, deps, known)
    if isinstance(found, Listing):
        return turn, _listed(found, asker, deps, known)
    if deps.translator and not (isinstance(found, Refusal) and found.unsafe):
        request = Request(
            question, known, calendar, (context.question, context.sql) if context and context.question and context.sql else None, asker.id
        )
        if (translated := _translated(request, asker, deps, known)) is not None:
            return turn, translated
    return turn, _declined(found, known)


def understand(question: str, known: Facts, calendar: Calendar, previous: Query | None) -> Query | Listing | Doubt | Refusal:
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


def _declined(found: Doubt | Refusal, known: Facts) -> Outcome:
    as_of = known.through.isoformat()
    if isinstance(found, Doubt):
        return Clarify(text=found.text, choices=tuple(Choice(choice.label, choice.question) for choice in found.choices), as_of=as_of)
    if found.unsafe:
        return Blocked(text=found.text, as_of=as_of)
    choices = tuple(Choice(question, question) for question in suggestions(known))
    return CannotAnswer(
        text=f"{found.text} I can tell you, for example: {' — or: '.join(c.label for c in choices)}.", choices=choices, as_of=as_of
    )


def suggestions(known: Facts) -> tuple[str, str]:
    """Two questions that can be answered on this data."""
    teams = known.values.by_dimension.get("team", ())
    first = f"What did {teams[0]} cost last month, by service?" if teams else "What did we spend last month by account?"
    return first, "Top 5 services this month"


# ------------------------------------------------------------------ running


def _answered(query: Query, asker: Actor, deps: Deps, known: Facts) -> Outcome:
    several = len(known.values.currencies()) > 1
    compiling = Compiling(semantics(), known.through, several)
    ran = run_checked(compile_query(query, compiling).sql("postgres"), asker, deps)
    if not isinstance(ran, Rows):
        return _not_run(ran, known)
    currency = "several" if several else (known.values.currencies() or ("USD",))[0]
    text = describe.headline(query, ran.columns, ran.rows, currency, semantics())
    if deps.with_change and _plain(query):
        text = _with_change(query, ran, text, currency, asker, deps, compiling)
    because = why.reason(query, compiling, lambda sql: run_checked(sql, asker, deps))
    notes = (*((because,) if because else ()), *query.notes, *_cautions(query, known))
    return Answer(
        text="\n".join([text, *notes]), sql=ran.shown, columns=ran.columns, rows=ran.rows, metric=query.metric, currency=currency,
        period=(query.period.start.isoformat(), query.period.end.isoformat()), as_of=known.through.isoformat(),
        chart=describe.chart(query, ran.rows), notes=notes, truncated=ran.truncated,
    )  # fmt: skip


def _plain(query: Query) -> bool:
    return not (
        query.compared or query.count or query.share_of is not None or query.grain or query.scopes or query.average or query.dimensions
    )


def _with_change(query: Query, ran: Rows, text: str, currency: str, asker: Actor, deps: Deps, compiling: Compiling) -> str:
    earlier = before(query.period)
    then = run_checked(compile_query(replace(query, period=earlier), compiling).sql("postgres"), asker, deps)
    if not isinstance(then, Rows) or not then.rows or not ran.rows or not query.period.whole:
        return text
    return f"{text.rstrip('.')}, {describe.change(float(ran.rows[0][0] or 0), float(then.rows[0][0] or 0), currency)} on {earlier.label}."


def _cautions(query: Query, known: Facts) -> tuple[str, ...]:
    """What an answer's reader should know about its period."""
    if query.period.start > known.through:
        return (f"The bills reach only through {known.through}; that period has not arrived yet.",)
    if query.period.end <= known.first:
        return (f"The bills start on {known.first}; that period is before.",)
    if query.period.start < known.first:
        return (f"The bills start on {known.first}, so the period is not whole.",)
    return ()


def _listed(listing: Listing, asker: Actor, deps: Deps, known: Facts) -> Outcome:
    ran = run_checked(listing.select.sql("postgres"), asker, deps)
    if not isinstance(ran, Rows):
        return _not_run(ran, known)
    if not ran.rows and (missing := subject_missing(listing)):
        return _declined(Refusal(missing), known)
    text = f"{listing.title}: {len(ran.rows) or 'none'}."
    return Answer(text=text, sql=ran.shown, columns=ran.columns, rows=ran.rows, as_of=known.through.isoformat(), truncated=ran.truncated)


def _written(sql: str, asker: Actor, deps: Deps, known: Facts) -> Outcome:
    """The outcome of SQL as a person wrote it."""
    ran = run_checked(sql, asker, deps)
    if isinstance(ran, Rows):
        text = f"{len(ran.rows)} row{'s' if len(ran.rows) != 1 else ''}, from your own SQL."
        return Answer(
            text=text,
            sql=ran.shown,
            columns=ran.columns,
            rows=ran.rows,
            as_of=known.through.isoformat(),
            translator="sql",
            truncated=ran.truncated,
        )
    return _not_run(ran, known)


def _not_run(ran: Failed | Slow, known: Facts) -> Outcome:
    if isinstance(ran, Slow):
        return TimedOut(
            text="The database took too long for that question. Narrow it to fewer days or one account.", as_of=known.through.isoformat()
        )
    if ran.blocked:
        return Blocked(text=f"{ran.reason} Nothing was run.", as_of=known.through.isoformat())
    return Unavailable(text=ran.reason, as_of=known.through.isoformat())


def _translated(request: Request, asker: Actor, deps: Deps, known: Facts) -> Outcome | None:
    """The language model's outcome; None when the grammar's must do."""
    assert deps.translator is not None
    answered: list[Rows] = []

    def verdict(sql: str) -> str | None:
        ran = run_checked(sql, asker, deps)
        if isinstance(ran, Rows):
            answered.append(ran)
            return None
        return "It took too long." if isinstance(ran, Slow) else ran.reason

    deps.say("writing SQL")
    reply = deps.translator.translate(request, verdict)
    if isinstance(reply, Silent):
        return None
    if isinstance(reply, Doubt | Refusal):
        return replace(_declined(reply, known), translator="llm")
    if not isinstance(reply, Written) or not answered:
        return None
    ran = answered[-1]
    period = (reply.period[0].isoformat(), reply.period[1].isoformat()) if reply.period else None
    currencies = known.values.currencies() or ("USD",)
    return Answer(
        text=f"{len(ran.rows)} row{'s' if len(ran.rows) != 1 else ''}.", sql=ran.shown, columns=ran.columns, rows=ran.rows, period=period, metric=reply.metric,
        currency=currencies[0] if len(currencies) == 1 else "several", as_of=known.through.isoformat(), translator="llm", model=deps.translator.model,
        truncated=ran.truncated,
    )  # fmt: skip
