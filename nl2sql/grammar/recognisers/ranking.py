"""How costs are broken down and put in order: by what, the top few, over or under an amount, day by day."""

from dataclasses import replace

from nl2sql.catalog.semantics import Semantics
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import Grain, Threshold
from nl2sql.grammar.recognisers.filtering import FILTERS, kind_of_resource, names_resources
from nl2sql.grammar.tagging.terms import Sentence

DEFAULT_TOP = 5
_FILL = ("noise", "all", "noun", "charge", "metric", "value", "change", "missing")
_OPENINGS = frozenset(
    {"show", "show me", "give me", "me", "our", "the", "compute the", "what are", "what is", "see", "list"}
)
_EACH = frozenset({"by", "per", "each", "every", "for each", "for every", "of each", "cost of each", "cost for each", "cost of every", "across", "by the", "per each", "individual"})  # fmt: skip
_TOGETHER = frozenset({"total", "sum", "combined", "together", "altogether"})
_GRAINS: dict[str, Grain] = {"day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}


def ranked(sentence: Sentence, draft: Draft, semantics: Semantics) -> None:
    """`top 5 services`, `most expensive account`, `3 biggest teams`, `which team spends most`, `peak day`."""
    nths = sentence.open("nth")
    tops = sentence.open("top", "fastest") or [at for at in nths if " " in sentence.terms[at].text]
    if not tops:
        return
    if draft.change is None and sentence.kind(sentence.after(tops[0])) == "average":
        return
    sentence.take(*tops, *nths)
    draft.order = "asc" if any(sentence.terms[at].value == "bottom" for at in tops) else "desc"
    draft.offset = next((int(sentence.terms[at].value) - 1 for at in nths), 0)
    first = (nths or tops)[0]
    said_after = [
        at
        for at in sentence.open("number")
        if at > first and sentence.terms[at - 1].text in _OPENINGS | {"give", "only", "just", "show"}
    ]
    given = next((number for at in tops if (number := _number_beside(sentence, at))), None)
    target = _target(sentence, first)
    if target is not None and not given:
        given = _number_beside(sentence, target)
    if not given and len(said_after) == 1:  # top services? give 3
        given = int(sentence.terms[said_after[0]].amount)
        sentence.take(*said_after)
    if target is None:
        _untargeted(sentence, draft, given)
        return
    term = sentence.terms[target]
    if term.kind in ("unit", "grain"):
        draft.grain = _GRAINS[term.value]
        draft.limit = given or (DEFAULT_TOP if term.text.endswith("s") else 1)
        sentence.take(target)
    else:
        _by_target(sentence, draft, target, given)
    _within(sentence, draft)


def _untargeted(sentence: Sentence, draft: Draft, given: int | None) -> None:
    """`when did we spend most` is of days, `who spends most` of teams; else the limit stands alone."""
    draft.limit = given or draft.limit
    if sentence.has("when"):
        draft.grain, draft.limit = "day", given or 1
    elif any(term.text == "who" for term in sentence.terms):
        draft.dimensions.append("team")
        draft.limit = given or 1


def _by_target(sentence: Sentence, draft: Draft, target: int, given: int | None) -> None:
    term = sentence.terms[target]
    claimed_by = sentence.before(target)
    by = sentence.kind(claimed_by) == "by"
    if term.kind == "dimension":
        sentence.take(target)
    draft.dimensions.append("service" if term.kind == "drivers" else "resource" if term.kind == "value" else term.value)
    if term.kind == "drivers":
        sentence.take(target)
    if by and claimed_by is not None:
        sentence.take(claimed_by)
    plural = term.plural or term.kind == "drivers" or (term.kind == "value" and term.text.endswith("s"))
    draft.limit = given or (None if by else DEFAULT_TOP if plural else 1)


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
            if names_resources(term):
                return place
        if term.kind not in (*_FILL, "top", "nth", "fastest", "number", "each", "share", "rank", "unknown"):
            return None
        place += 1
    return None


def _within(sentence: Sentence, draft: Draft) -> None:
    """`top 3 services per account`: the few inside each of another dimension."""
    if draft.change is not None or draft.share:
        return
    for at in sentence.open("by"):
        following = sentence.after(at)
        if (
            following is not None
            and sentence.kind(following) == "dimension"
            and following not in sentence.taken
            and draft.limit
        ):
            draft.limit_within = sentence.terms[following].value
            sentence.take(at, following)
            return


def threshold(sentence: Sentence, draft: Draft) -> None:
    """`over $1,000`, `more than 10 % of spend`, `less than 500 dollars`."""
    for at in sentence.open("cmp"):
        amount = sentence.after(at)
        if amount is None or sentence.kind(amount) not in ("money", "number", "percent"):
            if sentence.kind(amount) in FILTERS and sentence.terms[at].text.endswith("than"):  # more than payments
                sentence.terms[at] = replace(sentence.terms[at], kind="vs")
            elif sentence.kind(amount) == "value" and sentence.terms[at].text == "under":  # accounts under Azure
                sentence.take(at)
            continue
        percent = sentence.kind(amount) == "percent" or sentence.kind(amount + 1) == "share"
        draft.threshold = Threshold(sentence.terms[at].value == "over", sentence.terms[amount].amount, percent)
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
            draft.threshold = Threshold(True, sentence.terms[low].amount, upto=sentence.terms[high].amount)
            sentence.take(at, low, high)
    if draft.threshold and not draft.dimensions and not draft.grain:
        for at in sentence.open("unit"):
            draft.grain = _GRAINS[sentence.terms[at].value]
            sentence.take(at)
            break


def broken_down(sentence: Sentence, draft: Draft) -> None:
    """`by team and region`, `per account`, `each environment`, `which services`, `team breakdown`, `all accounts`."""
    for at in sentence.open("by"):
        following = sentence.after(at, ("noise", "all", "by") if sentence.terms[at].value == "by" else ("noise",))
        if following is None:
            continue
        if sentence.kind(following) == "dimension":
            if sentence.terms[following].plural and _summed(sentence, draft, following):
                sentence.take(following)
            else:
                _dimensions(sentence, draft, following)
            sentence.take(at)
        elif sentence.kind(following) == "unit":
            draft.grain = _GRAINS[sentence.terms[following].value]
            sentence.take(at, following)
        elif sentence.terms[at].text in _EACH and kind_of_resource(sentence, at) is not None:
            draft.dimensions.append("resource")
            sentence.take(at)
        elif sentence.terms[at].value in ("each", "breakdown"):
            before = sentence.before(at)
            if before is not None and sentence.kind(before) == "dimension" and before not in sentence.taken:
                _dimensions(sentence, draft, before)
            sentence.take(at)
    for at in sentence.open("by", value="breakdown"):
        sentence.take(at)
    for at in sentence.open("which"):
        following = sentence.after(at, ("noise", "value", "all", "noun"))
        if following is not None and sentence.kind(following) == "dimension" and _summed(sentence, draft, following):
            sentence.take(following)
        elif following is not None and sentence.kind(following) == "dimension":
            _dimensions(sentence, draft, following)
            draft.moved_only = draft.change in ("up", "down") and draft.order is None
        elif (
            not draft.dimensions
            and not draft.count
            and (kind := kind_of_resource(sentence, at))
            and sentence.terms[kind].text.endswith("s")
        ):
            draft.dimensions.append("resource")
        elif (
            sentence.terms[at].text == "who"
            and sentence.has("noun", "metric")
            and not (draft.dimensions or draft.limit or draft.grain)
        ):
            draft.dimensions.append("team")
        sentence.take(at)
    for at in sentence.open("dimension"):
        beside = sentence.kind(at - 1), sentence.kind(at + 1)
        if sentence.terms[at].plural and _summed(sentence, draft, at):
            sentence.take(at)
        elif (
            sentence.terms[at].plural
            or len(list(sentence.coordinated(at, "dimension"))) > 1
            or (draft.share and "share" in beside)
            or "by" in beside
            or _attributive(sentence, at)
        ):
            _dimensions(sentence, draft, at)
    for at in sentence.open("drivers"):
        draft.dimensions.append("service")
        sentence.take(at)


def _summed(sentence: Sentence, draft: Draft, at: int) -> bool:
    """`total of all Azure subscriptions`, `how much did X burn across all
    environments`: everything together, one figure.
    """
    before = sentence.before(at, ("value",))
    while before is not None and sentence.terms[before].text in ("our", "the", "my", "of"):
        before = sentence.before(before, ("value",))
    every = (
        before is not None
        and "all" in sentence.terms[before].text.split()
        and sentence.kind(before) in ("all", "by", "noise", "which")
    )
    every = every or (
        sentence.terms[at].value == "provider" and _spans_providers(sentence) and sentence.kind(at - 1) == "by"
    )
    together = (
        draft.asks_amount
        or _spans_providers(sentence)
        or any(set(term.text.split()) & _TOGETHER for term in sentence.terms)
    )
    return (
        every
        and together
        and not draft.order
        and not draft.share
        and not draft.change
        and not any(term.kind in ("which", "each") and "all" not in term.text.split() for term in sentence.terms)
    )


def _spans_providers(sentence: Sentence) -> bool:
    """Whether a word for services of several providers is said: `VM cost across clouds` is one figure."""
    return any(
        match.dimension == "service" and len(match.values) > 1 for term in sentence.terms for match in term.matches
    )


def _attributive(sentence: Sentence, at: int) -> bool:
    """`team costs`, `team and environment spend`: the dimension's word right
    before the cost, with no name before it.
    """
    if sentence.terms[at].text == "cloud":
        return False
    opening = (
        at == 0
        or sentence.kind(at - 1) in ("compare", "and", "by", "which")
        or sentence.terms[at - 1].text in _OPENINGS
    )
    last = list(sentence.coordinated(at, "dimension"))[-1]
    return opening and sentence.kind(last + 1) in ("noun", "metric")


def _dimensions(sentence: Sentence, draft: Draft, at: int) -> None:
    for place in sentence.coordinated(at, "dimension"):
        if place not in sentence.taken and sentence.terms[place].value not in draft.dimensions:
            draft.dimensions.append(sentence.terms[place].value)
        sentence.take(place)
        following = sentence.after(place)
        if sentence.kind(following) == "and" and following is not None and sentence.kind(following + 1) == "unit":
            draft.grain = _GRAINS[sentence.terms[following + 1].value]
            sentence.take(following + 1)


def by_time(sentence: Sentence, draft: Draft) -> None:
    """`daily`, `per month`, `trend`: one row a day, week or month."""
    for at in sentence.open("grain"):
        draft.grain = draft.grain if draft.grain not in (None, "auto") else _GRAINS[sentence.terms[at].value]
        sentence.take(at)
        following = sentence.after(at)
        if sentence.kind(following) == "and" and following is not None and sentence.kind(following + 1) == "dimension":
            _dimensions(sentence, draft, following + 1)
    for at in sentence.open("trend"):
        draft.grain = draft.grain or "auto"
        sentence.take(at)
        if sentence.kind(sentence.before(at)) == "unit":
            sentence.take(sentence.before(at) or 0)
