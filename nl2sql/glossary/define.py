"""What a word of cloud cost means, where a question asks for the word: `what is a savings plan?`. Pure."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nl2sql.catalog.semantics import Key, key, semantics
from nl2sql.grammar.draft import Choice, Refusal

TERMS = Path(__file__).with_name("terms.yaml")

_POLITE = r"(?:(?:and|so|ok|okay|hi|hey|hello|please|sorry|but|um|quick question)[,:]?\s+)*"
_TERM = r"(?P<term>[\w][\w\s/-]{1,48}?)"
_END = (
    r"\s*(?:actually|exactly|again|here|in finops|in (?:plain|simple) (?:words|english|terms)|for dummies|please)?"
    r"\s*[?.!]*$"
)
_A = r"(?:an?\s+|the\s+|the term\s+|the word\s+)?"
_IS_MEANT = r"(?:is meant by|do you mean by|do we mean by|is the meaning of|is the definition of)"
_EXPLAIN = r"(?:can you |could you )?(?:define|explain|explain to me|definition of|meaning of)"
_TELL = r"(?:tell me |do you know |i do not know |i don't know )"
_ASKS = (  # the shape says that a word is asked for
    rf"^{_POLITE}(?:what(?:'?s| is)\s+)?the (?:meaning|definition) of\s+{_A}{_TERM}{_END}",
    rf"^{_POLITE}what {_IS_MEANT}\s+{_A}{_TERM}{_END}",
    rf"^{_POLITE}what (?:does|do|did)\s+{_A}{_TERM}\s+(?:means?|stand for){_END}",
    rf"^{_POLITE}{_EXPLAIN}\s+(?:what\s+)?{_A}{_TERM}(?:\s+(?:is|are|means?))?{_END}",
    rf"^{_POLITE}{_TELL}what\s+{_A}{_TERM}\s+(?:is|are|means?){_END}",
    rf"^{_POLITE}(?:what's|whats|what is)\s+an?\s+{_TERM}{_END}",
)
_MAY_ASK = (rf"^{_POLITE}(?:what's|whats|what is|what are)\s+{_TERM}{_END}",)  # or for an amount
_SURELY, _MAYBE = (tuple(re.compile(one, re.IGNORECASE) for one in shapes) for shapes in (_ASKS, _MAY_ASK))
_OF_AMOUNTS = frozenset({"credits", "credit", "commitments", "coverage", "utilization", "utilisation", "run rate"})


def defined(question: str) -> Refusal | None:
    """The meaning of the word that a question asks for, with what can be asked about it; None for other questions, and
    for words that are not known. An amount may be meant by `what are credits`, so that is no such question.
    """
    for patterns, surely in ((_SURELY, True), (_MAYBE, False)):
        for pattern in patterns:
            asked = pattern.match(question)
            if asked is None:
                continue
            words = key(asked["term"])
            if not surely and (" ".join(words) in _OF_AMOUNTS or words not in _terms()):
                continue
            if found := _terms().get(words) or _metric(words):
                return found
    return None


@cache
def _terms() -> dict[Key, Refusal]:
    content: list[dict[str, Any]] = yaml.safe_load(TERMS.read_text(encoding="utf-8"))
    return {key(says): _meaning(term["means"], term["ask"]) for term in content for says in term["says"]}


def _metric(words: Key) -> Refusal | None:
    """What the catalogue says of a metric."""
    catalogue = semantics()
    metric = next((entry.value for entry in catalogue.lexicon.get(words, ()) if entry.kind == "metric"), None)
    if metric is None:
        return None
    name = " ".join(words)
    definition = catalogue.metrics[metric].definition
    return _meaning(f"{name[0].upper()}{name[1:]}: {definition[0].lower()}{definition[1:]}", [f"{name} last month"])


def _meaning(means: str, ask: list[str]) -> Refusal:
    return Refusal(means.strip(), outside=True, choices=tuple(Choice(one, one) for one in ask))
