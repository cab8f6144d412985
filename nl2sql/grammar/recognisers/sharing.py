"""Shares: which names are the part, and of what whole."""

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Draft, Refusal
from nl2sql.grammar.query import Filter
from nl2sql.grammar.recognisers.filtering import FILTERS, filter_of
from nl2sql.grammar.recognisers.measuring import KINDS_OF_COMMITMENT
from nl2sql.grammar.tagging.terms import Sentence


def share(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> None:
    """`what % of X is Y`, `Y share of X`, `share of each provider`: Y are the
    numerators, X stays a filter of the whole.
    """
    if _is_part(sentence, draft, semantics, values) or _only_the_part(sentence):
        return
    shares = sentence.open("share", "rate")
    percents = [
        at for at in sentence.open("percent") if sentence.terms[at].value == "percent" and not sentence.terms[at].amount
    ]
    if draft.comparison.change and _in_percent(sentence, shares) and not sentence.open("dimension"):
        sentence.take(*shares, *percents)  # by how much per cent something grew
        if shares and draft.shape.limit and draft.comparison.change in ("up", "down"):  # the biggest drop in per cent
            draft.comparison.change = "percent_up" if draft.comparison.change == "up" else "percent_down"
        return
    if not sentence.open("share") and sentence.has("vs", "compare"):
        sentence.take(*shares, *percents)  # one side relative to the other, in per cent
        return
    if not shares:
        return
    sentence.take(*shares, *percents)
    if (
        len(sentence.open("period")) > 1
        and sentence.has("vs")
        and _in_percent(sentence, shares)
        and not sentence.open("dimension")
    ):
        return  # how many per cent more in one period than in the other
    if any(_of_a_change(sentence, at) for at in shares):
        draft.discourse.refusal = Refusal(
            "I can tell how much each part changed, or its share of the cost, but not its share of a change."
        )
        return
    kinds = [at for at in sentence.open("charge") if sentence.terms[at].value in KINDS_OF_COMMITMENT]
    if kinds and _covered(sentence) and not sentence.open("dimension"):
        sentence.take(*sentence.open("charge", value="used"), *sentence.open("charge", value="committed"))
        draft.measure.metrics = ["coverage_rate"]
        return
    draft.measure.share = True
    if _of_a_whole(sentence, shares[0]):
        draft.measure.of_named = True
        return
    places = [at for at in sentence.open(*FILTERS) if not _negated(sentence, at)]
    parts = _numerators(sentence, shares[0], places)
    for at in parts:
        condition = filter_of(sentence.terms[at], semantics, values)
        if same := next((f for f in draft.measure.numerators if f.dimension == condition.dimension), None):
            draft.measure.numerators.remove(same)
            condition = Filter(same.dimension, (*same.values, *condition.values), f"{same.label} and {condition.label}")
        draft.measure.numerators.append(condition)
        sentence.take(at)
    if any(f.dimension == "commitment_type" for f in draft.measure.numerators) and _covered(sentence):
        sentence.take(*sentence.open("charge", value="used"))
        _as_coverage(draft)
        return
    if not parts and _breaks_down(sentence):
        _negated_part(sentence, draft, shares[0])
    absences = [f for f in draft.filters.conditions if f.values == (None,)]
    if not parts and absences:
        draft.measure.numerators += absences
        draft.filters.conditions = [f for f in draft.filters.conditions if f not in absences]


def _is_part(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> bool:
    """`is storage more than 10 % of the bill`: of one thing it is its share that is asked for; what is named behind the
    amount is the whole.
    """
    limit = draft.shape.threshold
    if limit is None or not limit.percent or draft.comparison.change or draft.measure.count or draft.measure.metrics:
        return False
    grouped = draft.shape.dimensions or draft.shape.grain or sentence.open("dimension", "unit", "grain", "which", "by")
    limits = [at for at in sentence.taken if sentence.kind(at) == "percent"]
    said = [at for at in sentence.open(*FILTERS) if not _negated(sentence, at)]
    parts = [at for at in said if limits and at < limits[0]] or said  # are we more than half on AWS
    if grouped or not parts:
        return False
    draft.measure.numerators = [filter_of(sentence.terms[at], semantics, values) for at in parts]
    draft.measure.share, draft.shape.threshold = True, None
    sentence.take(*parts, *sentence.open("share"))
    return True


def _only_the_part(sentence: Sentence) -> bool:
    """`only the prod part`, `without the savings plan part`: a part that is kept or left out, and no share."""
    parts = [
        at
        for at in sentence.open("share")
        if sentence.terms[at].text in ("part", "portion", "slice")
        and sentence.terms[at - 1].text.split()[-1] not in ("what", "which", "large", "big")
    ]
    kept = bool(parts) and sentence.has("only", "not") and len(parts) == len(sentence.open("share", "rate"))
    if kept:
        sentence.take(*parts)
    return kept


def _of_a_whole(sentence: Sentence, share_at: int) -> bool:
    """`as a percentage of AWS`, `what share of prod is that`: what is named is the whole, the part was said before."""
    said = sentence.terms[share_at].text
    opens = sentence.before(share_at, ("noise", "and", "follow", "by", "vs")) is None
    following = sentence.after(share_at, ("noise", "all"))
    named = sentence.kind(following) in FILTERS and following is not None
    rest = {term.kind for term in sentence.terms[(following or 0) + 1 :]} - {"noise", "noun", "follow", "metric", "and"}
    pointed = said.startswith("as ") or any(
        term.kind == "follow" and term.text in word_list("pronouns") for term in sentence.terms
    )
    of = sentence.terms[share_at + 1].text.split()[0] if share_at + 1 < len(sentence.terms) else ""
    return opens and named and pointed and not rest and (said.endswith(" of") or of == "of")


def _negated_part(sentence: Sentence, draft: Draft, share_at: int) -> None:
    """`non-prod as a share of each team`: what is not prod is the part that is sought in every group."""
    beside = next((at for at in range(share_at - 1, -1, -1) if sentence.kind(at) != "noise"), None)
    if beside is None or beside not in sentence.taken or sentence.kind(beside) not in FILTERS:
        return
    parts = [f for f in draft.filters.conditions if f.negated and not f.keep_missing]
    if parts and sentence.terms[beside - 1].text == "non":
        draft.measure.numerators += parts
        draft.filters.conditions = [f for f in draft.filters.conditions if f not in parts]


def _of_a_change(sentence: Sentence, at: int) -> bool:
    """`what share of the increase`: of what changed, not of what it costs."""
    following = sentence.after(at)
    between = " ".join(term.text for term in sentence.terms[at : following or at])
    return sentence.kind(following) == "change" and " of" in f" {between}"


def _covered(sentence: Sentence) -> bool:
    return any("covered" in term.text.split() or "cover" in term.text.split() for term in sentence.terms)


def _as_coverage(draft: Draft) -> None:
    """`what percentage of EC2 is covered by savings plans`: of all usage, not of what a commitment covers already."""
    kinds = [f for f in draft.measure.numerators if f.dimension == "commitment_type"]
    draft.measure.metrics, draft.measure.share, draft.measure.numerators = ["coverage_rate"], False, []
    draft.filters.conditions = [f for f in draft.filters.conditions if f.dimension != "commitment_status"] + kinds


def _in_percent(sentence: Sentence, shares: list[int]) -> bool:
    return all(sentence.terms[at].text.startswith(("percent", "pct", "perc")) for at in shares)


def _negated(sentence: Sentence, at: int) -> bool:
    return sentence.kind(sentence.before(at, ("noise", "and", *FILTERS))) == "not"


def _numerators(sentence: Sentence, share_at: int, places: list[int]) -> list[int]:
    """Of the names in a question of shares, those that are the part; the others narrow the whole."""
    if _breaks_down(sentence):
        return [at for at in places if _part_of_each(sentence, at, share_at)]
    before, after = [at for at in places if at < share_at], [at for at in places if at > share_at]
    if before and after:
        return before if _beside(sentence, before[-1], share_at) else after
    of_whole = after or before
    for at in range(of_whole[0] if of_whole else 0, len(sentence.terms)):
        later = [place for place in of_whole if place > at]
        if later and (
            sentence.kind(at) in ("noun", "metric") or sentence.terms[at].text.split()[0] in word_list("copulas")
        ):
            return later
    noun = next(
        (at for at in range(share_at if after else 0, len(sentence.terms)) if sentence.kind(at) in ("noun", "metric")),
        None,
    )
    if noun is not None and (later := [at for at in of_whole if at > noun]):
        return later
    if before and _beside(sentence, before[-1], share_at):
        return before
    first = of_whole[:1]
    return (
        list(sentence.coordinated(first[0], sentence.kind(first[0])))
        if first and _conjoined(sentence, of_whole)
        else first
    )


def _part_of_each(sentence: Sentence, at: int, share_at: int) -> bool:
    """`prod share per team`, `share of EC2 in each team's spend`: the part that is sought in every group."""
    if at < share_at:
        return _beside(sentence, at, share_at) or _as_share_of_each(sentence, share_at)
    following = sentence.after(at)
    return (
        following is not None
        and sentence.kind(following) == "by"
        and sentence.terms[following].text in ("in each", "in every", "within each")
    )


def _as_share_of_each(sentence: Sentence, share_at: int) -> bool:
    """`prod last month as a share of each team`: what stands before is the part."""
    following = sentence.after(share_at)
    each = following is not None and "each" in sentence.terms[following].text.split()
    return each and sentence.terms[share_at].text.startswith("as a")


def _beside(sentence: Sentence, at: int, share_at: int) -> bool:
    """Whether a name stands right before `share`: `the dev share`, `ec2 as a share`."""
    return all(sentence.kind(place) == "noise" for place in range(at + 1, share_at))


def _conjoined(sentence: Sentence, places: list[int]) -> bool:
    following = sentence.after(places[0])
    return sentence.kind(following) == "and"


def _breaks_down(sentence: Sentence) -> bool:
    dimensions = sentence.open("dimension")
    return bool(dimensions) and (bool(sentence.open("by", "which")) or any(_of_each(sentence, at) for at in dimensions))


def _of_each(sentence: Sentence, at: int) -> bool:
    """`share of regions`, `application share`: the shares of all of a kind."""
    return (
        sentence.terms[at].plural
        or sentence.kind(at + 1) == "share"
        or (at + 1 in sentence.taken and "share" in sentence.terms[at + 1].kind)
    )
