"""What is measured: the metric, counts, averages, running totals and shares."""

from dataclasses import replace

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import Filter
from nl2sql.grammar.recognisers.filtering import FILTERS, filter_of, kind_of_resource, names_resources
from nl2sql.grammar.tagging.terms import Sentence, Term

_COMMITMENTS = frozenset({"committed", "savings_plans", "reservations", "cuds", "used", "unused"})
_COPULAS = frozenset(["is", "was", "are", "were", "does", "do", "did", "goes", "went", "comes", "came", "belongs"])


def metric(sentence: Sentence, draft: Draft) -> None:
    """`billed`, `list price`, `savings`: what is added up."""
    contrasted = sentence.has("metric") and sentence.has("vs", "compare")
    for at in sentence.open("which"):
        enumerated = sentence.terms[at].comma or sentence.kind(at + 1) == "and"
        if sentence.terms[at].text == "list" and (
            contrasted or (enumerated and sentence.has("metric"))
        ):  # list vs effective
            draft.metrics.append("list_cost")
            sentence.take(at)
    for at in sentence.open("metric"):
        if sentence.terms[at].value not in draft.metrics:
            draft.metrics.append(sentence.terms[at].value)
        sentence.take(at)
    if "savings" in draft.metrics:
        _saved_against(sentence, draft)
        in_percent = any(sentence.terms[at].value == "percent" for at in sentence.open("rate", "percent"))
        if draft.metrics == ["savings"] and in_percent and not sentence.open("change", "vs", "compare"):
            draft.metrics = ["savings_rate"]
            sentence.take(*sentence.open("rate", "percent"))
    if {"coverage_rate", "utilization_rate"} & set(draft.metrics):  # of commitments: what else?
        sentence.take(*(at for at in sentence.open("charge") if sentence.terms[at].value in ("committed", "used")))


def _saved_against(sentence: Sentence, draft: Draft) -> None:
    """`saved versus on demand`, `savings against our list prices`: what savings
    are measured from anyway is no second metric and no filter.
    """
    for at in sentence.open("vs", "cmp"):
        following = sentence.after(at)
        if following is None or (
            sentence.terms[following].value not in ("on_demand", "list_cost")
            and sentence.terms[following].text != "list"
        ):
            continue
        sentence.take(at, following)
        beyond = sentence.after(following)
        if beyond is not None and sentence.terms[beyond].value == "list_cost":
            sentence.take(beyond)
        draft.metrics = [name for name in draft.metrics if name != "list_cost"]


def rates_of_commitments(terms: list[Term]) -> list[Term]:
    """`utilization` is how far commitments are used where the question names
    them, else a resource's; `coverage` always is of commitments.
    """
    committed = any(term.kind == "charge" and term.value in _COMMITMENTS for term in terms) or any(
        term.value == "commitment_type" for term in terms
    )
    resolved = []
    for term in terms:
        if term.kind == "subject" and term.text.startswith("wast") and committed:  # wasted reservations are unused ones
            term = replace(term, kind="charge", value="unused")
        if term.kind == "utilization":
            term = (
                replace(term, kind="metric", value="utilization_rate")
                if committed
                else replace(term, kind="subject", value="utilization")
            )
        resolved.append(term)
    return resolved


def count(sentence: Sentence, draft: Draft) -> None:
    """`how many services`, `number of accounts`, `how many EC2 instances`: distinct values on the bill."""
    for at in sentence.open("count"):
        if sentence.kind(sentence.after(at)) in ("share", "percent"):  # how many per cent
            sentence.take(at)
            continue
        thing = (
            sentence.after(at, ("noise", "all", "value", "unknown", "missing", "charge"))
            if not _resources_after(sentence, at)
            else _resources_after(sentence, at)
        )
        if thing is None or "usage_quantity" in draft.metrics:
            if "usage_quantity" in draft.metrics:  # how many tokens
                sentence.take(at)
            return
        if sentence.kind(thing) == "dimension" or (sentence.kind(thing) == "unit" and sentence.has("cmp")):
            draft.count = sentence.terms[thing].value
            sentence.take(at, thing)
        elif names_resources(sentence.terms[thing]):
            draft.count = "resource"
            sentence.take(at)
        return


def _resources_after(sentence: Sentence, at: int) -> int | None:
    following = sentence.after(at, ("noise", "all"))
    while following is not None and sentence.kind(following) == "value":
        if names_resources(sentence.terms[following]):
            return following
        following = sentence.after(following)
    return None


