"""Asks the language model. A query of its is compiled and answered as one of the rules; SQL passes the guard and the
database, and the answer is described from its rows.
"""

from dataclasses import dataclass, replace

from nl2sql.answers.context import AnswerContext
from nl2sql.answers.declined import declined
from nl2sql.answers.outcomes import Answer, Outcome
from nl2sql.answers.query import answer_meaning, answer_rows
from nl2sql.deps import Meant, NoReply, TranslationRequest, Written
from nl2sql.execution.run import AnswerRows, Slow
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.subjects.listing import SubjectListing


@dataclass(frozen=True)
class ModelAnswer:
    """The model's outcome, or `failure_reason` when the rules must answer. `drafts` are (SQL, problem) of statements
    that did not pass.
    """

    outcome: Outcome | None
    query: CostQuery | SubjectListing | None = None
    """As it was run, where the model wrote one."""
    meaning: CostQuery | SubjectListing | None = None
    """As the model wrote it."""
    failure_reason: str | None = None
    tokens: int = 0
    drafts: tuple[tuple[str, str], ...] = ()


def ask_model(request: TranslationRequest, context: AnswerContext) -> ModelAnswer:
    """Translate, check and run a question; the rows are those of the last statement that passed."""
    translator = context.deps.translator
    assert translator is not None
    answered: list[AnswerRows] = []
    drafts: list[tuple[str, str]] = []

    def verdict(sql: str) -> str | None:
        ran = context.run(sql, raw=True)
        if isinstance(ran, AnswerRows):
            answered.append(ran)
            return None
        problem = "It took too long." if isinstance(ran, Slow) else ran.reason
        drafts.append((sql, problem))
        context.deps.say("writing SQL")
        return problem

    context.deps.say("asking the model")
    done = translator.translate(request, verdict)
    reply = done.reply
    answer = ModelAnswer(None, tokens=done.tokens, drafts=tuple(drafts))
    if isinstance(reply, NoReply):
        return replace(answer, failure_reason=f"the model did not answer ({reply.reason})")
    if isinstance(reply, Meant):
        query, outcome = answer_meaning(reply.meaning, context)
        return replace(answer, query=query, meaning=reply.meaning, outcome=_of_model(outcome, translator.model))
    if isinstance(reply, Doubt | Refusal):
        return replace(answer, outcome=replace(declined(reply, context.facts), translator="llm"))
    if not isinstance(reply, Written) or not answered:
        return replace(answer, failure_reason="the model did not answer")
    about = {"metric": reply.metric, "period": tuple(day.isoformat() for day in reply.period) if reply.period else None}
    details = {name: value for name, value in about.items() if value is not None}
    outcome = answer_rows(answered[-1], context, "llm", model=translator.model, **details)
    return replace(answer, outcome=outcome)


def _of_model(outcome: Outcome, model: str) -> Outcome:
    """The outcome of a query that the model wrote."""
    outcome = replace(outcome, translator="llm")
    return replace(outcome, model=model) if isinstance(outcome, Answer) else outcome
