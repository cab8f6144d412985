"""How costs are ranked and cut: the top few, the peak, over or under an amount."""

import re
from dataclasses import replace

from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import DEFAULT_TOP, Threshold
from nl2sql.grammar.recognisers.breakdown import GRAINS
from nl2sql.grammar.recognisers.filtering import FILTERS, names_resources
from nl2sql.grammar.tagging.terms import Sentence, Term

_SCALES = {"k": 1e3, "thousand": 1e3, "grand": 1e3, "mio": 1e6, "million": 1e6, "m": 1e6}
_SCALE = re.compile(r"(?<![a-z])(k|thousand|grand|mio|million|m)\b")
_FILL = ("noise", "all", "noun", "charge", "metric", "value", "change", "missing")


def ranked(sentence: Sentence, draft: Draft) -> None:
    """`top 5 services`, `most expensive account`, `3 biggest teams`, `which team spends most`, `peak day`."""
    for at in sentence.open("ascending"):
        draft.shape.order = "asc"
        sentence.take(at)
    nths = sentence.open("nth")
    tops = sentence.open("top", "fastest") or [at for at in nths if " " in sentence.terms[at].text]
    if not tops:
        _limit_alone(sentence, draft)
        return
    if draft.comparison.change is None and sentence.kind(sentence.after(tops[0])) == "average":
        return
    sentence.take(*tops, *nths)
    draft.shape.order = "asc" if any(sentence.terms[at].value == "bottom" for at in tops) else "desc"
    draft.shape.offset = next((int(sentence.terms[at].value) - 1 for at in nths), 0)
    first = (nths or tops)[0]
    said_after = [
        at
        for at in sentence.open("number")
        if at > first
        and (
            sentence.terms[at - 1].text in word_list("openings") | {"give", "only", "just", "show"}
            or _of_those(sentence, at)
        )
    ]
    given = next((number for at in tops if (number := _number_beside(sentence, at))), None)
    target = _target(sentence, first)
    if target is not None and not given:
        given = _number_beside(sentence, target)
    if not given and len(said_after) == 1:  # top services? give 3
        given = int(sentence.terms[said_after[0]].amount)
        sentence.take(*said_after)
    if not given and any(sentence.terms[at].text.startswith("single ") for at in tops):
        given = 1
    if target is None or draft.shape.profile:
        _untargeted(sentence, draft, given)
        return
    term = sentence.terms[target]
    if term.kind in ("unit", "grain"):
        draft.shape.grain = GRAINS[term.value]
        draft.shape.limit = given or (DEFAULT_TOP if term.text.endswith("s") else 1)
        sentence.take(target)
    else:
        _by_target(sentence, draft, target, given or (1 if nths else None))
    _within(sentence, draft)


def _of_those(sentence: Sentence, at: int) -> bool:
    """`3 of them`, `…, five please`: so many of what is ranked, said behind it."""
    if sentence.terms[at - 1].comma and sentence.after(at) is None:
        return True
    behind = " ".join(term.text for term in sentence.terms[at + 1 : at + 3])
    return behind in ("of them", "of those", "of these")


def _limit_alone(sentence: Sentence, draft: Draft) -> None:
    """`make it five`, `just 3`, in a thread: how many rows, where nothing else is said."""
    numbers = sentence.open("number")
    rest = {term.kind for term in sentence.terms} - {"noise", "follow", "only", "number", "noun"}
    if len(numbers) == 1 and not rest and sentence.has("follow", "only") and sentence.terms[numbers[0]].amount >= 1:
        draft.shape.limit = int(sentence.terms[numbers[0]].amount)
        sentence.take(*numbers)


def _untargeted(sentence: Sentence, draft: Draft, given: int | None) -> None:
    """`when did we spend most` is of days, `who spends most` of teams; else the limit stands alone."""
    draft.shape.limit = given or draft.shape.limit
    draft.shape.peak = not given
    if draft.shape.profile:
        draft.shape.limit = given or 1
    elif sentence.has("when"):
        draft.shape.grain, draft.shape.limit = "day", given or 1
    elif any(term.text == "who" for term in sentence.terms):
        draft.shape.dimensions.append("team")
        draft.shape.limit = given or 1


def _by_target(sentence: Sentence, draft: Draft, target: int, given: int | None) -> None:
    term = sentence.terms[target]
    claimed_by = sentence.before(target)
    by = sentence.kind(claimed_by) == "by" and not _chosen_among(sentence, claimed_by)
    if term.kind == "dimension":
        sentence.take(target)
    draft.shape.dimensions.append(
        "service" if term.kind == "drivers" else "resource" if term.kind == "value" else term.value
    )
    if term.kind == "drivers":
        sentence.take(target)
    if claimed_by is not None and sentence.kind(claimed_by) == "by":
        sentence.take(claimed_by)
    among = _chosen_among(sentence, claimed_by)
    plural = (term.plural and not among) or term.kind == "drivers" or (term.kind == "value" and term.text.endswith("s"))
    draft.shape.limit = given or (None if by else DEFAULT_TOP if plural else 1)


