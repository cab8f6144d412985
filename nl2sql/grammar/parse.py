"""A question to a draft: each recogniser accounts for the terms it understands, and what is left over is refused."""

import re
from dataclasses import replace
from itertools import pairwise

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.catalog.word_lists import word_list
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.grammar.draft import Discourse, Draft, Refusal
from nl2sql.grammar.recognisers import measuring
from nl2sql.grammar.recognisers.binding import bind
from nl2sql.grammar.recognisers.naming import fillers, machine_types, named_like, one_of_several
from nl2sql.grammar.recognisers.order import RECOGNISERS
from nl2sql.grammar.refusals.leftovers import account_for_rest
from nl2sql.grammar.subjects.parse import asks_a_price, parse_subject
from nl2sql.grammar.tagging.tagger import Tagger
from nl2sql.grammar.tagging.terms import Sentence, Term
from nl2sql.grammar.tagging.words import split

_OUTSIDE = {
    "revenue": "The bills hold cost and usage, not revenue or margins.",
    "customers": (
        "The bills hold cost and usage by account, service, team and resource, not by customer, user or order."
    ),
    "people": "The bills hold cloud cost, nothing about people.",
    "performance": "The bills hold cost and usage, not traffic, latency or incidents.",
    "advice": "I report what cloud services cost; I do not give that kind of advice.",
    "other": "I answer questions about cloud cost, and nothing else.",
}


_WRITES = re.compile(r"\bupdate\s+[\w.\"]+\s+set\b|\b(?:merge|insert)\s+into\b", re.IGNORECASE)
_UNSAFE = {
    "change": "I only read cost data, and only with a SELECT. Nothing was run.",
    "secrets": "I only read cost data; secrets and settings are out of my reach. Nothing was run.",
    "internals": (
        "I only read the cost views; the bot's own workings and other people's data are not for "
        "questions. Nothing was run."
    ),
}


def parse(
    question: str, semantics: Semantics, values: Values, calendar: QuestionCalendar, following: bool = False
) -> Draft:
    """The draft of a question; its `doubt` or `refusal` is set where it is not a clear cost question."""
    terms, notes = Tagger(semantics, values, calendar).tag(split(question))
    if following and terms and terms[0].text in ("no", "nope") and terms[0].comma:  # no, october
        terms[0] = replace(terms[0], kind="follow", value="follow")
    sentence, draft = Sentence(measuring.rates_of_commitments(terms)), Draft(discourse=Discourse(notes=list(notes)))
    terms = sentence.terms
    draft.discourse.refusal = _refused(sentence, question)
    if draft.discourse.refusal:
        return draft
    if _takes_back(sentence):
        draft.discourse.refusal = Refusal(
            "You took something back in the middle; please say the whole question once more."
        )
        return draft
    draft.discourse.follows = sentence.has("follow") or _opens_by_joining(sentence)
    if (
        sentence.has("subject")
        or any(term.value == "future" for term in terms)
        or _asks_ahead(sentence)
        or _asks_of_a_state(sentence)
        or asks_a_price(sentence, question)
    ):
        return parse_subject(sentence, draft, semantics, values, calendar, question)
    named_like(sentence, draft, question)
    machine_types(sentence, draft, question)
    bind(sentence, draft, values, question)
    draft.measure.noun = sentence.has("noun", "metric", "charge") or any(
        term.text in word_list("totals") for term in terms
    )
    draft.measure.asks_amount = any(term.text.startswith("how much") for term in terms)
    draft.discourse.same = any(term.kind == "follow" and term.text.startswith("same") for term in terms[:2])
    draft.discourse.each_drawn = _set_out(sentence)
    draft.discourse.points_back = any(
        term.kind in ("follow", "noise") and term.text.split()[-1] in word_list("pronouns") for term in terms
    )
    draft.shape.broken_down = any(term.kind == "by" and term.value == "breakdown" for term in terms)
    draft.discourse.clear = next((sentence.terms[at].value for at in sentence.open("clear")), None)
    draft.discourse.clear = next(
        (term.text.split()[-1].removesuffix("s") for term in terms if term.text in word_list("all_of_a_kind")),
        draft.discourse.clear,
    )
    draft.comparison.compares = sentence.has("compare") and terms[0].kind == "compare"
    draft.comparison.contrasts = sentence.has("vs", "compare", "change", "over", "rather")
    if (
        following
        and draft.discourse.follows
        and not draft.discourse.clear
        and any(term.text in word_list("totals") for term in terms)
    ):
        draft.discourse.clear = "shape"  # and the total?
    draft.discourse.empty = all(term.kind in ("noise", "and") for term in terms)
    draft.filters.widens = sentence.has("with") and any(
        term.text in ("also", "as well", "plus", "add", "and also", "too") for term in terms
    )
    for recogniser in RECOGNISERS:
        recogniser.recognise(sentence, draft, semantics, values)
        if draft.discourse.refusal:
            return draft
    if draft.comparison.compared or draft.comparison.back or draft.comparison.scopes or len(draft.measure.metrics) > 1:
        between = [at for at in sentence.open("by") if sentence.terms[at].text in word_list("between")]
        sentence.take(*sentence.open("vs", "compare", "rather"), *between)
    if _of_prices(sentence, draft):
        draft.discourse.refusal = Refusal(
            "I compare amounts, not prices. Ask why something went up, and I say how much of it is usage and how much "
            "is price."
        )
        return draft
    draft.filters.conditions = list(dict.fromkeys(draft.filters.conditions))
    fillers(sentence, draft, values, question)
    one_of_several(sentence, draft, question)
    account_for_rest(sentence, draft, values, following, question)
    if not (
        draft.discourse.refusal or draft.discourse.doubt or draft.measure.noun or draft.measure.asks_amount
    ) and _asks_of_something_else(terms, draft):
        draft.discourse.refusal = Refusal("That does not ask for a cost, and cost is what I know.")
    return draft


