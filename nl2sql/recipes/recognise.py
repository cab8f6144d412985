"""Which recipe a question asks for: its parts are said, and the rest is a period and names. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from nl2sql.catalog.known_values import Facts
from nl2sql.dates import periods
from nl2sql.dates.periods import SMALL_NUMBERS, DatePeriod, QuestionCalendar
from nl2sql.grammar.draft import Choice, Doubt, Draft
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import Filter, plain
from nl2sql.grammar.tagging.words import Word, split
from nl2sql.recipes.catalog import WANTED, Recipe, Says, Span, phrasebook, recipes

_MOST_THINGS = 10
_OF_THE_PAST: tuple[Span | None, ...] = ("last_month", "last_week", "last_quarter", None)  # not of now or what is ahead
_COST = "cost"  # stands for what a recipe is of


@dataclass(frozen=True)
class RecipeCall:
    """A recipe with its scope and period; `compared` only where another period is named."""

    recipe: str
    period: DatePeriod | None
    filters: tuple[Filter, ...] = ()
    compared: DatePeriod | None = None
    by: str | None = None
    limit: int | None = None

    def to_json(self) -> dict[str, Any]:
        """What is stored with a question."""
        return {name: plain(value) for name, value in self.__dict__.items() if value not in (None, ())}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "RecipeCall":
        """The call that `to_json` wrote."""
        spans = {name: DatePeriod.from_json(stored[name]) for name in ("period", "compared") if stored.get(name)}
        filters = tuple(Filter(**{**one, "values": tuple(one["values"])}) for one in stored.get("filters", ()))
        whole = {"period": None, **stored, **spans, "filters": filters}
        return cls(**whole)


@dataclass(frozen=True)
class AskedBefore:
    """What the answer before was of: its names, its period, and the other one where it compared two."""

    filters: tuple[Filter, ...] = ()
    period: DatePeriod | None = None
    compared: DatePeriod | None = None


@dataclass(frozen=True)
class _PhraseMatch:
    part: str
    start: int  # places of words
    end: int


def recognise(
    question: str, data: Facts, calendar: QuestionCalendar, before: AskedBefore | None = None
) -> RecipeCall | Doubt | None:
    """The recipe that a question asks for, of the names and the period of the answer `before` where it says none; a
    doubt where a name in it is not clear; None where it is another question or a word of it is not understood.
    """
    words = split(question)
    phrases = _phrases_in(words)
    for recipe, says in _ranked({one.part for one in phrases}):
        if call := _called(recipe, says, question, words, phrases, data, calendar, before or AskedBefore()):
            return call
    return None


def span_of(span: Span, calendar: QuestionCalendar, through: Any = None) -> DatePeriod:
    """The days that a recipe means by a span."""
    today = calendar.today
    if span == "this_month":
        return periods.until_now(periods.whole(today, "month"), calendar)
    if span in ("yesterday", "newest_day"):
        day = through if span == "newest_day" and through else periods.step(today, "day", -1)
        return periods.whole(day, "day")
    if span == "last_30_days":
        return periods.rolling("day", 30, calendar)
    if span == "last_12_months":
        start = max(periods.step(periods.floor(today, "month"), "month", -12), periods.floor(calendar.first, "month"))
        return periods.period_of(start, periods.floor(today, "month"), "day")
    if span == "last_week":
        return periods.whole(periods.step(today, "week", -1), "week")
    if span == "last_quarter":
        return periods.before(periods.whole(today, "quarter"))
    return periods.before(periods.whole(today, "month"))


def amended_call(call: RecipeCall, draft: Draft) -> RecipeCall | None:
    """The recipe again for another scope or period; None where a follow-up asks for something else."""
    other = draft.measure.metrics or draft.shaped or draft.discourse.left or draft.discourse.subject
    if other or not (draft.filters.conditions or draft.filters.period or draft.discourse.clear == "filters"):
        return None
    named = {condition.dimension for condition in draft.filters.conditions}
    old = () if draft.discourse.clear == "filters" else call.filters
    unchanged = tuple(one for one in old if one.dimension not in named)
    period = draft.filters.period or call.period
    compared = None if draft.filters.period else call.compared
    return replace(call, filters=(*unchanged, *draft.filters.conditions), period=period, compared=compared)


def _phrases_in(words: tuple[Word, ...]) -> list[_PhraseMatch]:
    """Every phrase of the recipes in a question, the longest first where they overlap within a part."""
    book, texts = phrasebook(), [word.text for word in words]
    phrases: list[_PhraseMatch] = []
    for at in range(len(texts)):
        for length in range(min(book.longest, len(texts) - at), 0, -1):
            for part in book.parts.get(tuple(texts[at : at + length]), ()):
                if not any(one.part == part and one.start <= at < one.end for one in phrases):
                    phrases.append(_PhraseMatch(part, at, at + length))
    return phrases


def _ranked(parts: set[str]) -> list[tuple[Recipe, Says]]:
    """Recipes of which all parts are said, those with most parts first."""
    fitting = [(recipe, says) for recipe in recipes().values() for says in recipe.says if parts.issuperset(says.words)]
    return sorted(fitting, key=lambda one: -len(one[1].words))


def _called(
    recipe: Recipe,
    says: Says,
    question: str,
    words: tuple[Word, ...],
    phrases: list[_PhraseMatch],
    data: Facts,
    calendar: QuestionCalendar,
    before: AskedBefore,
) -> RecipeCall | Doubt | None:
    chosen = _apart(says, phrases)
    if chosen is None:
        return None
    requesting = [one for one in phrases if one.part == WANTED or one.part in recipe.beside]
    wanted_number = _number_of(words, requesting) if recipe.things else None
    rest = _without(question, words, chosen, requesting)
    draft = parse(rest, data.semantics, data.values, calendar, following=bool(recipe.by))  # what account, as by account
    if draft.discourse.doubt and not draft.discourse.left:
        return _asked_whole(draft.discourse.doubt, rest, question)
    if draft.discourse.refusal or draft.discourse.left or not _fits(recipe, draft):
        return None
    compared = draft.comparison.compared
    inherited = () if draft.discourse.clear == "filters" else before.filters
    filters = tuple(draft.filters.conditions) or inherited
    if len(compared) > 1 or (recipe.weekdays and not (draft.filters.weekdays and filters)):
        return None
    named = draft.filters.period
    period = named or (span_of(says.period, calendar, data.through) if says.period else None)
    other = next(iter(compared), None)
    if not (named or other) and before.period and _taken_over(says, before.period, calendar):
        period, other = before.period, before.compared
    by = next(iter(draft.shape.dimensions), None) if recipe.by else None
    limit = wanted_number or draft.shape.limit if recipe.things else None
    return RecipeCall(recipe.name, period, filters, other, by, limit)


def _taken_over(says: Says, period: DatePeriod, calendar: QuestionCalendar) -> bool:
    """Whether the period of the answer before is the recipe's too: not where its words say now, or another length."""
    unit = periods.whole(period.start, says.whole) if says.whole else period
    fits = (unit.start, unit.end) == (period.start, period.end)
    return says.period in _OF_THE_PAST and fits and period.start <= calendar.today


