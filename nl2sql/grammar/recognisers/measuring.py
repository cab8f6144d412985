"""What is measured: the metric, counts, averages, run rates and running totals."""

import re
from dataclasses import replace

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.recognisers.filtering import kind_of_resource, names_resources
from nl2sql.grammar.sql.ai_measures import NO_MONEY
from nl2sql.grammar.tagging.terms import Sentence, Term

KINDS_OF_COMMITMENT = frozenset({"savings_plans", "reservations", "cuds", "committed"})
_SAVED = frozenset({"have", "we", "did", "saved", "save", "savings", "so", "far", "to", "date", "up", "now"})
_METERED = frozenset({"hour", "gb", "tb", "gib", "tib", "gb month", "gb hour", "request", "vcpu hour", "second"})
_COMMITMENTS = frozenset({"committed", "savings_plans", "reservations", "cuds", "used", "unused"})


def metric(sentence: Sentence, draft: Draft) -> None:
    """`billed`, `list price`, `savings`: what is added up."""
    contrasted = sentence.has("metric") and sentence.has("vs", "compare")
    for at in sentence.open("which"):
        enumerated = sentence.terms[at].comma or sentence.kind(at + 1) == "and"
        if sentence.terms[at].text == "list" and (
            contrasted or (enumerated and sentence.has("metric"))
        ):  # list vs effective
            draft.measure.metrics.append("list_cost")
            sentence.take(at)
    for at in sentence.open("metric"):
        if sentence.terms[at].value not in draft.measure.metrics:
            draft.measure.metrics.append(sentence.terms[at].value)
        sentence.take(at)
    _per_unit(sentence, draft)
    if {"savings", "savings_rate"} & set(draft.measure.metrics):
        _saved_against(sentence, draft)
        percents = [at for at in sentence.open("rate", "percent") if sentence.terms[at].value == "percent"]
        if any(term.kind == "metric" and "list" in term.text.split() for term in sentence.terms):
            percents += [
                at for at in sentence.open("share") if sentence.terms[at].text in ("percent", "percentage", "pct")
            ]
        in_percent = bool(percents)
        if draft.measure.metrics == ["savings"] and in_percent and not sentence.open("change", "vs", "compare"):
            draft.measure.metrics = ["savings_rate"]
            sentence.take(*sentence.open("rate", "percent"), *percents)
    if {"coverage_rate", "utilization_rate"} & set(draft.measure.metrics):  # of commitments: what else?
        sentence.take(*(at for at in sentence.open("charge") if sentence.terms[at].value in ("committed", "used")))


def _per_unit(sentence: Sentence, draft: Draft) -> None:
    """`what do we pay per EC2 hour`: cost by what was consumed, of the service named in between."""
    for at in sentence.open("by"):
        unit = at + 2
        measured = unit < len(sentence.terms) and sentence.terms[unit].text in _METERED
        if sentence.terms[at].text == "per" and sentence.kind(at + 1) == "value" and measured:
            draft.measure.metrics = ["unit_cost"]
            sentence.take(at, unit)


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
        draft.measure.metrics = [name for name in draft.measure.metrics if name != "list_cost"]


def rates_of_commitments(terms: list[Term]) -> list[Term]:
    """`utilization` is how far commitments are used where the question names
    them, else a resource's; `coverage` always is of commitments.
    """
    committed = any(term.kind == "charge" and term.value in _COMMITMENTS for term in terms) or any(
        term.value == "commitment_type" for term in terms
    )
    resolved = []
    if committed and re.search(r"\bhow well\b.*\bus(?:ed|e|ing)\b", " ".join(term.text for term in terms)):
        terms = [replace(one, kind="utilization") if one.text == "well" else one for one in terms]
    for term in terms:
        if term.kind == "subject" and term.text.startswith("wast") and committed:  # wasted reservations are unused ones
            term = replace(term, kind="charge", value="unused")
        if term.value == "ledger" and set(term.text.split()) <= _SAVED and (committed or _against_list(terms)):
            term = replace(term, kind="metric", value="savings")  # by discounts, not by changes
        if term.kind == "utilization":
            term = (
                replace(term, kind="metric", value="utilization_rate")
                if committed
                else replace(term, kind="subject", value="utilization")
            )
        if committed and term.kind == "unknown" and term.text in ("type", "types", "kind", "kinds"):
            term = replace(term, kind="dimension", value="commitment_type")
        resolved.append(term)
    return _uncovered(_used_beside_unused(_usage_beside_parts(_periods_apart(resolved))))


def _against_list(terms: list[Term]) -> bool:
    return any(term.value in ("list_cost", "contracted_cost", "savings", "savings_rate") for term in terms)


