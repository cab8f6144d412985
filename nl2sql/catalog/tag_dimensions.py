"""The tags of line items as dimensions, one for all spellings of a key: `by tag cost-center`."""

import re
from collections.abc import Iterable
from dataclasses import replace

from nl2sql.catalog.semantics import Dimension, Entry, Key, Semantics, key

_PREFIX = re.compile(r"^(?:resourcetags/|aws:tags:|tags/)?(?:user[:_])?", re.IGNORECASE)  # of a provider
_BEFORE, _AFTER = (("tag",), ("tags",), ("tag", "key"), ("label",)), (("tag",), ("tags",), ("label",))
_MOST = 500  # keys that can be asked for by name


def with_tags(semantics: Semantics, keys: Iterable[str]) -> Semantics:
    """The catalogue with a dimension a tag key; a phrase that it has already keeps its meaning."""
    spellings: dict[Key, list[str]] = {}
    for written in sorted(set(keys)):
        if words := key(_PREFIX.sub("", written)):
            spellings.setdefault(words, []).append(written)
    for written in sorted(set(keys)):  # `aws:cloudformation:stack-name` is `stack-name` too
        if (words := key(written.rpartition(":")[2])) and words not in spellings:
            spellings[words] = [written]
    dimensions = dict(semantics.dimensions)
    lexicon = dict(semantics.lexicon)
    for words, spelt in list(spellings.items())[:_MOST]:
        name = f"tag_{'_'.join(words)}"
        owned = words in (("team",), ("environment",), ("application",))  # `without an environment tag` is of those
        after_words = () if owned else _AFTER
        phrases = [*(before + words for before in _BEFORE), *(words + after for after in after_words)]
        for phrase in phrases:
            lexicon.setdefault(phrase, (Entry("dimension", name),))
        for after in after_words:  # whose first words may mean something else: `by cost` of `by cost center tag`
            lexicon.setdefault(("by", *words, *after), (Entry("dimension", name, plural=True),))
        dimensions[name] = Dimension(
            name, "tags", None, "untagged", "charges", tuple(map(" ".join, phrases)), tuple(spelt)
        )
    return replace(semantics, dimensions=dimensions, lexicon=lexicon, longest=max(map(len, lexicon)))
