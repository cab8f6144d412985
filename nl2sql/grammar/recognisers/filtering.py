"""Which rows are meant: values, parts of the bill, unallocated spend, and what is left out."""

from dataclasses import replace

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics, semantics
from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Draft, Refusal
from nl2sql.grammar.query import Filter
from nl2sql.grammar.tagging.terms import Sentence, Term

FILTERS = ("value", "charge", "missing")
MACHINES = frozenset({"machines", "buckets", "clusters", "functions", "datasets"})
_PART_WORDS = {
    "unused": "unused commitments",
    "used": "used commitments",
    "committed": "committed usage",
    "cuds": "committed use discounts",
}
_LONG_WEEKEND = 4  # days
_ADDED_TO_COST = ("tax", "credits", "refunds", "purchases", "usage", "unused")
_ALLOCATED = ("team", "environment", "application")


def names_resources(term: Term) -> bool:
    """Whether a name of services is said as its resources: `ec2 instances`, `buckets`."""
    return term.kind == "value" and term.text.split()[-1] in word_list("resource_words")


def kind_of_resource(sentence: Sentence, at: int) -> int | None:
    """The place of the word for a kind of resource right after a place, with
    names before it: `each lambda function`, `per RDS instance`.
    """
    place = sentence.after(at, ("noise", "all"))
    while place is not None and sentence.kind(place) in FILTERS:
        if names_resources(sentence.terms[place]) and sentence.kind(place + 1) != "dimension":
            return place
        place = sentence.after(place, ())
    return None


def filter_of(term: Term, semantics: Semantics, values: Values) -> Filter:
    """The condition that a term stands for; without values where the data has none of its kind."""
    if term.kind == "missing":
        return Filter("team", (None,), "unallocated")
    if term.kind == "charge":
        charge = semantics.charges[term.value]
        like = tuple(
            v for v in values.by_dimension.get(charge.column, ()) if any(part in v.casefold() for part in charge.like)
        )
        label = _PART_WORDS.get(term.value, term.value.replace("_", " "))
        if charge.contains:
            return Filter(charge.column, charge.contains, label, contains=True)
        return Filter(charge.column, (*charge.values, *like), label)
    match = term.matches[0]
    return Filter(match.dimension, match.values, match.label)


def absent(sentence: Sentence, draft: Draft) -> None:
    """`without a team`, `missing environment tag`, `untagged by environment`: rows where the dimension has no value."""
    for at in sentence.open("missing", "not"):
        following = sentence.after(at)
        any_of = following is not None and sentence.terms[following].text == "any" and sentence.kind(following) == "by"
        if any_of and following is not None:  # not allocated to any environment
            sentence.take(following)
            beside: int | None = following + 1
        elif sentence.terms[at].kind == "missing" and sentence.terms[at].value == "unallocated":
            beside = next((place for place in (following, sentence.before(at)) if _allocated(sentence, place)), None)
        else:
            beside = following
        if beside is None or not _allocated(sentence, beside):
            if (
                sentence.terms[at].text.endswith(" by") and sentence.kind(at + 1) == "dimension"
            ):  # unallocated by provider
                draft.shape.dimensions.append(sentence.terms[at + 1].value)
                sentence.take(at + 1)
            _settle_missing(sentence, at)
            continue
        dimension = sentence.terms[beside].value
        draft.filters.conditions.append(
            Filter(dimension, (None,), f"no {dimension}" if dimension != "team" else "unallocated")
        )
        sentence.take(at, beside)
        if _of_those(sentence, at):
            sentence.take(at - 1)


def _of_those(sentence: Sentence, at: int) -> bool:
    """`the cost of resources nobody tagged with a team`: what they cost together, and no list of them."""
    owned = sentence.kind(at - 1) == "dimension" and sentence.terms[at - 1].value == "resource"
    costs = owned and sentence.kind(sentence.before(at - 1)) in ("noun", "metric")
    return costs and not sentence.has("which", "top", "by")


