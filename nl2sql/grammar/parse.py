"""A question to a draft: each recogniser accounts for the terms it understands,
and whatever is left over is refused.
"""

from collections.abc import Callable
from itertools import pairwise

from nl2sql.catalog.linking import Values, nearest
from nl2sql.catalog.semantics import Semantics
from nl2sql.dates.periods import QuestionCalendar, shifted
from nl2sql.grammar.draft import Choice, Doubt, Draft, Refusal
from nl2sql.grammar.recognisers import comparing, filtering, measuring, ranking
from nl2sql.grammar.recognisers.binding import bind
from nl2sql.grammar.recognisers.listing import coming
from nl2sql.grammar.tagging.tagger import Tagger
from nl2sql.grammar.tagging.terms import Sentence, Term
from nl2sql.grammar.tagging.words import split

# What may stand in a question without changing its meaning once everything else is understood.
_SILENT = frozenset(
    {"noise", "noun", "all", "and", "only", "with", "follow", "clear", "rank", "which", "when", "percent"}
)
_SILENT_TEXTS = frozenset({"cloud", "over", "across", "across all", "across the", "over the", "by the", "for all", "for all the", "for all our", "across our", "in every", "for each", "up", "each", "by", "than", "compare", "compared", "how does", "how do", "a day", "a month", "a week"})  # fmt: skip
_TOTALS = frozenset(
    {
        "total",
        "totals",
        "sum",
        "grand total",
        "in total",
        "overall",
        "overall total",
        "altogether",
        "in sum",
        "combined",
        "together",
        "consolidated",
    }
)
_ASKING = frozenset({"how", "what", "which", "show", "give", "tell"})
_FIRST_PERSON = frozenset(
    {"i", "we", "my", "our", "hi", "hello", "hey", "dear", "good", "sorry", "could", "can", "would", "please"}
)
_ALL_OF_A_KIND = frozenset(
    {
        "all teams",
        "all accounts",
        "all services",
        "all regions",
        "all environments",
        "all providers",
        "all applications",
    }
)
_PRONOUNS = frozenset({"it", "that", "those", "them", "these", "they", "him", "this"})
_GREETINGS = frozenset(
    {
        "hi",
        "hello",
        "hey",
        "hi team",
        "hello team",
        "hey team",
        "please",
        "ok",
        "okay",
        "so",
        "and",
        "well",
        "bot",
        "finops",
    }
)
_OF_PERSONS = frozenset({"who is", "who are", "who was", "who owns", "who has"})
_DEFINING = frozenset({"what is", "what are", "tell me", "explain", "describe", "define"})
_OPEN_OTHERWISE = frozenset({"who", "whose", "where", "when", "is", "are", "was", "were", "did", "does", "do", "has", "have", "had", "will", "should", "why", "what can", "what does", "what do", "what did", "what will", "what would"})  # fmt: skip
_OUTSIDE = {
    "revenue": "The bills hold cost and usage, not revenue or margins.",
    "customers": "The bills hold cost and usage by account, service, team and resource, not by customer, user or order.",
    "people": "The bills hold cloud cost, nothing about people.",
    "performance": "The bills hold cost and usage, not traffic, latency or incidents.",
    "advice": "I report what cloud services cost; I do not give that kind of advice.",
    "other": "I answer questions about cloud cost, and nothing else.",
}
_UNSAFE = {
    "change": "I only read cost data, and only with a SELECT. Nothing was run.",
    "secrets": "I only read cost data; secrets and settings are out of my reach. Nothing was run.",
    "internals": "I only read the cost views; the bot's own workings and other people's data are not for questions. Nothing was run.",
}

Recogniser = Callable[[Sentence, Draft, Semantics, Values], None]
RECOGNISERS: tuple[Recogniser, ...] = (
    lambda s, d, _m, _v: filtering.other_tags(s, d),
    lambda s, d, _m, _v: filtering.absent(s, d),
    lambda s, d, _m, _v: filtering.allocated(s, d),
    lambda s, d, _m, _v: filtering.instead(s, d),
    lambda s, d, _m, _v: measuring.metric(s, d),
    lambda s, d, _m, _v: filtering.with_tax(s, d),
    lambda s, d, m, v: filtering.left_out(s, d, m, v),
    lambda s, d, _m, _v: measuring.count(s, d),
    lambda s, d, _m, _v: ranking.threshold(s, d),
    lambda s, d, _m, _v: comparing.why(s, d),
    lambda s, d, _m, _v: comparing.movers(s, d),
    lambda s, d, _m, _v: comparing.change(s, d),
    lambda s, d, m, _v: ranking.ranked(s, d, m),
    lambda s, d, _m, _v: measuring.run_rate(s, d),
    lambda s, d, _m, _v: measuring.average(s, d),
    lambda s, d, _m, _v: measuring.cumulative(s, d),
    lambda s, d, m, v: measuring.share(s, d, m, v),
    lambda s, d, _m, _v: ranking.broken_down(s, d),
    lambda s, d, _m, _v: comparing.over_periods(s, d),
    lambda s, d, _m, _v: comparing.shifted(s, d),
    lambda s, d, m, v: comparing.scopes(s, d, m, v),
    lambda s, d, _m, _v: comparing.periods(s, d),
    lambda s, d, _m, _v: ranking.by_time(s, d),
    lambda s, d, _m, _v: filtering.weekdays(s, d),
    lambda s, d, m, v: filtering.kept(s, d, m, v),
)


