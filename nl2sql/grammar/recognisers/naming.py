"""Parts of names: `resources with web in the name`."""

from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import Filter
from nl2sql.grammar.semantic.filters import containing
from nl2sql.grammar.tagging.terms import Sentence


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
