"""What will stand of a source in a billing month: files that are written and that nobody sees yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from db.focus import FILE_COLUMNS
from lake import rows
from lake.catalogue import LakeFile

if TYPE_CHECKING:
    import duckdb
    import polars as pl
    import sqlalchemy as sa

    from lake.place import Place
    from lake.writer import Writer


@dataclass(frozen=True)
class Leaf:
    """The line items of one source in one month (`YYYY-MM`); `loads` are those of the delivery, `files` theirs and
    those that stand and are kept.
    """

    source_id: int
    month: str
    files: list[LakeFile] = field(default_factory=list, compare=False)
    loads: set[int] = field(default_factory=set, compare=False)

    @property
    def start(self) -> str:
        """First day of the month."""
        return f"{self.month}-01"

    @property
    def days(self) -> tuple[date, date]:
        """The month as days, half open."""
        return date.fromisoformat(self.start), date.fromisoformat(self.end)

    @property
    def end(self) -> str:
        """First day of the month after."""
        year, month = map(int, self.month.split("-"))
        return f"{year + month // 12:04d}-{month % 12 + 1:02d}-01"


def leaves_of(writer: "Writer") -> tuple[Leaf, ...]:
    """What was written, by source and month, in a fixed order."""
    writer.flush()
    leaves: dict[tuple[int, str], Leaf] = {}
    for file in writer.files:
        leaf = leaves.setdefault((file.source_id, file.month), Leaf(file.source_id, file.month))
        leaf.files.append(file)
        leaf.loads.add(file.load_id)
    return tuple(leaves[key] for key in sorted(leaves))


@contextmanager
def line_items(place: "Place", leaf: Leaf) -> "Iterator[duckdb.DuckDBPyConnection]":
    """DuckDB with the rows of a leaf as `line_items`; raises `UserError` for files that are gone."""
    with rows.opened(place, leaf.files, FILE_COLUMNS) as engine:
        yield engine


def driver_cursor(connection: "sa.Connection") -> Any:
    """A psycopg2 cursor in the connection's transaction, for COPY."""
    return connection.connection.cursor()


def by_leaf(frame: "pl.DataFrame", source: str, month: str) -> "Iterator[tuple[str, str, pl.DataFrame]]":
    """The rows of each source and month, without these two columns."""
    places = frame.select(source, month).unique()
    if places.height == 1:  # as nearly always; a partition would copy every row
        name, when = places.row(0)
        yield str(name), str(when), frame.drop(source, month)
        return
    for (name, when), part in frame.partition_by([source, month], as_dict=True, include_key=False).items():
        yield str(name), str(when), part