def _periods_apart(terms: list[Term]) -> list[Term]:
    """`october minus september`: between two periods it compares, and leaves nothing out."""
    return [
        replace(term, kind="vs", value="vs")
        if term.text in ("minus", "less") and 0 < at < len(terms) - 1 and _both_periods(terms[at - 1], terms[at + 1])
        else term
        for at, term in enumerate(terms)
    ]


def _both_periods(one: Term, other: Term) -> bool:
    return one.kind == other.kind == "period"


def _usage_beside_parts(terms: list[Term]) -> list[Term]:
    """`usage vs purchases vs credits`: beside other parts of the bill usage is one of them, and no word for cost."""
    parts = semantics().charges
    for at, term in enumerate(terms):
        if term.kind != "noun" or term.text != "usage":
            continue
        for joint, other in ((at + 1, at + 2), (at - 1, at - 2)):
            if not (0 <= joint < len(terms) and 0 <= other < len(terms)):
                continue
            beside = terms[other]
            joined = terms[joint].kind in ("vs", "and") and beside.kind == "charge"
            if joined and parts[beside.value].column == "charge_category":
                terms = [*terms[:at], replace(term, kind="charge", value="usage"), *terms[at + 1 :]]
                break
    return terms


def _used_beside_unused(terms: list[Term]) -> list[Term]:
    """`commitments: used vs unused`: beside what is unused `used` is its other part, and what both are of says nothing
    more.
    """
    for at, term in enumerate(terms):
        if term.text != "used":
            continue
        for joint, other in ((at + 1, at + 2), (at - 1, at - 2)):
            if not (0 <= joint < len(terms) and 0 <= other < len(terms)):
                continue
            if terms[joint].kind in ("vs", "and") and terms[other].value == "unused":
                silent = [replace(one, kind="noise") if one.value == "committed" else one for one in terms]
                return [*silent[:at], replace(term, kind="charge", value="used"), *silent[at + 1 :]]
    return terms


def _uncovered(terms: list[Term]) -> list[Term]:
    """`not covered by a savings plan` is on demand: the kind of commitment says nothing more."""
    for at, term in enumerate(terms):
        if term.value != "on_demand" or not term.text.endswith(("not covered", "uncovered")):
            continue
        beyond = next((n for n in range(at + 1, len(terms)) if terms[n].kind not in ("noise", "by", "all")), None)
        if beyond is not None and terms[beyond].value in KINDS_OF_COMMITMENT:
            silent = [replace(one, kind="noise", value="noise") for one in terms[at + 1 : beyond + 1]]
            return [*terms[: at + 1], *silent, *_uncovered(terms[beyond + 1 :])]
    return terms


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
        measured = not NO_MONEY.isdisjoint(draft.measure.metrics)
        if thing is None or measured:
            if measured:  # how many tokens
                sentence.take(at)
            return
        if sentence.kind(thing) == "dimension" or (sentence.kind(thing) == "unit" and sentence.has("cmp")):
            draft.measure.count = sentence.terms[thing].value
            sentence.take(at, thing)
        elif names_resources(sentence.terms[thing]):
            draft.measure.count = "resource"
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
            draft.measure.average = sentence.terms[at + 1].value
            sentence.take(at + 1)
        elif grains:
            nearest = min(grains, key=lambda place: abs(place - at))
            draft.measure.average = sentence.terms[nearest].value
            sentence.take(nearest)
        elif dimension is not None and not draft.shape.dimensions:
            draft.measure.average = sentence.terms[dimension].value
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
            draft.measure.average = "resource"
            sentence.take(things)
        else:
            draft.measure.average = _of_one(sentence) or "day"


def _of_one(sentence: Sentence) -> str | None:
    """`what does an ec2 instance cost on average`: over the instances, not over days."""
    for at, term in enumerate(sentence.terms):
        before = sentence.terms[at - 1].text if at else ""
        single = names_resources(term) and not term.text.endswith("s")
        if before in ("a", "an", "one", "single") and single:
            return "resource"
    return None


def _per(sentence: Sentence, at: int) -> bool:
    before = at - 1
    return (
        sentence.kind(before) == "by" and sentence.terms[before].text in ("per", "by") and not sentence.terms[at].plural
    )


def run_rate(sentence: Sentence, draft: Draft) -> None:
    """`run rate`, `annualized cost`: the cost a day, and a month and a year of it."""
    for at in sentence.open("run_rate"):
        draft.measure.run_rate = True
        sentence.take(at, *sentence.open("grain"))


def cumulative(sentence: Sentence, draft: Draft) -> None:
    """`running total`, `cumulative`: each step with all before it."""
    for at in sentence.open("cumulative"):
        draft.measure.cumulative = True
        sentence.take(at)
