"""The recipes of this release: what is said for each, and its steps, read once from the YAML files beside this one."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from nl2sql.catalog.semantics import Key, key

FOLDER = Path(__file__).parent
WORDS = FOLDER / "words.yaml"
WANTED = "wanted"  # the words that only say that something is wanted

Span = Literal[
    "last_month",
    "last_week",
    "last_quarter",
    "this_month",
    "yesterday",
    "newest_day",
    "month_before",
    "last_30_days",
    "last_12_months",
]
Verdict = Literal[
    "total",
    "first",
    "budgets_and_cuts",
    "today",
    "grew_most",
    "forecast",
    "spike",
    "savings_and_overrun",
    "weekend_stop",
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class QueryPart(_Part):
    """What a step's query says beside the recipe's period and scope; `by` among the dimensions is the recipe's own."""

    dimensions: list[str] = []
    grain: Literal["auto", "day", "month"] | None = None
    change: Literal["difference", "up", "down"] | None = None
    why: bool = False
    moved_only: bool = False
    limit: int | None = None
    weekdays: Literal["weekend", "weekday"] | None = None


class ListPart(_Part):
    """What a step lists, within the recipe's scope."""

    subject: str
    state: str | None = None
    exceeded: bool = False


class RecipeStep(_Part):
    """One section: a query or a list; `compared` sets the period before (or a week before) beside it, `of_first`
    narrows it to the first row of the recipe's first step, `of_period` limits a list to the recipe's days.
    """

    title: str
    query: QueryPart | None = None
    listed: ListPart | None = Field(None, alias="list")
    period: Span | None = None
    compared: bool | Literal["week"] = False
    of_first: bool = False
    of_period: bool = False
    on_demand: bool = False
    scoped: bool = True
    chart: bool = False


class Says(_Part):
    """Parts that are all said, and the period that is meant where none is named; `whole` where the words say how long
    it is, so that the period of an answer before is taken over only where it is one of these.
    """

    words: list[str]
    period: Span | None = None
    whole: Literal["week", "month", "quarter"] | None = None


class Recipe(_Part):
    """A question of several steps."""

    name: str
    title: str
    about: str
    says: list[Says]
    verdict: Verdict
    steps: list[RecipeStep]
    by: str | None = None  # the dimension of a ranking, unless the question names one
    beside: list[str] = []  # parts that may be said as well and add nothing
    things: bool = False  # a number is how many are wanted
    weekdays: bool = False  # weekends have to be named


@dataclass(frozen=True)
class Phrasebook:
    """Phrases, as words, with the part that they say."""

    parts: dict[Key, tuple[str, ...]]
    longest: int


@cache
def recipes() -> dict[str, Recipe]:
    """Every recipe by its name, which is its file's."""
    files = sorted(path for path in FOLDER.glob("*.yaml") if path != WORDS)
    return {path.stem: Recipe.model_validate({"name": path.stem, **_read(path)}) for path in files}


@cache
def phrasebook() -> Phrasebook:
    """The phrases of all parts."""
    parts: dict[Key, tuple[str, ...]] = {}
    for part, phrases in _read(WORDS).items():
        for phrase in phrases:
            for words in written_out(str(phrase)):
                if part not in parts.get(words, ()):
                    parts[words] = (*parts.get(words, ()), part)
    return Phrasebook(parts, max(map(len, parts)))


def written_out(phrase: str) -> set[Key]:
    """A phrase with `(a|b)` and `[a|b]` as all that it stands for: one of each bracket, of square ones perhaps none."""
    pieces = re.findall(r"\(([^()]+)\)|\[([^\[\]]+)\]|([^()\[\]]+)", phrase)
    choices = [
        one.split("|") if one else ["", *perhaps.split("|")] if perhaps else [plain] for one, perhaps, plain in pieces
    ]
    return {words for chosen in product(*choices) if (words := key(" ".join(chosen)))}


def _read(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return content
