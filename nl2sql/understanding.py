"""What a question means, by the rules alone: a recipe, a query, a listing, or what hinders an answer. Pure."""

from dataclasses import replace

from nl2sql.catalog.known_values import Facts
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.glossary.define import defined
from nl2sql.grammar.assembly.amend import amend, amended_filters, stands_alone
from nl2sql.grammar.assembly.complete import complete
from nl2sql.grammar.draft import Choice, Doubt, Draft, Refusal
from nl2sql.grammar.headlines.reading_back import read_back
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.refusals.languages import foreign, in_english
from nl2sql.grammar.refusals.orders import (
    as_owned,
    asks_who_made,
    is_order,
    is_supposition,
    refused_maker,
    refused_order,
    refused_supposition,
)
from nl2sql.grammar.semantic.sense import stepping, telling_hours
from nl2sql.grammar.subjects.listing import SubjectListing, list_subject, unlistable
from nl2sql.grammar.subjects.views import SUBJECTS
from nl2sql.history.conversation import ThreadContext
from nl2sql.recipes.recognise import AskedBefore, RecipeCall, amended_call, recognise

Meaning = CostQuery | SubjectListing | Doubt | Refusal
_SAY_ALL = "please say the whole question."


def meant(question: str, data: Facts, calendar: QuestionCalendar, thread: ThreadContext | None) -> Meaning | RecipeCall:
    """The meaning of a question in its thread: a follow-up amends the answer before it, whatever gave that."""
    if word := defined(question):
        return word
    if call := recognise(question, data, calendar, _asked_before(thread)):
        return call
    if thread is None or not thread.sql or thread.query:
        return understand(question, data, calendar, thread.query if thread else None)
    draft = parse(question, data.semantics, data.values, calendar, following=True)
    if thread.recipe:
        return _after_recipe(thread.recipe, draft, question, data, calendar)
    if thread.listing:
        return _after_listing(thread.listing, draft, question, data, calendar)
    meaning = understand(question, data, calendar, None)
    alone = parse(question, data.semantics, data.values, calendar)
    whole = stands_alone(alone) or alone.discourse.subject is not None
    if whole or alone.discourse.refusal is not None:
        return meaning
    return Refusal(f"I cannot build on that answer; {_SAY_ALL}")


def _asked_before(thread: ThreadContext | None) -> AskedBefore | None:
    """What the answer before in a thread was of."""
    if thread is None:
        return None
    if thread.listing:
        return AskedBefore(thread.listing.filters, thread.listing.period)
    asked = thread.recipe or thread.query
    if asked is None:
        return None
    if isinstance(asked, RecipeCall):
        return AskedBefore(asked.filters, asked.period, asked.compared)
    return AskedBefore(asked.filters, asked.period, asked.compared[0] if len(asked.compared) == 1 else None)


def understand(question: str, data: Facts, calendar: QuestionCalendar, previous: CostQuery | None) -> Meaning:
    """Parse a question with the built-in grammar. Pure."""
    draft = parse(question, data.semantics, data.values, calendar, following=previous is not None)
    if is_supposition(question):
        return refused_supposition(draft)
    ordered = previous is None and is_order(question) and not (draft.measure.noun or draft.discourse.subject)
    if ordered and not (draft.discourse.refusal and draft.discourse.refusal.unsafe):
        return refused_order(draft)
    if hindrance := _hindrance(draft):
        return _otherwise(question, draft, data, calendar, previous) or _with_offer(
            hindrance, draft, question, data, calendar, previous
        )
    return _of_draft(draft, question, calendar, previous)


def _of_draft(draft: Draft, question: str, calendar: QuestionCalendar, previous: CostQuery | None) -> Meaning:
    if draft.discourse.subject:
        return list_subject(draft)
    if previous is not None and not stands_alone(draft):
        return _sensible(amend(previous, draft, question, calendar))
    return _sensible(complete(draft, question, calendar))


def _otherwise(
    question: str, draft: Draft, data: Facts, calendar: QuestionCalendar, previous: CostQuery | None
) -> Meaning | None:
    """What a question that the grammar declines is of all the same: an order, who made something, whose it is."""
    if draft.discourse.refusal and draft.discourse.refusal.unsafe:
        return None
    if is_order(question):
        return refused_order(draft)
    if asks_who_made(question):
        return refused_maker(draft)
    owned = None if draft.discourse.subject else as_owned(question)
    return understand(owned, data, calendar, previous) if owned else None