def _chosen_among(sentence: Sentence, claimed_by: int | None) -> bool:
    """`top spender among the teams`: one of them, and no breakdown."""
    among = claimed_by is not None and sentence.terms[claimed_by].text.startswith("among")
    return among and any(term.text.endswith("spender") for term in sentence.terms)


def _number_beside(sentence: Sentence, at: int) -> int | None:
    for place in (sentence.after(at), sentence.before(at)):
        if (
            place is not None
            and place not in sentence.taken
            and sentence.kind(place) == "number"
            and sentence.terms[place].amount >= 1
        ):
            sentence.take(place)
            return int(sentence.terms[place].amount)
    return None


def _target(sentence: Sentence, at: int) -> int | None:
    """What is ranked: the dimension, unit of time or kind of resource that `which` or the superlative points at."""
    for which in sentence.open("which", "when"):
        target = _next_target(sentence, which)
        if target is not None or sentence.kind(which) == "when":
            sentence.take(which)
            if target is not None:
                return target
            return next((place for place in sentence.open("unit")), None)
    target = _next_target(sentence, at)
    if target is not None:
        return target
    grains = sentence.open("grain")
    if grains:
        return grains[0]
    return next(
        (
            place
            for place in reversed(sentence.open("dimension", "drivers", "unit"))
            if place < at or sentence.kind(place - 1) == "by"
        ),
        None,
    )


def _next_target(sentence: Sentence, at: int) -> int | None:
    place = at + 1
    while place < len(sentence.terms):
        term = sentence.terms[place]
        if place not in sentence.taken:
            if term.kind in ("dimension", "unit", "drivers", "grain"):
                return place
            if names_resources(term) and sentence.kind(place + 1) != "dimension":  # database services
                return place
        if term.kind not in (*_FILL, "top", "nth", "fastest", "number", "each", "share", "rank", "unknown"):
            return None
        place += 1
    return None


def _within(sentence: Sentence, draft: Draft) -> None:
    """`top 3 services per account`: the few inside each of another dimension."""
    if draft.comparison.change is not None or draft.measure.share:
        return
    for at in sentence.open("by"):
        following = sentence.after(at)
        if (
            following is not None
            and sentence.kind(following) == "dimension"
            and following not in sentence.taken
            and draft.shape.limit
        ):
            draft.shape.limit_within = sentence.terms[following].value
            sentence.take(at, following)
            return


def _in_unit(least: float, most: Term) -> float:
    """`between 7 and 10k`: the smaller amount shares the unit of the larger one."""
    unit = _SCALE.search(most.text)
    scale = _SCALES[unit[1]] if unit else 1
    return least * scale if least < scale and least * scale <= most.amount else least


def threshold(sentence: Sentence, draft: Draft) -> None:
    """`over $1,000`, `more than 10 % of spend`, `less than 500 dollars`."""
    for at in sentence.open("cmp"):
        amount = at - 1 if sentence.terms[at].text in word_list("behind_amounts") else sentence.after(at)
        if amount is None or sentence.kind(amount) not in ("money", "number", "percent"):
            than = sentence.terms[at].text.endswith("than")
            if than and sentence.kind(amount) in (*FILTERS, "period"):  # more than payments, higher than october
                sentence.terms[at] = replace(sentence.terms[at], kind="vs")
            elif sentence.kind(amount) == "value" and sentence.terms[at].text == "under":  # accounts under Azure
                sentence.take(at)
            continue
        percent = sentence.kind(amount) == "percent" or sentence.kind(amount + 1) == "share"
        draft.shape.threshold = Threshold(sentence.terms[at].value == "over", sentence.terms[amount].amount, percent)
        sentence.take(at, amount)
        if percent and sentence.kind(amount + 1) == "share":
            sentence.take(amount + 1)
    for at in sentence.open("by"):  # apps between 3000 and 6000 dollars
        low = sentence.after(at)
        high = sentence.after(low, ("and",)) if low is not None else None
        if (
            "between" in sentence.terms[at].text
            and low is not None
            and high is not None
            and {sentence.kind(low), sentence.kind(high)} <= {"money", "number"}
        ):
            least, most = sentence.terms[low].amount, sentence.terms[high].amount
            draft.shape.threshold = Threshold(True, _in_unit(least, sentence.terms[high]), upto=most)
            sentence.take(at, low, high)
    if draft.shape.threshold and not draft.shape.dimensions and not draft.shape.grain:
        for at in sentence.open("unit"):
            draft.shape.grain = GRAINS[sentence.terms[at].value]
            sentence.take(at)
            break
        else:
            if any(names_resources(term) and term.text.endswith("s") for term in sentence.terms):
                draft.shape.dimensions.append("resource")  # instances over $300