def average(sentence: Sentence, draft: Draft) -> None:
    """`average daily spend`, `average per month`, `average cost per instance`:
    the total over the number of days, months or things.
    """
    for at in sentence.open("average"):
        sentence.take(at)
        grains = sentence.open("grain")
        dimension = next((place for place in sentence.open("dimension") if _per(sentence, place)), None)
        if (
            sentence.kind(at + 1) in ("dimension", "unit")
            and not sentence.terms[at + 1].plural
            and not sentence.terms[at + 1].text.endswith("s")
        ):
            draft.average = sentence.terms[at + 1].value
            sentence.take(at + 1)
        elif grains:
            nearest = min(grains, key=lambda place: abs(place - at))
            draft.average = sentence.terms[nearest].value
            sentence.take(nearest)
        elif dimension is not None and not draft.dimensions:
            draft.average = sentence.terms[dimension].value
            sentence.take(dimension, *(place for place in (dimension - 1,) if sentence.kind(place) == "by"))
        elif (
            things := next(
                (
                    place
                    for place in sentence.open("by")
                    if sentence.terms[place].text == "per" and kind_of_resource(sentence, place)
                ),
                None,
            )
        ) is not None:
            draft.average = "resource"
            sentence.take(things)
        else:
            draft.average = "day"


def _per(sentence: Sentence, at: int) -> bool:
    before = at - 1
    return (
        sentence.kind(before) == "by" and sentence.terms[before].text in ("per", "by") and not sentence.terms[at].plural
    )


def run_rate(sentence: Sentence, draft: Draft) -> None:
    """`run rate`, `annualized cost`: the cost a day, and a month and a year of it."""
    for at in sentence.open("run_rate"):
        draft.run_rate = True
        sentence.take(at, *sentence.open("grain"))


def cumulative(sentence: Sentence, draft: Draft) -> None:
    """`running total`, `cumulative`: each step with all before it."""
    for at in sentence.open("cumulative"):
        draft.cumulative = True
        sentence.take(at)


def share(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> None:
    """`what % of X is Y`, `Y share of X`, `share of each provider`: Y are the
    numerators, X stays a filter of the whole.
    """
    shares = sentence.open("share", "rate")
    percents = [
        at for at in sentence.open("percent") if sentence.terms[at].value == "percent" and not sentence.terms[at].amount
    ]
    if draft.change and _in_percent(sentence, shares) and not sentence.open("dimension"):
        sentence.take(*shares, *percents)  # by how much per cent something grew
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
    draft.share = True
    places = [at for at in sentence.open(*FILTERS) if not _negated(sentence, at)]
    parts = _numerators(sentence, shares[0], places)
    for at in parts:
        condition = filter_of(sentence.terms[at], semantics, values)
        if same := next((f for f in draft.numerators if f.dimension == condition.dimension), None):
            draft.numerators.remove(same)
            condition = Filter(same.dimension, (*same.values, *condition.values), f"{same.label} and {condition.label}")
        draft.numerators.append(condition)
        sentence.take(at)
    if any(f.dimension == "commitment_type" for f in draft.numerators) and _covered(sentence):
        sentence.take(*sentence.open("charge", value="used"))
        _as_coverage(draft)
        return
    absences = [f for f in draft.filters if f.values == (None,)]
    if not parts and absences:
        draft.numerators += absences
        draft.filters = [f for f in draft.filters if f not in absences]


def _covered(sentence: Sentence) -> bool:
    return any("covered" in term.text.split() or "cover" in term.text.split() for term in sentence.terms)


def _as_coverage(draft: Draft) -> None:
    """`what percentage of EC2 is covered by savings plans`: of all usage, not of what a commitment covers already."""
    kinds = [f for f in draft.numerators if f.dimension == "commitment_type"]
    draft.metrics, draft.share, draft.numerators = ["coverage_rate"], False, []
    draft.filters = [f for f in draft.filters if f.dimension != "commitment_status"] + kinds


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
        if later and (sentence.kind(at) in ("noun", "metric") or sentence.terms[at].text.split()[0] in _COPULAS):
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
        return at == share_at - 1
    following = sentence.after(at)
    return (
        following is not None
        and sentence.kind(following) == "by"
        and sentence.terms[following].text in ("in each", "in every", "within each")
    )


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