def parse(
    question: str, semantics: Semantics, values: Values, calendar: QuestionCalendar, following: bool = False
) -> Draft:
    """The draft of a question; its `doubt` or `refusal` is set where it is not a clear cost question."""
    terms, notes = Tagger(semantics, values, calendar).tag(split(question))
    sentence, draft = Sentence(measuring.rates_of_commitments(terms)), Draft(notes=list(notes))
    terms = sentence.terms
    draft.refusal = _refused(sentence)
    if draft.refusal:
        return draft
    if sentence.has("subject") or any(term.value == "future" for term in terms) or _asks_ahead(sentence):
        return _about_subject(sentence, draft, semantics, values, calendar, question)
    bind(sentence, draft, values, question)
    draft.noun = sentence.has("noun", "metric", "charge") or any(term.text in _TOTALS for term in terms)
    draft.asks_amount = any(term.text.startswith("how much") for term in terms)
    draft.points_back = any(term.kind == "follow" and term.text in _PRONOUNS for term in terms)
    draft.broken_down = any(term.kind == "by" and term.value == "breakdown" for term in terms)
    draft.follows = sentence.has("follow") or _opens_by_joining(sentence)
    draft.clear = next((sentence.terms[at].value for at in sentence.open("clear")), None)
    draft.clear = next(
        (term.text.split()[-1].removesuffix("s") for term in terms if term.text in _ALL_OF_A_KIND), draft.clear
    )
    draft.contrasts = sentence.has("vs", "compare", "change", "over", "rather")
    if following and draft.follows and not draft.clear and any(term.text in _TOTALS for term in terms):
        draft.clear = "shape"  # and the total?
    draft.empty = all(term.kind in ("noise", "and") for term in terms)
    draft.widens = sentence.has("with") and any(
        term.text in ("also", "as well", "plus", "add", "and also", "too") for term in terms
    )
    for recognise in RECOGNISERS:
        recognise(sentence, draft, semantics, values)
        if draft.refusal:
            return draft
    if draft.compared or draft.back or draft.scopes or len(draft.metrics) > 1:
        sentence.take(*sentence.open("vs", "compare", "rather"))
    _account_for_rest(sentence, draft, values, following, question)
    if not (draft.refusal or draft.doubt or draft.noun or draft.asks_amount) and _asks_of_something_else(terms, draft):
        draft.refusal = Refusal("That does not ask for a cost, and cost is what I know.")
    return draft


def _asks_ahead(sentence: Sentence) -> bool:
    """`what will december cost`: what is to come, of which the bills of a year ago are no answer."""
    words = [word for term in sentence.terms for word in term.text.split()]
    ahead = any(a == "will" and b not in ("you", "u") for a, b in pairwise([*words, ""]))
    return ahead and sentence.has("period") and not sentence.has("why", "vs", "compare", "change")


def _asks_of_something_else(terms: list[Term], draft: Draft) -> bool:
    """`who deployed to prod on friday`, `is checkout in Ireland`, `what is
    Kubernetes`: names that we know, and no word for money anywhere.
    """
    words = " ".join(term.text for term in terms if term.text not in _GREETINGS).split(" ")
    opening = " ".join(words[:2])
    if opening in _OF_PERSONS and not draft.order:
        return True
    if draft.shaped or not draft.filters:
        return False
    defined = draft.period is None and opening in _DEFINING
    return defined or words[0] in _OPEN_OTHERWISE or opening in _OPEN_OTHERWISE


def _opens_by_joining(sentence: Sentence) -> bool:
    first = sentence.after(-1)
    return sentence.kind(first) in ("and", "only", "with", "not", "vs") or (first is None and bool(sentence.terms))


def _refused(sentence: Sentence) -> Refusal | None:
    """A question with an unsafe part is refused as a whole; then one about what bills do not hold."""
    for at in sentence.open("unsafe"):
        return Refusal(_UNSAFE[sentence.terms[at].value], unsafe=True)
    for at in sentence.open("outside"):
        if sentence.terms[at].value != "future":
            return Refusal(_OUTSIDE[sentence.terms[at].value], outside=True)
    return None


