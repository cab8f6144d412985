"""What a SELECT can see: its sources, their columns, and which of them its conditions tie together."""

from collections.abc import Iterable
from dataclasses import dataclass, field

Names = tuple[str | None, ...]


@dataclass(frozen=True)
class RelationShape:
    """What a query yields: the names of its columns in order (None: none that
    can be referred to) and a guess at its rows.
    """

    columns: Names
    rows: float


@dataclass
class Frame:
    """The FROM clause of one SELECT; `outer` is the SELECT around it."""

    outer: "Frame | None" = None
    sources: dict[str, RelationShape] = field(default_factory=dict)
    bare_views: set[str] = field(
        default_factory=set
    )  # views without an alias: reporting.name.column is their other spelling
    stars: list[list[str | None]] = field(default_factory=list)  # columns of `*`, one list an item of the FROM list
    ties: list[frozenset[str]] = field(default_factory=list)

    def find(self, name: str, source: str | None) -> "tuple[Frame, str] | None":
        """The nearest frame and source that the column belongs to, as Postgres resolves it."""
        frame: Frame | None = self
        while frame is not None:
            if source is not None:
                if source in frame.sources:
                    return (frame, source) if name in frame.sources[source].columns else None
            else:
                for key, result in frame.sources.items():
                    if name in result.columns:
                        return frame, key
            frame = frame.outer
        return None

    def product(self) -> float:
        """A guess at the rows: sources that are tied count once, by their largest; the others multiply."""
        groups: list[set[str]] = [{key} for key in self.sources]
        for tie in self.ties:
            joined = set(tie).union(*(group for group in groups if group & tie))
            groups = [*(group for group in groups if not group & tie), joined]
        rows = 1.0
        for group in groups:
            rows *= max((self.sources[key].rows for key in group if key in self.sources), default=1.0)
        return rows


def merge_using(left: Iterable[str | None], right: Iterable[str | None], using: Iterable[str]) -> list[str | None]:
    """The columns of `*` after JOIN … USING: the shared ones once and first."""
    shared = list(using)
    return [*shared, *(c for c in left if c not in shared), *(c for c in right if c not in shared)]


def renamed(columns: Names, names: Iterable[str]) -> Names:
    """The columns under an alias with a column list, which may be shorter."""
    given = tuple(names)
    return given + columns[len(given) :]
