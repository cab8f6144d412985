"""The terms of a question: what each word or phrase means on its own, before
the grammar reads how they stand together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from nl2sql.catalog.linking import Match
from nl2sql.catalog.word_lists import word_list
from nl2sql.dates.periods import DatePeriod


@dataclass(frozen=True)
class Term:
    """One meaningful phrase: a kind (`noun`, `by`, `dimension`, `value`,
    `period`, `number` …) and which of its kind.
    """

    kind: str
    value: str
    text: str
    plural: bool = False
    matches: tuple[Match, ...] = ()
    period: DatePeriod | None = None
    amount: float = 0.0
    start: int = 0  # place in the question, in characters
    end: int = 0
    comma: bool = False  # a comma follows


@dataclass
class Sentence:
    """The terms in order, and which of them a recogniser has accounted for."""

    terms: list[Term]
    taken: set[int] = field(default_factory=set)

    def open(self, *kinds: str, value: str | None = None) -> list[int]:
        """Places of terms of these kinds that no recogniser has taken."""
        return [
            at
            for at, term in enumerate(self.terms)
            if at not in self.taken and term.kind in kinds and (value is None or term.value == value)
        ]

    def has(self, *kinds: str) -> bool:
        """Whether the question has a term of these kinds, taken or not."""
        return any(term.kind in kinds for term in self.terms)

    def take(self, *places: int) -> None:
        """Mark terms as accounted for."""
        self.taken.update(places)

    def after(self, at: int, skip: tuple[str, ...] = ("noise",)) -> int | None:
        """The next place whose kind is not skipped; None at the end."""
        return next((place for place in range(at + 1, len(self.terms)) if self.terms[place].kind not in skip), None)

    def before(self, at: int, skip: tuple[str, ...] = ("noise",)) -> int | None:
        """The previous place whose kind is not skipped; None at the start."""
        return next((place for place in range(at - 1, -1, -1) if self.terms[place].kind not in skip), None)

    def kind(self, at: int | None) -> str:
        """The kind at a place, empty beyond the ends."""
        return self.terms[at].kind if at is not None and 0 <= at < len(self.terms) else ""

    def coordinated(self, at: int, kind: str) -> Iterator[int]:
        """A place and those of the same kind that follow with `and`, `or` or a
        comma; with nothing between where they name the same dimension.
        """
        current: int | None = at
        while current is not None and self.kind(current) == kind:
            yield current
            following = self.after(current, ("and", "noise") if kind != "dimension" else ("and", "noise", "by"))
            if following is None or (kind != "dimension" and not self._joins(current, following)):
                return
            current = following

    def _joins(self, at: int, following: int) -> bool:
        """Whether what stands between two names is only `and` or an article: `ec2 in aws` are not two of a kind."""
        between = self.terms[at + 1 : following]
        if any(term.kind == "and" for term in between):
            return True
        if any(term.text not in word_list("articles") for term in between):
            return False
        alike = {match.dimension for match in self.terms[at].matches} & {
            match.dimension for match in self.terms[following].matches
        }
        return self.terms[at].comma or bool(alike) or not self.terms[at].matches
