"""Tags by their keys: those that no line item bears, and `by tag` without one."""

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Draft, Refusal
from nl2sql.grammar.tagging.terms import Sentence

_OWNERS = frozenset({"team", "environment", "application"})  # which the allocation rules take from tags
_SHOWN = 10


def other_tags(sentence: Sentence, draft: Draft, semantics: Semantics, _values: Values) -> None:
    """`by project tag`, `by tag`: a key that no line item bears is not the dimension of its name."""
    for at, term in enumerate(sentence.terms):
        if term.text not in word_list("tag_words"):
            continue
        beside = [place for place in (at - 1, at + 1) if sentence.kind(place) in ("dimension", "unknown")]
        others = [place for place in beside if sentence.terms[place].value not in _OWNERS]
        for place in others:
            name = sentence.terms[place].text
            draft.discourse.refusal = Refusal(
                f"No line item that you may see bears the tag “{name[:60]}”. {_tag_keys_sentence(semantics)}"
            )
        if not beside and sentence.kind(at - 1) == "by":
            draft.discourse.refusal = Refusal(f"By which tag? {_tag_keys_sentence(semantics)}")


def _tag_keys_sentence(semantics: Semantics) -> str:
    """The keys that there are, a few of them."""
    keys = sorted({one.tag_keys[0] for one in semantics.dimensions.values() if one.tag_keys})
    if not keys:
        return "There are no tags; team, environment and application come from the rules under `allocation`."
    named = ", ".join(key[:60] for key in keys[:_SHOWN])
    return f"There are {named}{' and more (`finops tags`)' if len(keys) > _SHOWN else ''}."
