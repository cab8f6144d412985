"""How much something changed: what grew or fell, why, and what moved most."""

from dataclasses import replace

from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import ChangeKind
from nl2sql.grammar.recognisers.comparing import sides_of
from nl2sql.grammar.recognisers.filtering import FILTERS
from nl2sql.grammar.tagging.terms import Sentence

_SIDES: dict[str, ChangeKind] = {"up": "up", "down": "down", "change": "difference"}


def change(sentence: Sentence, draft: Draft) -> None:
    """`grew`, `went down`, `biggest increase`, `fastest growing`: the
    difference to the period before, unless another is named.
    """
    _places_no_change(sentence)
    places, rates = sentence.open("change"), sentence.open("rate")
    growth = [at for at in rates if sentence.terms[at].value == "rate"]
    for at in places or growth:
        side: ChangeKind = _SIDES.get(sentence.terms[at].value, "up")
        if draft.comparison.change in (None, "difference"):
            draft.comparison.change = side
    if len(sides_of(sentence, sentence.open(*FILTERS))) < 2:
        for at in sentence.open("rather"):
            draft.comparison.change = draft.comparison.change or ("up" if sentence.terms[at].value == "up" else "down")
            sentence.take(at)
    for at in sentence.open("fastest"):
        draft.comparison.change = "percent_up" if sentence.terms[at].value == "percent_up" else "percent_down"
    if draft.comparison.change is None:
        return
    if draft.comparison.change in ("up", "down") and (sentence.open("only") or _qualifies_plural(sentence, places)):
        draft.comparison.moved_only = True  # only services that went up
    sentence.take(*places, *rates)
    if rates and draft.comparison.change in ("up", "down"):
        draft.comparison.change = "percent_up" if draft.comparison.change == "up" else "percent_down"


def _places_no_change(sentence: Sentence) -> None:
    """`teams down the left`: before a noun `up` and `down` say where, and nothing has changed."""
    for at in sentence.open("change"):
        following = sentence.terms[at + 1].text.split()[0] if at + 1 < len(sentence.terms) else ""
        articles = word_list("articles") | {"my", "each", "on", "to"}
        if sentence.terms[at].text in ("up", "down") and following in articles:
            sentence.terms[at] = replace(sentence.terms[at], kind="unknown")


def _qualifies_plural(sentence: Sentence, places: list[int]) -> bool:
    """`services that grew`, `teams which went down`: of a kind, those that moved so."""
    before = [sentence.before(at, ("noise", "follow", "which", "noun")) for at in places]
    return any(at is not None and sentence.kind(at) == "dimension" and sentence.terms[at].plural for at in before)


def why(sentence: Sentence, draft: Draft) -> None:
    """`why did RDS go up`: what moved, by the dimension that tells most: resources of one service, else services."""
    for at in sentence.open("why"):
        sentence.take(at)
        if draft.comparison.change is None and not sentence.open("dimension"):
            services = any(match.dimension == "service" for term in sentence.terms for match in term.matches)
            draft.shape.dimensions.append("resource" if services else "service")
        draft.comparison.change = "difference"
        draft.shape.order = "desc"
        draft.comparison.why = True


def movers(sentence: Sentence, draft: Draft) -> None:
    """`what changed`, `biggest increases`: the services that moved most, or what else is named."""
    for at in sentence.open("movers"):
        draft.comparison.change = _SIDES.get(sentence.terms[at].value, "difference")
        draft.shape.order = "desc"
        if not sentence.open("dimension"):
            draft.shape.dimensions.append("service")
        sentence.take(at)
