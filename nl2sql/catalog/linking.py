"""Value linking: maps words of a question to values in the data (teams, accounts, services …)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from nl2sql.catalog.semantics import Key, Semantics, Synonym, key

# A name that is exactly a value of several dimensions means the first of these.
PRECEDENCE = (
    "team",
    "environment",
    "provider",
    "account",
    "application",
    "service",
    "region",
    "billing_account",
    "account_id",
    "commitment_type",
    "service_category",
    "resource_type",
)
WEAK = frozenset(
    {"service_category", "resource_type"}
)  # general words: a part of an account's or application's name is as likely meant
_PARTIAL = ("team", "account", "application", "service", "environment", "region")
_NOT_NAMED = frozenset({"currency", "charge_category", "pricing_category"})
_VENDORS = frozenset({"amazon", "aws", "azure", "google", "microsoft", "gcp"})


@dataclass(frozen=True)
class Match:
    """Values of one dimension that words may mean; `near` when the words are only a part of the name."""

    dimension: str
    values: tuple[str, ...]
    label: str
    near: bool = False
    taught: bool = False


@dataclass(frozen=True)
class Taught:
    """A note that holds: `words` mean the values of a dimension; without words it is a sentence for the model."""

    text: str
    words: str = ""
    dimension: str = ""
    values: tuple[str, ...] = ()
    label: str = ""


def _no_resources(_name: str) -> tuple[Match, ...]:
    return ()


@dataclass(frozen=True)
class Values:
    """The names in one version of the data, indexed by the words that mean them."""

    by_dimension: Mapping[str, tuple[str, ...]]
    exact: Mapping[Key, tuple[Match, ...]]
    parts: Mapping[str, tuple[Match, ...]]
    longest: int
    vocabulary: tuple[str, ...] = ()
    find_resources: Callable[[str], tuple[Match, ...]] = field(default=_no_resources)

    def partial(self, words: Key, dimension: str | None = None) -> tuple[Match, ...]:
        """Values whose name contains the words side by side; one match per value."""
        if not words:
            return ()
        matches = [match for match in self.parts.get(words[0], ()) if _contains(key(match.values[0]), words)]
        if dimension:
            matches = [match for match in matches if match.dimension == dimension]
        return tuple(matches)

    def currencies(self) -> tuple[str, ...]:
        """The billing currencies in the data."""
        return self.by_dimension.get("currency", ())


def _contains(name: Key, words: Key) -> bool:
    return any(name[at : at + len(words)] == words for at in range(len(name) - len(words) + 1)) and name != words


class _NameIndex(dict[Key, dict[str, Match]]):
    """Words -> dimension -> the first match that was added."""

    def add(self, words: Key, match: Match) -> None:
        """Map words to a match, unless they already mean another value of its dimension."""
        if words:
            self.setdefault(words, {}).setdefault(match.dimension, match)


def index(
    by_dimension: Mapping[str, Iterable[str]],
    semantics: Semantics,
    own_words: Mapping[str, tuple[str, ...]] | None = None,
    find_resources: Callable[[str], tuple[Match, ...]] = _no_resources,
    taught: Iterable[Taught] = (),
) -> Values:
    """Index the distinct values per dimension, with the synonyms of the catalogue and of the organisation, and what was
    taught: its values must be there, and its words mean nothing else.
    """
    values = {dimension: tuple(sorted(set(names))) for dimension, names in by_dimension.items()}
    exact = _NameIndex()
    for dimension, names in values.items():
        if dimension not in _NOT_NAMED:
            for name in names:
                exact.add(key(name), Match(dimension, (name,), name))
    _add_synonyms(exact, values, semantics.synonyms)
    for name, words in (own_words or {}).items():
        for match in list(exact.get(key(name), {}).values())[:1]:
            for word in words:
                exact.add(key(word), match)
    for note in taught:
        present = tuple(name for name in note.values if name in values.get(note.dimension, ()))
        words = key(note.words)
        if words and words not in exact and present == note.values and present:
            exact.add(words, Match(note.dimension, present, note.label, taught=True))
    ranked = {words: tuple(sorted(matches.values(), key=_precedence)) for words, matches in exact.items()}
    vocabulary = tuple(sorted({word for words in ranked for word in words if len(word) > 3}))
    return Values(values, ranked, _parts(values), max(map(len, ranked), default=1), vocabulary, find_resources)


def _add_synonyms(exact: _NameIndex, values: Mapping[str, tuple[str, ...]], synonyms: Iterable[Synonym]) -> None:
    """Add the catalogue's words for values that the data holds, and services without their vendor's name."""
    for synonym in synonyms:
        if resolved := _resolve(synonym, values.get(synonym.dimension, ())):
            for words in synonym.phrases:
                label = resolved[0] if len(resolved) == 1 else synonym.label.replace("_", " ")
                exact.add(words, Match(synonym.dimension, resolved, label))
    for name in values.get("service", ()):
        stripped = tuple(word for word in key(name) if word not in _VENDORS)
        if stripped and stripped[-1] == "service":
            stripped = stripped[:-1]
        exact.add(stripped, Match("service", (name,), name))


def _parts(values: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[Match, ...]]:
    """Each word of a name -> the names that hold it."""
    parts: dict[str, list[Match]] = {}
    for dimension, names in values.items():
        for name in names if dimension in _PARTIAL else ():
            for word in dict.fromkeys(key(name)):
                parts.setdefault(word, []).append(Match(dimension, (name,), name, near=True))
    return {word: tuple(matches) for word, matches in parts.items()}


def _precedence(match: Match) -> int:
    return PRECEDENCE.index(match.dimension) if match.dimension in PRECEDENCE else len(PRECEDENCE)


def _resolve(synonym: Synonym, names: tuple[str, ...]) -> tuple[str, ...]:
    synonym_names = {name.casefold() for name in synonym.names}
    return tuple(
        name
        for name in names
        if name.casefold() in synonym_names
        or any(name.startswith(prefix) for prefix in synonym.prefixes)
        or any(name.startswith(within) for within in synonym.within)
        or (synonym.within and synonym.label == "europe" and "europe" in name)
    )


def nearest(words: str, values: Values, limit: int = 3, least: int = 60) -> tuple[str, ...]:
    """The names that are most similar to some words, best first; `least` of 100 for rapidfuzz's weighted ratio."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - a heavy library, where it is needed

    names = {
        name
        for dimension in ("team", "account", "application", "service", "environment", "region")
        for name in values.by_dimension.get(dimension, ())
    }
    scored = process.extract(
        words, sorted(names), scorer=fuzz.WRatio, limit=limit, score_cutoff=least, processor=str.casefold
    )
    return tuple(name for name, _, _ in scored)
