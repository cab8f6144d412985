"""Outcomes without rows: a question back, a refusal, or the reason why a statement was not run."""

from collections.abc import Sequence

from nl2sql.answers.outcomes import Blocked, CannotAnswer, Clarify, Outcome, TimedOut, Unavailable
from nl2sql.catalog.known_values import Facts
from nl2sql.execution.run import NotRun, Slow
from nl2sql.grammar.draft import Choice, Doubt, Refusal


def not_run(ran: NotRun | Slow, facts: Facts) -> Outcome:
    """The outcome of a statement that has no rows: timeout, blocked or unavailable."""
    as_of = facts.through.isoformat()
    if isinstance(ran, Slow):
        return TimedOut(
            text="The database took too long for that question. Narrow it to fewer days or one account.", as_of=as_of
        )
    if ran.blocked:
        return Blocked(text=f"{ran.reason} Nothing was run.", as_of=as_of)
    return Unavailable(text=ran.reason, as_of=as_of)


def declined(reply: Doubt | Refusal, facts: Facts, examples: Sequence[str] = ()) -> Outcome:
    """Turn a doubt into a question back, and a refusal into a refusal with two questions that can be answered."""
    as_of = facts.through.isoformat()
    if isinstance(reply, Doubt):
        return Clarify(
            text=reply.text,
            choices=reply.choices,
            as_of=as_of,
        )
    if reply.unsafe:
        return Blocked(text=reply.text, as_of=as_of)
    if reply.choices and not examples:
        return CannotAnswer(text=reply.text, choices=reply.choices, as_of=as_of)
    choices = tuple(Choice(question, question) for question in (*examples, *suggestions(facts))[:2])
    listed = " — or: ".join(choice.label for choice in choices)
    return CannotAnswer(text=f"{reply.text} I can tell you, for example: {listed}.", choices=choices, as_of=as_of)


def suggestions(facts: Facts) -> tuple[str, str]:
    """Two questions that can be answered on this data."""
    teams = facts.values.by_dimension.get("team", ())
    first = f"What did {teams[0]} cost last month, by service?" if teams else "What did we spend last month by account?"
    return first, "Top 5 services this month"
