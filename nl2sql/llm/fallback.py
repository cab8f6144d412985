"""A question to the language model: each draft goes through the guard and the
database, and what comes back is told from its rows.
"""

from dataclasses import dataclass, replace

from nl2sql.answers.outcomes import Outcome
from nl2sql.answers.query import Desk, answer_rows, declined
from nl2sql.deps import Request, Silent, Written
from nl2sql.execution.run import Rows, Slow
from nl2sql.grammar.draft import Doubt, Refusal


@dataclass(frozen=True)
class Told:
    """What the model made of a question; `outcome` is None where the rules must
    do, `silence` says why. `drafts`: SQL that did not pass, and why.
    """

    outcome: Outcome | None
    silence: str | None = None
    tokens: int = 0
    drafts: tuple[tuple[str, str], ...] = ()


def ask_model(request: Request, desk: Desk) -> Told:
    """Translate, check and run; the rows are those of the statement that passed."""
    translator = desk.deps.translator
    assert translator is not None
    answered: list[Rows] = []
    drafts: list[tuple[str, str]] = []

    def verdict(sql: str) -> str | None:
        ran = desk.run(sql)
        if isinstance(ran, Rows):
            answered.append(ran)
            return None
        problem = "It took too long." if isinstance(ran, Slow) else ran.reason
        drafts.append((sql, problem))
        desk.deps.say("writing SQL")
        return problem

    desk.deps.say("writing SQL")
    done = translator.translate(request, verdict)
    reply = done.reply
    told = Told(None, tokens=done.tokens, drafts=tuple(drafts))
    if isinstance(reply, Silent):
        return replace(told, silence=f"the model did not answer ({reply.reason})")
    if isinstance(reply, Doubt | Refusal):
        return replace(told, outcome=replace(declined(reply, desk.known), translator="llm"))
    if not isinstance(reply, Written) or not answered:
        return replace(told, silence="the model did not answer")
    known = {"metric": reply.metric, "period": tuple(day.isoformat() for day in reply.period) if reply.period else None}
    details = {name: value for name, value in known.items() if value is not None}
    outcome = answer_rows(answered[-1], desk, "llm", model=translator.model, **details)
    return replace(told, outcome=outcome)
