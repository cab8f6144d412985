"""Golden questions that want looking after: those that no longer run, are never given again, or stand there twice."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Literal

from nl2sql.answers.context import AnswerContext
from nl2sql.answers.outcomes import Answer
from nl2sql.answers.query import answer_meaning, answer_sql
from nl2sql.catalog.known_values import Facts
from nl2sql.history import golden
from nl2sql.history.certified import approved_answers, for_today
from nl2sql.history.conversation import meant_by
from nl2sql.history.golden import ApprovedAnswer
from nl2sql.history.parameters import Asked, differences
from nl2sql.recipes.compose import answer_recipe
from nl2sql.recipes.recognise import RecipeCall
from nl2sql.understanding import meant

_ALIKE = 90  # of 100: rapidfuzz's token sort ratio


@dataclass(frozen=True)
class GoldenFault:
    """`broken`: it does not run; `unused`: its words alone do not say what it answers, so that it is never given
    again; `duplicate`: `other` asks the same.
    """

    kind: Literal["broken", "unused", "duplicate"]
    reference: str
    question: str
    reason: str
    other: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """As it is printed."""
        return asdict(self)


def checked(context: AnswerContext) -> tuple[GoldenFault, ...]:
    """What is wrong with the golden questions that the asker may have: each is run, and held against every other."""
    answers = approved_answers(context)
    broken = [fault for one in answers if (fault := _broken(one, context))]
    return (*broken, *_unused(answers, {one.reference for one in broken}, context), *_duplicates(answers))


def _broken(approved: ApprovedAnswer, context: AnswerContext) -> GoldenFault | None:
    try:
        stored = meant_by(approved.query)
    except (KeyError, TypeError, ValueError):
        reason = "What was asked is stored in a way that this release does not read."
        return GoldenFault("broken", approved.reference, approved.question, reason)
    if stored is not None and (gone := _gone(stored, context.facts)):
        return GoldenFault("broken", approved.reference, approved.question, gone)
    if stored is None:
        outcome = answer_sql(approved.sql, context)
    elif isinstance(stored, RecipeCall):
        outcome = answer_recipe(stored, context)
    else:
        _, outcome = answer_meaning(stored, context)
    if isinstance(outcome, Answer):
        return None
    return GoldenFault("broken", approved.reference, approved.question, outcome.text)


def _gone(asked: Asked, facts: Facts) -> str | None:
    """A problem where a filter names a value that the bills no longer hold, else None."""
    for one in asked.filters:
        names = facts.values.by_dimension.get(one.dimension)
        missing = [name for name in one.values if names is not None and name is not None and name not in names]
        if missing and not (one.negated or one.contains):
            return f"The bills hold no {one.dimension.replace('_', ' ')} {missing[0]} any more."
    return None


def _unused(answers: tuple[ApprovedAnswer, ...], broken: set[str], context: AnswerContext) -> Iterator[GoldenFault]:
    for one in answers:
        if one.reference in broken:
            continue
        meaning = meant(one.question, context.facts, context.calendar, None)
        if for_today(one, meaning, in_thread=False, context=context) is None:
            reason = "Asked alone, its words do not say what it answers on another day."
            yield GoldenFault("unused", one.reference, one.question, reason)


def _duplicates(answers: tuple[ApprovedAnswer, ...]) -> Iterator[GoldenFault]:
    for newer, older in combinations(answers, 2):
        if reason := _alike(newer, older):
            yield GoldenFault("duplicate", newer.reference, newer.question, reason, older.reference)


def _alike(one: ApprovedAnswer, other: ApprovedAnswer) -> str | None:
    """Why two are near enough to be one; by their words only where one of them has no query."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - a heavy library, where it is needed

    words, others = (" ".join(golden.plain_words(each.question)) for each in (one, other))
    if words == others:
        return f"“{other.question}” is in the same words."
    try:
        asked, meant_there = meant_by(one.query), meant_by(other.query)
    except (KeyError, TypeError, ValueError):
        return None
    if asked is not None and meant_there is not None:
        changed = differences(asked, meant_there)
        if changed not in ((), ("period",)):
            return None
        return f"“{other.question}” asks the same{', of another period' if changed else ''}."
    alike = one.sql == other.sql or fuzz.token_sort_ratio(words, others) >= _ALIKE
    return f"“{other.question}” asks nearly the same." if alike else None