def _with_offer(
    hindrance: Doubt | Refusal,
    draft: Draft,
    question: str,
    data: Facts,
    calendar: QuestionCalendar,
    previous: CostQuery | None,
) -> Doubt | Refusal:
    """A refusal for words that are not understood, with the question without them, where that can be answered."""
    if not isinstance(hindrance, Refusal) or hindrance.unsafe or hindrance.outside or not draft.discourse.left:
        return hindrance
    if explanation := foreign(question, draft.discourse.left):
        offered = in_english(question, draft)
        able = isinstance(understand(offered, data, calendar, None), CostQuery)
        return Refusal(explanation, choices=(Choice(offered, offered),) if able else ())
    shorter = _without(question, draft.discourse.left_at)
    again = parse(shorter, data.semantics, data.values, calendar, following=previous is not None)
    meaning = None if not shorter or _hindrance(again) else _of_draft(again, shorter, calendar, previous)
    if not isinstance(meaning, CostQuery | SubjectListing):
        return _with_fitting(hindrance, draft)
    label = read_back(meaning)
    return replace(hindrance, text=f"{hindrance.text} Without it: {label}.", choices=(Choice(label, shorter),))


def _with_fitting(refusal: Refusal, draft: Draft) -> Refusal:
    """A refusal with questions about what was understood: names, days, dimensions."""
    period = draft.filters.period.label if draft.filters.period else "last month"
    names = " and ".join(one.label for one in draft.filters.conditions if not one.negated and not one.contains)
    by = next((name.replace("_", " ") for name in draft.shape.dimensions), None)
    if not (names or by or draft.filters.period):
        return refusal
    of = f"Cost of {names}" if names else "Total cost"
    offers = (f"{of} in {period}" if draft.filters.period else f"{of} {period}", f"{of} by {by or 'service'}, {period}")
    examples = " — or: ".join(offers)
    choices = tuple(Choice(one, one) for one in offers)
    return replace(refusal, text=f"{refusal.text} I can tell you, for example: {examples}.", choices=choices)


def _without(question: str, spans: list[tuple[int, int]]) -> str:
    """The question without the words at some places."""
    letters = list(question)
    for start, end in spans:
        letters[start:end] = " " * (end - start)
    return " ".join("".join(letters).split()).strip(" ,;:-–")


def _sensible(meaning: CostQuery | Doubt | Refusal) -> Meaning:
    """The query unless its parts mean nothing together, where it is made in steps or of hours."""
    if not isinstance(meaning, CostQuery):
        return meaning
    problems = [*stepping(meaning), *telling_hours(meaning)]
    return Refusal(problems[0].text) if problems else meaning


def _hindrance(draft: Draft) -> Doubt | Refusal | None:
    return draft.discourse.refusal or draft.discourse.doubt


def _after_recipe(
    call: RecipeCall, draft: Draft, question: str, data: Facts, calendar: QuestionCalendar
) -> Meaning | RecipeCall:
    """`and for payments?` is the recipe again; `by region` or `why did it go up?` is about its scope and period."""
    if hindrance := _hindrance(draft):
        return hindrance
    if draft.discourse.subject or stands_alone(draft):
        return understand(question, data, calendar, None)
    if again := amended_call(call, draft):
        return again
    if call.period is None:
        return Refusal(f"I cannot build on that answer; {_SAY_ALL}")
    return amend(CostQuery("effective_cost", call.period, filters=call.filters), draft, question, calendar)


def _after_listing(
    listing: SubjectListing, draft: Draft, question: str, data: Facts, calendar: QuestionCalendar
) -> Meaning:
    """`only payments`, `and last month?`, `the resolved ones`: the list again, otherwise narrowed."""
    if hindrance := _hindrance(draft):
        return hindrance
    filters, shape, discourse = draft.filters, draft.shape, draft.discourse
    again = discourse.subject == listing.subject and discourse.follows  # only idle instances
    if (discourse.subject_named and not again) or (not discourse.subject and stands_alone(draft)):
        return understand(question, data, calendar, None)
    subject = SUBJECTS[listing.subject]
    dated = bool(subject.dated) or subject.view == "budgets"
    says = bool(filters.conditions or filters.period or discourse.state or discourse.kinds or shape.limit)
    other = draft.measure.metrics or shape.dimensions or shape.grain or draft.comparison.change or shape.threshold
    if (filters.period and not dated) or other or not (says or discourse.clear):
        what = "names, days or states" if dated else "names or states"
        return Refusal(
            f"That answer is a list of {subject.title.lower()}, which I can narrow to other {what}; {_SAY_ALL}"
        )
    old = () if discourse.clear == "filters" else listing.filters
    amended = replace(
        listing,
        filters=amended_filters(old, filters.conditions, filters.widens),
        period=filters.period or listing.period,
        limit=shape.limit or (None if discourse.clear == "limit" else listing.limit),
        state=discourse.state or listing.state,
        kinds=discourse.kinds or listing.kinds,
    )
    if amended == listing:
        return Refusal("That would be the same list again. Name what to change: a name, a period or a state.")
    return unlistable(amended) or amended