def _about_subject(
    sentence: Sentence, draft: Draft, semantics: Semantics, values: Values, calendar: QuestionCalendar, question: str
) -> Draft:
    """A question about budgets, forecasts, insights and the like: which, of whom, of when."""
    subjects = [sentence.terms[at].value for at in sentence.open("subject")]
    draft.subject = next(iter(subjects), "forecasts")
    for at in sentence.open("outside"):
        draft.period = coming(sentence.terms[at].text, calendar)
        draft.subject = "forecasts"
    draft.exceeded = any(
        term.kind == "subject" and term.text.split()[0] in ("over", "exceeded") for term in sentence.terms
    ) or sentence.has("cmp")
    bind(sentence, draft, values, question)
    for at in sentence.open("unknown"):
        surface = question[sentence.terms[at].start : sentence.terms[at].end]
        if draft.subject == "prices" and "." in surface:
            draft.instance_type = surface.casefold()
            sentence.take(at)
    sentence.take(*sentence.open("top", "number", "change", "grain", "unit", "charge", "metric", "average", "count", "by", "cmp", "outside", "dimension", "share", "trend", "subject", "why", "not"))  # fmt: skip
    future = draft.period
    comparing.periods(sentence, draft)
    draft.period = future or draft.period
    if draft.subject == "forecasts" and draft.period and draft.period.yearless and draft.period.end <= calendar.today:
        draft.period = shifted(draft.period, "year", 1)
    filtering.kept(sentence, draft, semantics, values)
    _account_for_rest(sentence, draft, values, False, question)
    return draft


def _account_for_rest(sentence: Sentence, draft: Draft, values: Values, following: bool, question: str) -> None:
    """Refuse what no recogniser took: a wrong number is worse than none."""
    left = [sentence.terms[at] for at in range(len(sentence.terms)) if at not in sentence.taken]
    left = [term for term in left if term.kind not in _SILENT and term.text not in _SILENT_TEXTS]
    if following:
        dimensions = [term for term in left if term.kind == "dimension"]
        draft.dimensions += [term.value for term in dimensions if not draft.dimensions]
        left = [term for term in left if term.kind != "dimension"]
    if draft.doubt or not left:
        return
    if all(term.kind == "dimension" for term in left) and (doubt := _other_kind(sentence, left[0], question)):
        draft.doubt = doubt
        return
    if any(term.kind == "vague" for term in left):
        draft.doubt = Doubt("What do you mean by that? Name a team, an account, a service, an application or a region.")
        return
    left, question_words = _without_preamble(sentence, left, question)
    if not left:
        sentence.take(*question_words)
        return
    unknown = [term.text for term in left if term.kind == "unknown"]
    understood = _understood(sentence, left)
    if unknown:
        near = nearest(" ".join(unknown), values)
        hint = f" The nearest names are {', '.join(near)}." if near else ""
        draft.refusal = Refusal(
            f"I do not know “{', '.join(unknown)[:80]}”: no team, account, service or other name in the bills is called so.{hint}{understood}"
        )
    else:
        draft.refusal = Refusal(
            f"I am not sure how “{', '.join(term.text for term in left)[:80]}” is meant here.{understood}"
        )


def _without_preamble(sentence: Sentence, left: list[Term], question: str) -> tuple[list[Term], list[int]]:
    """What is left without unknown words of a polite opening: `I'd love to know
    how much …`, `I'm preparing the board deck: …`.
    """
    if sentence.terms[0].text.split(" ")[0] not in _FIRST_PERSON:
        return left, []
    colon = question.find(":")
    asks = next((at for at, term in enumerate(sentence.terms) if term.text.split(" ")[0] in _ASKING), None)
    asks = asks or next((at for at, term in enumerate(sentence.terms) if term.start > colon >= 0), None)
    if not asks:
        return left, []
    opening = [at for at in range(asks) if sentence.terms[at] in left and sentence.terms[at].kind == "unknown"]
    return [term for term in left if sentence.terms.index(term) not in opening], opening


def _understood(sentence: Sentence, left: list[Term]) -> str:
    """What was understood of a question that is refused, for its asker to build upon."""
    labels = [
        term.period.label if term.period else term.matches[0].label if term.matches else term.value.replace("_", " ")
        for term in sentence.terms
        if term not in left and term.kind in ("period", "value", "dimension", "metric", "charge", "missing")
    ]
    return f" I did understand: {', '.join(dict.fromkeys(labels))}." if labels else ""


def _other_kind(sentence: Sentence, dimension: Term, question: str) -> Doubt | None:
    """`the dev account`, where dev is an environment and no account: whether that is meant."""
    at = sentence.terms.index(dimension)
    beside = [sentence.terms[place] for place in (at - 1, at + 1) if sentence.kind(place) == "value"]
    if not beside:
        return None
    match, asked = beside[0].matches[0], dimension.value.replace("_", " ")
    meant = match.dimension.replace("_", " ")
    whole = question[: dimension.start] + meant + question[dimension.end :]
    return Doubt(
        f"No {asked} is called “{beside[0].text}”; {match.label} is {_article(meant)}. Is that meant?",
        (Choice(f"{meant} {match.label}", whole),),
    )


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def dimension_doubt(question: str) -> Doubt:
    """Which dimension a ranking is of."""
    asked = question.rstrip(" ?.!")
    return Doubt(
        "Broken down by what?",
        tuple(
            Choice(f"by {name}", f"{asked} by {name}")
            for name in ("service", "team", "account", "environment", "region")
        ),
    )
