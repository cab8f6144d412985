"""How costs are broken down: by dimensions, by kinds of resource, by steps of time."""

from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import Grain
from nl2sql.grammar.recognisers.filtering import kind_of_resource, names_resources
from nl2sql.grammar.tagging.terms import Sentence

GRAINS: dict[str, Grain] = {
    "hour": "hour",
    "day": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
}


def broken_down(sentence: Sentence, draft: Draft) -> None:
    """`by team and region`, `per account`, `each environment`, `which services`, `team breakdown`, `all accounts`."""
    for at in sentence.open("by"):
        _after_by(sentence, draft, at)
    sentence.take(*sentence.open("by", value="breakdown"))
    for at in sentence.open("which"):
        _after_which(sentence, draft, at)
        sentence.take(at)
    for at in sentence.open("dimension"):
        if sentence.terms[at].plural and _summed(sentence, draft, at):
            sentence.take(at)
        elif _alone(sentence, draft, at):
            _dimensions(sentence, draft, at)
    if _with_its_cost(sentence) and not (draft.shape.dimensions or draft.shape.grain or draft.measure.count):
        draft.shape.dimensions.append("resource")
    for at in sentence.open("drivers"):
        draft.shape.dimensions.append("service")
        sentence.take(at)


def _with_its_cost(sentence: Sentence) -> bool:
    """`ec2 instances of the search team with their cost`: resources are listed, each with its own."""
    first = sentence.after(-1)
    if first is None or not names_resources(sentence.terms[first]) or not sentence.terms[first].text.endswith("s"):
        return False
    return any(sentence.kind(sentence.after(at)) in ("noun", "metric") for at in sentence.open("with"))


def _after_by(sentence: Sentence, draft: Draft, at: int) -> None:
    """`by team`, `per month`, `each lambda function`, `the team breakdown`."""
    following = sentence.after(at, ("noise", "all", "by") if sentence.terms[at].value == "by" else ("noise",))
    if following is None:
        return
    if sentence.kind(following) == "value" and sentence.kind(following + 1) == "dimension":  # per azure subscription
        following += 1
    if sentence.kind(following) == "dimension":
        if sentence.terms[following].plural and _summed(sentence, draft, following):
            sentence.take(following)
        else:
            _dimensions(sentence, draft, following)
        sentence.take(at)
    elif sentence.kind(following) == "unit":
        if sentence.terms[at].text.startswith("over") and sentence.kind(sentence.after(following)) == "period":
            sentence.take(at, following)  # over the summer months, June to August
            return
        draft.shape.grain = GRAINS[sentence.terms[following].value]
        sentence.take(at, following)
    elif sentence.terms[at].text in word_list("each") and kind_of_resource(sentence, at) is not None:
        draft.shape.dimensions.append("resource")
        sentence.take(at)
    elif sentence.terms[at].value in ("each", "breakdown"):
        before = sentence.before(at)
        if before is not None and sentence.kind(before) == "dimension" and before not in sentence.taken:
            _dimensions(sentence, draft, before)
        sentence.take(at)


def _after_which(sentence: Sentence, draft: Draft, at: int) -> None:
    """`which services`, `which EC2 instances`, `who spends`."""
    following = sentence.after(at, ("noise", "value", "all", "noun"))
    if following is not None and sentence.kind(following) == "dimension":
        if _summed(sentence, draft, following):
            sentence.take(following)
        else:
            _dimensions(sentence, draft, following)
            draft.comparison.moved_only = draft.comparison.change in ("up", "down") and draft.shape.order is None
        return
    kind = None if draft.shape.dimensions or draft.measure.count else kind_of_resource(sentence, at)
    if kind and sentence.terms[kind].text.endswith("s"):
        draft.shape.dimensions.append("resource")
    elif (
        sentence.terms[at].text == "who"
        and sentence.has("noun", "metric")
        and not (draft.shape.dimensions or draft.shape.limit or draft.shape.grain)
    ):
        draft.shape.dimensions.append("team")


def _alone(sentence: Sentence, draft: Draft, at: int) -> bool:
    """Whether a dimension's word is a breakdown without `by`: in the plural, enumerated, beside a share or a cost."""
    beside = sentence.kind(at - 1), sentence.kind(at + 1)
    return (
        sentence.terms[at].plural
        or len(list(sentence.coordinated(at, "dimension"))) > 1
        or (draft.measure.share and "share" in beside)
        or "by" in beside
        or (at == 0 and sentence.kind(at + 1) == "grain")
        or (sentence.terms[at].comma and sentence.kind(at + 1) in ("noun", "metric"))  # october: team, cost
        or _attributive(sentence, at)
    )


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
    if _pays_across(sentence, at):
        return True
    together = (
        draft.measure.asks_amount
        or _spans_providers(sentence)
        or any(set(term.text.split()) & word_list("together") for term in sentence.terms)
    )
    return (
        every
        and together
        and not draft.shape.order
        and not draft.measure.share
        and not draft.comparison.change
        and not sentence.has("rank")
        and not any(term.kind in ("which", "each") and "all" not in term.text.split() for term in sentence.terms)
    )


def _pays_across(sentence: Sentence, at: int) -> bool:
    """`what do we pay for databases across clouds`: one figure, wherever it is paid."""
    opening = sentence.terms[0].text.split()[0] if sentence.terms else ""
    clouds = sentence.terms[at].value == "provider" and at > 0 and sentence.terms[at - 1].text == "across"
    return (
        clouds and opening in ("what", "how") and sentence.has("noun") and not sentence.has("change", "vs", "compare")
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
        or sentence.terms[at - 1].text in word_list("openings")
    )
    last = list(sentence.coordinated(at, "dimension"))[-1]
    return opening and sentence.kind(last + 1) in ("noun", "metric")


def _dimensions(sentence: Sentence, draft: Draft, at: int) -> None:
    for place in sentence.coordinated(at, "dimension"):
        if place not in sentence.taken and sentence.terms[place].value not in draft.shape.dimensions:
            draft.shape.dimensions.append(sentence.terms[place].value)
        sentence.take(place)
        following = sentence.after(place)
        if sentence.kind(following) == "and" and following is not None and sentence.kind(following + 1) == "unit":
            draft.shape.grain = GRAINS[sentence.terms[following + 1].value]
            sentence.take(following + 1)


def by_time(sentence: Sentence, draft: Draft) -> None:
    """`daily`, `per month`, `trend`: one row a day, week or month."""
    for at in sentence.open("grain"):
        draft.shape.grain = (
            draft.shape.grain if draft.shape.grain not in (None, "auto") else GRAINS[sentence.terms[at].value]
        )
        sentence.take(at)
        following = sentence.after(at)
        if sentence.kind(following) == "and" and following is not None and sentence.kind(following + 1) == "dimension":
            _dimensions(sentence, draft, following + 1)
    for at in sentence.open("trend"):
        draft.shape.grain = draft.shape.grain or "auto"
        sentence.take(at)
        if sentence.kind(sentence.before(at)) == "unit":
            sentence.take(sentence.before(at) or 0)
