"""The catalogue's metrics, dimensions, synonyms, golden questions and notes, read once from `catalog.yaml`."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CATALOG = Path(__file__).with_name("catalog.yaml")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One meaning of a phrase: a kind of word, and its value within that kind."""

    kind: str
    value: str
    plural: bool = False


@dataclass(frozen=True)
class CostMetric:
    """A metric and its definition."""

    name: str
    definition: str


@dataclass(frozen=True)
class Charge:
    """A part of the bill: exact values or substrings (`like`) of a column of daily_costs, or parts of names that a
    column of line items `contains`; `metric` replaces effective cost when it is set.
    """

    name: str
    column: str
    values: tuple[str, ...]
    like: tuple[str, ...]
    metric: str | None
    contains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dimension:
    """A breakdown of costs; rows without a value are shown as `missing`."""

    name: str
    column: str
    fallback: str | None
    missing: str | None
    view: str
    phrases: tuple[str, ...]
    tag_keys: tuple[str, ...] = ()  # of a tag: the keys that are spellings of one, and no column

    @property
    def plural(self) -> str:
        """The plural of the dimension's name."""
        return {"service_category": "service categories"}.get(self.name, f"{self.name.replace('_', ' ')}s")


@dataclass(frozen=True)
class Synonym:
    """Words for values of a dimension, however bills write them."""

    dimension: str
    label: str
    names: tuple[str, ...]
    prefixes: tuple[str, ...]
    within: tuple[str, ...]
    phrases: tuple[Key, ...]


@dataclass(frozen=True)
class GoldenQuestion:
    """A question with the SQL that answers it, for the prompt of a model and for tests."""

    question: str
    sql: str


@dataclass(frozen=True)
class Semantics:
    """The catalogue: `lexicon` maps a phrase to its meanings."""

    metrics: dict[str, CostMetric]
    charges: dict[str, Charge]
    dimensions: dict[str, Dimension]
    lexicon: dict[Key, tuple[Entry, ...]]
    synonyms: tuple[Synonym, ...]
    golden: tuple[GoldenQuestion, ...]
    notes: tuple[str, ...]
    longest: int


def key(phrase: str) -> Key:
    """Normalise a phrase for comparison: lower case, split into letters, digits and comparison signs."""
    return tuple(re.findall(r"[^\W_]+|[<>≥≤]=?", phrase.casefold()))


@cache
def semantics() -> Semantics:
    """The catalogue of this release."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # everything a string: `no` and `on` are words here
    return build(yaml.load(CATALOG.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506 - a base loader makes strings only


def build(content: dict[str, Any]) -> Semantics:
    """The catalogue of a parsed `catalog.yaml`."""
    lexicon: dict[Key, list[Entry]] = {}

    def say(phrases: list[str], kind: str, value: str, plural: bool = False) -> None:
        for phrase in phrases:
            entries = lexicon.setdefault(key(phrase), [])
            if all(entry.kind != kind for entry in entries):
                entries.append(Entry(kind, value, plural))

    for kind in ("unsafe", "outside"):
        for value, phrases in content[kind].items():
            say(phrases, kind, value)
    for name, metric in content["metrics"].items():
        say(metric["phrases"], "metric", name)
    for name, charge in content["charges"].items():
        say(charge["phrases"], "charge", name)
    for name, dimension in content["dimensions"].items():
        say(dimension["phrases"], "dimension", name)
        say(dimension["plural"], "dimension", name, plural=True)
    for kind, values in content["words"].items():
        for value, phrases in values.items():
            say(phrases, kind, value)
    return Semantics(
        metrics={name: CostMetric(name, metric["definition"]) for name, metric in content["metrics"].items()},
        charges={name: _charge(name, charge) for name, charge in content["charges"].items()},
        dimensions={name: _dimension(name, dimension) for name, dimension in content["dimensions"].items()},
        lexicon={phrase: tuple(entries) for phrase, entries in lexicon.items()},
        synonyms=tuple(_synonyms(content)),
        golden=tuple(GoldenQuestion(golden["question"], golden["sql"]) for golden in content["golden"]),
        notes=tuple(content["notes"]),
        longest=max(map(len, lexicon)),
    )


def _charge(name: str, content: dict[str, Any]) -> Charge:
    return Charge(
        name,
        content["column"],
        tuple(content.get("values", ())),
        tuple(content.get("like", ())),
        content.get("metric"),
        tuple(content.get("contains", ())),
    )


def _dimension(name: str, content: dict[str, Any]) -> Dimension:
    phrases = (*content["phrases"], *content["plural"])
    return Dimension(
        name,
        content["column"],
        content.get("fallback"),
        content.get("missing"),
        content.get("view", "daily_costs"),
        phrases,
    )


def _synonyms(content: dict[str, Any]) -> list[Synonym]:
    synonyms = [
        Synonym(
            "service",
            name,
            tuple(service.get("names", ())),
            tuple(service.get("prefix", ())),
            (),
            tuple(map(key, service["phrases"])),
        )
        for name, service in content["services"].items()
    ]
    for section, dimension in (
        ("categories", "service_category"),
        ("providers", "provider"),
        ("environments", "environment"),
        ("regions", "region"),
    ):
        for name, phrases in content[section].items():
            names = (name, *phrases) if section in ("environments", "providers") else (name,)
            synonyms.append(Synonym(dimension, name, names, (), (), tuple(map(key, phrases))))
    synonyms += [
        Synonym("region", name, (), (), tuple(continent["within"]), tuple(map(key, continent["phrases"])))
        for name, continent in content["continents"].items()
    ]
    return synonyms