def allocated(sentence: Sentence, draft: Draft) -> None:
    """`tagged spend`, `how much is allocated`, `with a team tag`: what has an
    owner; before a name it only says of whom.
    """
    for at in sentence.open("tagged"):
        following, before = sentence.after(at), sentence.before(at)
        denied = before is not None and sentence.kind(before) == "not"
        if sentence.kind(following) in ("value", "unknown", "by") or (
            sentence.kind(following) == "dimension" and not _allocated(sentence, following)
        ):
            sentence.take(at)
            continue
        dimension = "team"
        if following is not None and _allocated(sentence, following):
            dimension = sentence.terms[following].value
            sentence.take(following)
        draft.filters.conditions.append(
            Filter(dimension, (None,), "unallocated" if dimension == "team" else f"no {dimension}", negated=not denied)
        )
        sentence.take(at, *([before] if denied and before is not None else []))
    for at in sentence.open("with"):
        beside = sentence.after(at)
        if (
            beside is None
            or not _allocated(sentence, beside)
            or beside + 1 == len(sentence.terms)
            or sentence.terms[beside + 1].text not in word_list("tag_words")
        ):
            continue
        dimension = sentence.terms[beside].value
        draft.filters.conditions.append(Filter(dimension, (None,), f"no {dimension}", negated=True))
        sentence.take(at, beside)


def _settle_missing(sentence: Sentence, at: int) -> None:
    """`untagged resources` are untagged spend; `have no` without a dimension is not understood."""
    if sentence.terms[at].kind != "missing":
        return
    if sentence.terms[at].value != "unallocated":
        sentence.terms[at] = replace(sentence.terms[at], kind="unknown")
    elif (
        sentence.kind(at + 1) == "dimension"
        and sentence.terms[at + 1].value == "resource"
        and not _resources_sought(sentence, at)
    ):
        sentence.take(at + 1)


def _resources_sought(sentence: Sentence, at: int) -> bool:
    """`which untagged resources`, `top 3 unallocated resources`: the resources
    themselves, not what they cost together.
    """
    ranked = bool(sentence.open("top")) and len(sentence.open("dimension")) == 1
    return ranked or sentence.kind(sentence.before(at, ("noise", "all", "number"))) in ("top", "which", "count")


def _allocated(sentence: Sentence, at: int | None) -> bool:
    if (
        at is None
        or at in sentence.taken
        or sentence.kind(at) != "dimension"
        or (sentence.kind(at - 1) in ("by", "which") and at - 1 not in sentence.taken)
    ):
        return False
    return sentence.terms[at].value in _ALLOCATED and not sentence.terms[at].plural


def instead(sentence: Sentence, _draft: Draft) -> None:
    """`by service instead of account`, `billed rather than effective`: what it replaces says nothing more."""
    for at in sentence.open("instead"):
        following = sentence.after(at)
        if following is not None and sentence.kind(following) in (
            "dimension",
            "value",
            "metric",
            "period",
            "grain",
            "unit",
        ):
            sentence.take(at, following)


def in_or_out(sentence: Sentence, draft: Draft) -> None:
    """`credits out, tax in`: said behind the part of the bill."""
    for at in sentence.open("charge"):
        side = sentence.terms[at + 1].text if at + 1 < len(sentence.terms) else ""
        charge = sentence.terms[at].value
        ends = (
            at + 2 >= len(sentence.terms) or sentence.terms[at + 1].comma or sentence.kind(at + 2) in ("and", "charge")
        )
        if side in ("out", "left out", "excluded", "removed") and ends:
            if charge != "tax":
                draft.filters.conditions.append(_negated_charge(sentence.terms[at]))
            sentence.take(at, at + 1)
        elif side in ("in", "included", "too", "as well", "also") and ends and charge in _ADDED_TO_COST:
            draft.filters.with_tax = draft.filters.with_tax or charge == "tax"
            sentence.take(at, at + 1)


def _negated_charge(term: Term) -> Filter:
    charge = semantics().charges[term.value]
    return Filter(charge.column, charge.values, term.value.replace("_", " "), negated=True)


