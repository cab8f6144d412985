"""The terms of a question: what each word or phrase means on its own, before the grammar reads how they stand together."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from nl2sql.dates import Period
from nl2sql.linking import Match


@dataclass(frozen=True)
class Term:
    """One meaningful phrase: a kind (`noun`, `by`, `dimension`, `value`, `period`, `number` …) and which of its kind."""

    kind: str
    value: str
    text: str
    plural: bool = False
    matches: tuple[Match, ...] = ()
    period: Period | None = None
    amount: float = 0.0
    start: int = 0  # place in the question, in characters
    end: int = 0


@dataclass
class Sentence:
    """The terms in order, and which of them a recogniser has accounted for."""

    terms: list[Term]
    taken: set[int] = field(default_factory=set)

    def open(self, *kinds: str, value: str | None = None) -> list[int]:
        """Places of terms of these kinds that nobody has taken."""
        return [
            at for at, term in enumerate(self.terms) if at not in self.taken and term.kind in kinds and (value is None or term.value == value)
        ]  # fmt: skip

    def has(self, *kinds: str) -> bool:
        """Whether the question has a term of these kinds, taken or not."""
        return any(term.kind in kinds for term in self.terms)

    def take(self, *places: int) -> None:
        """Account for terms."""
        self.taken.update(places)

    def after(self, at: int, skip: tuple[str, ...] = ("noise",)) -> int | None:
        """The next place that is not of a skipped kind."""
        return next((place for place in range(at + 1, len(self.terms)) if self.terms[place].kind not in skip), None)

    def before(self, at: int, skip: tuple[str, ...] = ("noise",)) -> int | None:
        """The place before that is not of a skipped kind."""
        return next((place for place in range(at - 1, -1, -1) if self.terms[place].kind not in skip), None)

    def kind(self, at: int | None) -> str:
        """The kind at a place, empty beyond the ends."""
        return self.terms[at].kind if at is not None and 0 <= at < len(self.terms) else ""

    def coordinated(self, at: int, kind: str) -> Iterator[int]:
        """A place and those of the same kind that follow with `and`, `or`, a comma or nothing between."""
        current: int | None = at
        while current is not None and self.kind(current) == kind:
            yield current
            current = self.after(current, ("and", "noise") if kind != "dimension" else ("and", "noise", "by"))