def _apart(says: Says, phrases: list[_PhraseMatch]) -> list[_PhraseMatch] | None:
    """One phrase for each part, none of them inside another; None where a phrase would have to be two parts."""
    chosen: list[_PhraseMatch] = []
    for part in sorted(says.words, key=lambda part: -max(one.end - one.start for one in phrases if one.part == part)):
        free = [
            one
            for one in phrases
            if one.part == part and all(one.end <= other.start or other.end <= one.start for other in chosen)
        ]
        if not free:
            return None
        chosen.append(max(free, key=lambda one: one.end - one.start))
    return chosen


def _number_of(words: tuple[Word, ...], requesting: list[_PhraseMatch]) -> int | None:
    """The number of things asked for (`three things`), or None; its phrase then includes the number."""
    for at, one in enumerate(requesting):
        before = words[one.start - 1].text if one.part == "things" and one.start else ""
        number = int(before) if before.isdigit() else SMALL_NUMBERS.get(before, 0)
        if 1 <= number <= _MOST_THINGS:
            requesting[at] = replace(one, start=one.start - 1)
            return number
    return None


def _without(question: str, words: tuple[Word, ...], chosen: list[_PhraseMatch], requesting: list[_PhraseMatch]) -> str:
    """The question with the recipe's phrases blanked, and a word for cost in place of the longest: the places of what
    is left stay.
    """
    letters = list(question)
    for one in (*requesting, *chosen):
        if one in requesting and any(other.start < one.end and one.start < other.end for other in chosen):
            continue
        start, end = words[one.start].start, words[one.end - 1].end
        letters[start:end] = " " * (end - start)
    start = max((words[one.end - 1].end - words[one.start].start, words[one.start].start) for one in chosen)[1]
    letters[start : start + len(_COST)] = _COST
    return "".join(letters)


def _fits(recipe: Recipe, draft: Draft) -> bool:
    """Whether what is left says no more than days, names, and what the recipe has a place for."""
    measure, comparison, shape = draft.measure, draft.comparison, draft.shape
    counted = bool(shape.limit and not recipe.things and not recipe.by)
    grouped = bool(shape.dimensions) and not recipe.by
    shaped = bool(shape.grain or shape.threshold or shape.offset or counted or grouped or comparison.scopes)
    measured = bool(measure.metrics or measure.share or measure.average or measure.count or measure.run_rate)
    weekly = bool(draft.filters.weekdays) and not recipe.weekdays
    return not (shaped or measured or weekly or measure.cumulative or draft.discourse.subject)


def _asked_whole(doubt: Doubt, rest: str, question: str) -> Doubt:
    """A doubt about the rest, with choices that say the whole question."""
    choices = []
    for choice in doubt.choices:
        start = next((at for at, pair in enumerate(zip(choice.question, rest, strict=False)) if pair[0] != pair[1]), 0)
        tail = 0
        longest = min(len(choice.question), len(rest)) - start
        while tail < longest and choice.question[-1 - tail] == rest[-1 - tail]:
            tail += 1
        middle = choice.question[start : len(choice.question) - tail]
        choices.append(Choice(choice.label, f"{question[:start]}{middle}{question[len(question) - tail :]}"))
    return replace(doubt, choices=tuple(choices))