def left_out(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> None:
    """`without dev and staging`, `except prod`, `excluding tax`: everything but these."""
    for at in sentence.open("not"):
        passed = ("noise", "all", "noun", "only", "with", "tagged")
        following = sentence.after(at, passed)
        if following in sentence.taken and sentence.kind(following) == "dimension":  # excluding team search
            following = sentence.after(following or 0, passed)
        if following is None or sentence.kind(following) not in FILTERS or following in sentence.taken:
            continue
        doubled = sentence.before(at)
        if doubled is not None and sentence.kind(doubled) == "not":
            sentence.take(doubled)
        places = [place for kind in FILTERS for place in sentence.coordinated(following, kind)]
        for place in places:
            condition = filter_of(sentence.terms[place], semantics, values)
            taxed = "invoice_cost" in draft.measure.metrics  # every other cost is without tax anyway
            if taxed or (condition.dimension, condition.values) != ("charge_category", ("Tax",)):
                joined = sentence.terms[at].text in ("non", "not in")
                _add(draft, replace(condition, negated=True, keep_missing=not joined))
        sentence.take(at, *places)


def with_tax(sentence: Sentence, draft: Draft) -> None:
    """`including tax`, `with credits`: tax is added; credits are in anyway."""
    for at in sentence.open("with"):
        following = sentence.after(at, ("noise", "all"))
        keeps = sentence.terms[at].text.startswith(("incl", "keep", "leav", "with"))
        if keeps and following is not None and sentence.kind(following) == "missing" and sentence.has("dimension"):
            beyond = [place for place in (following + 1, following + 2) if _says_part(sentence, place)]
            sentence.take(at, following, *beyond)  # what has no owner is in anyway
            continue
        if following is not None and sentence.kind(following) == "charge" and following not in sentence.taken:
            for place in sentence.coordinated(following, "charge"):
                if sentence.terms[place].value in _ADDED_TO_COST:
                    draft.filters.with_tax = draft.filters.with_tax or sentence.terms[place].value == "tax"
                    sentence.take(at, place)


def _says_part(sentence: Sentence, at: int) -> bool:
    """`the untagged part`, `the untagged spend in`."""
    return at < len(sentence.terms) and sentence.terms[at].text in ("part", "portion", "rest", "share", "in")


def names(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> None:
    """Every other name is a condition; names of one dimension are alternatives."""
    draft.filters.widens = draft.filters.widens or bool(sentence.open("with"))
    for at in sentence.open(*FILTERS):
        term = sentence.terms[at]
        condition = filter_of(term, semantics, values)
        if not condition.values:
            draft.discourse.refusal = draft.discourse.refusal or Refusal(f"The bills hold no {condition.label}.")
            return
        if term.kind == "charge" and (metric := semantics.charges[term.value].metric) and not draft.measure.metrics:
            draft.measure.metrics.append(metric)
        _add(draft, condition)
        sentence.take(at)


def _add(draft: Draft, condition: Filter) -> None:
    """Add a condition; alternatives of one dimension become one, and a general word yields to a particular service."""
    same = [
        f
        for f in draft.filters.conditions
        if (f.dimension, f.negated, f.contains) == (condition.dimension, condition.negated, condition.contains)
    ]
    if not same or (condition.dimension == "charge_category" and condition.negated):
        draft.filters.conditions.append(condition)
        return
    old = same[0]
    if condition.label in MACHINES:
        return
    draft.filters.conditions.remove(old)
    if old.label in MACHINES:
        draft.filters.conditions.append(condition)
        return
    values = tuple(dict.fromkeys((*old.values, *condition.values)))
    label = old.label if values == old.values else f"{old.label} and {condition.label}"
    draft.filters.conditions.append(
        replace(old, values=values, label=label, keep_missing=old.keep_missing and condition.keep_missing)
    )


def weekdays(sentence: Sentence, draft: Draft) -> None:
    """`on weekends`, `working days`."""
    period = draft.filters.period
    for at in sentence.open("weekdays"):
        if period and period.days <= _LONG_WEEKEND and not sentence.terms[at].text.endswith("s"):
            if sentence.terms[at].value == "weekend":
                sentence.take(at)  # the weekend of the launch (28-30 nov): the days are named
            continue
        weekend = sentence.terms[at].value == "weekend"
        before = sentence.before(at)
        if before is not None and sentence.kind(before) == "not":  # excluding weekends
            weekend = not weekend
            sentence.take(before)
        draft.filters.weekdays = "weekend" if weekend else "weekday"
        sentence.take(at)
