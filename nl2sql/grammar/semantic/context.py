"""What a query from outside is checked against, and the problems reported when it does not fit."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.dates.periods import QuestionCalendar

_SHOWN = 60


@dataclass(frozen=True)
class ReadingContext:
    """What a query or listing is read with: the catalogue, the names in the data, and the days that it covers."""

    semantics: Semantics
    values: Values
    calendar: QuestionCalendar


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field; `field` is a path as `filters[0].values[1]`."""

    field: str
    text: str


@dataclass(frozen=True)
class Unreadable:
    """JSON that is no query, with everything that is wrong with it, at least one problem."""

    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """All problems as sentences for whoever wrote it."""
        return " ".join(
            f"{problem.field}: {problem.text}" if problem.field else problem.text for problem in self.problems
        )


def quoted(given: object) -> str:
    """A value as it is repeated in a sentence, capped."""
    return f"“{printable(str(given))}”"


def printable(text: str) -> str:
    """A text of others, capped, that can be stored and shown: what has no shape is a question mark."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text[:_SHOWN])
    return f"{shown}{'…' if len(text) > _SHOWN else ''}"


def choices(names: Iterable[str], given: str) -> str:
    """The names that were perhaps meant; all of them where none is near and they are few."""
    every = sorted(names)
    near = difflib.get_close_matches(given.casefold(), [name.casefold() for name in every], n=3, cutoff=0.5)
    nearest = [next(name for name in every if name.casefold() == one) for one in near]
    if nearest:
        return f"The nearest are {', '.join(nearest)}." if len(nearest) > 1 else f"The nearest is {nearest[0]}."
    listed = ", ".join(every[:20])
    return f"There are {listed}{' and more' if len(every) > 20 else ''}." if every else "There are none."