def _takes_back(sentence: Sentence) -> bool:
    """`top 3 environments... sorry, regions`: of two things of a kind the first is not meant any more."""
    kinds = ("dimension", "value", "period", "metric", "charge", "grain")
    for at, term in enumerate(sentence.terms):
        if term.text in word_list("taken_back"):
            before = {one.kind for one in sentence.terms[:at] if one.kind in kinds}
            if before & {one.kind for one in sentence.terms[at + 1 :]}:
                return True
    return False


def _set_out(sentence: Sentence) -> bool:
    """`plot prod and dev per week`, `ml and web per month`: names joined by `and` before the step of time are lines of
    their own, unless their total or only they are asked for.
    """
    if sentence.has("only", "not", "with", "cumulative", "run_rate", "average", "count", "share", "cmp", "top"):
        return False
    if any(set(term.text.split()) & (word_list("totals") | {"both"}) for term in sentence.terms):
        return False
    for at, term in enumerate(sentence.terms):
        if (
            term.kind == "and"
            and term.text in ("and", "&")
            and sentence.kind(at - 1) == sentence.kind(at + 1) == "value"
        ):
            left, right = sentence.terms[at - 1].matches[0], sentence.terms[at + 1].matches[0]
            return left.dimension == right.dimension
    return False


def _of_prices(sentence: Sentence, draft: Draft) -> bool:
    """`which prices went up`: of what a unit costs, where the bills are compared by amounts."""
    of_prices = any(term.text in ("prices", "unit prices") for term in sentence.terms)
    return of_prices and bool(draft.comparison.change) and not draft.measure.metrics


def _asks_ahead(sentence: Sentence) -> bool:
    """`what will december cost`: what is to come, of which the bills of a year ago are no answer."""
    words = [word for term in sentence.terms for word in term.text.split()]
    ahead = any(a == "will" and b not in ("you", "u") for a, b in pairwise([*words, ""]))
    return ahead and sentence.has("period") and not sentence.has("why", "vs", "compare", "change")


def _asks_of_a_state(sentence: Sentence) -> bool:
    """`what is waiting for approval`: findings and changes have states, costs have none."""
    return sentence.has("state") and not sentence.has("noun", "metric", "charge", "dimension", "value")


def _asks_of_something_else(terms: list[Term], draft: Draft) -> bool:
    """`who deployed to prod on friday`, `is checkout in Ireland`, `what is
    Kubernetes`: names that we know, and no word for money anywhere.
    """
    words = " ".join(term.text for term in terms if term.text not in word_list("greetings")).split(" ")
    opening = " ".join(words[:2])
    if opening in word_list("of_persons") and not draft.shape.order:
        return True
    if draft.shaped or not draft.filters.conditions:
        return False
    defined = draft.filters.period is None and opening in word_list("defining")
    return defined or words[0] in word_list("open_otherwise") or opening in word_list("open_otherwise")


def _opens_by_joining(sentence: Sentence) -> bool:
    first = sentence.after(-1)
    return sentence.kind(first) in ("and", "only", "with", "not", "vs") or (first is None and bool(sentence.terms))


def _of_the_past(sentence: Sentence, at: int) -> bool:
    """`web-1 was shut down, what did it cost`: what became of a thing orders nothing, where a cost is asked for."""
    term = sentence.terms[at]
    before = sentence.terms[at - 1].text.split() if at else [""]
    passive = bool({"was", "were", "been", "got", "being"} & set(before[-1:]))
    return term.value == "change" and passive and sentence.has("noun", "metric")


def _refused(sentence: Sentence, question: str) -> Refusal | None:
    """A question with an unsafe part is refused as a whole; then one about what bills do not hold."""
    if _WRITES.search(question):
        return Refusal(_UNSAFE["change"], unsafe=True)
    for at in sentence.open("unsafe"):
        if _of_the_past(sentence, at):
            sentence.take(at)
            continue
        return Refusal(_UNSAFE[sentence.terms[at].value], unsafe=True)
    for at in sentence.open("outside"):
        if sentence.terms[at].value != "future":
            return Refusal(_OUTSIDE[sentence.terms[at].value], outside=True)
    return None
