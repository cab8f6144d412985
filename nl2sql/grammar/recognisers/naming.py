"""Parts of names: `resources with web in the name`; and fillers that may be names."""

import re

from nl2sql.catalog.linking import Values
from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Choice, Doubt, Draft
from nl2sql.grammar.query import Filter
from nl2sql.grammar.semantic.filters import containing
from nl2sql.grammar.tagging.terms import Sentence

_MOST = 5
INSTANCE_TYPE = re.compile(
    r"(?:[a-z]+\.)?[a-z][a-z0-9-]{0,8}\d[a-z0-9-]{0,6}\.(?:\d{0,3}x?large|medium|small|micro|nano|metal[\w-]*)"
    r"|[a-z]\d[a-z]?-(?:standard|highmem|highcpu|micro|small|medium)-?\d*",
    re.IGNORECASE,
)
"""What looks like a machine type: `m5.2xlarge`, `db.r6g.large`, `n2-standard-8`."""


def named_like(sentence: Sentence, draft: Draft, question: str) -> None:
    """`resources with web in the name`, `services whose name contains sql`: a part of names instead of a name."""
    for at in sentence.open("contains"):
        after = sentence.terms[at].value == "after"
        place = sentence.after(at) if after else sentence.before(at)
        if place is None or place in sentence.taken or not question[sentence.terms[place].start :].strip():
            continue
        term = sentence.terms[place]
        part = question[term.start : term.end].strip("\"'“”‘’ ")
        if not part or term.text in word_list("pronouns"):
            continue
        before = [one for one in range(place) if sentence.kind(one) == "dimension"]
        dimension = sentence.terms[before[-1]].value if before else "resource"
        draft.filters.conditions.append(Filter(dimension, (part,), containing(dimension, (part,)), contains=True))
        sentence.take(at, place)
        if not after and sentence.kind(sentence.before(place)) in ("with", "by"):
            sentence.take(sentence.before(place) or 0)


def machine_types(sentence: Sentence, draft: Draft, question: str) -> None:
    """`spend on m5.2xlarge`: machine types, which line items tell."""
    for at in sentence.open("unknown"):
        name = question[sentence.terms[at].start : sentence.terms[at].end]
        if INSTANCE_TYPE.fullmatch(name):
            draft.filters.conditions.append(Filter("instance_type", (name.casefold(),), name))
            sentence.take(at)


def fillers(sentence: Sentence, draft: Draft, values: Values, question: str) -> None:
    """`how much does reporting cost`, `cost of data in october`: what says nothing elsewhere stands where a name does,
    and is a part of one; whether it is meant is asked.
    """
    if draft.filters.conditions or draft.comparison.scopes or draft.discourse.doubt or draft.discourse.refusal:
        return
    for at, term in enumerate(sentence.terms):
        if term.kind != "noise" or " " in term.text or not _in_a_names_place(sentence, at):
            continue
        matches = values.partial((term.text,))
        if not matches:
            continue
        before, after = question[: term.start], question[term.end :]
        named = dict.fromkeys(f"{match.dimension.replace('_', ' ')} {match.label}" for match in matches[:_MOST])
        choices = [Choice(name, f"{before}{name}{after}") for name in named]
        draft.discourse.doubt = Doubt(f"Is “{term.text}” a name? It is a part of some.", tuple(choices))
        return


def one_of_several(sentence: Sentence, draft: Draft, question: str) -> None:
    """`cost of the cluster`: one is meant, and nothing says which; all of its kind, or those of a resource's name."""
    conditions = draft.filters.conditions
    if draft.discourse.doubt or len(conditions) != 1 or draft.shape.dimensions or draft.comparison.scopes:
        return
    if conditions[0].dimension not in ("service", "service_category"):
        return
    for at, term in enumerate(sentence.terms):
        single = term.kind == "value" and term.text in word_list("resource_words") and not term.text.endswith("s")
        if single and at and sentence.terms[at - 1].text.split()[-1] == "the":
            before, after = question[: term.start], question[term.end :]
            draft.discourse.doubt = Doubt(
                f"Which {term.text}? Name it, its team or its application; or do you mean all of them?",
                (Choice(f"all {term.text}s", f"{before}{term.text}s{after}"),),
            )
            return


def _in_a_names_place(sentence: Sentence, at: int) -> bool:
    before = sentence.terms[at - 1].text.split()[-1:] if at else []
    following = sentence.kind(sentence.after(at))
    if before in (["does"], ["did"], ["do"], ["will"]):
        return sentence.kind(at + 1) == "noun"
    return before in (["of"], ["for"]) and following in ("", "period", "by", "grain")
