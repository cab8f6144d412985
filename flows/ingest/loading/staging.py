"""Rows into tables of their own, one per source and billing month, not yet visible to anybody."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import BytesIO
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import psycopg2
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from db.tables import charges
from flows.ingest.loading.line_items import typed

if TYPE_CHECKING:
    import polars as pl

    from lake.writer import Writer

_WAITING = 2  # pieces checked ahead of the COPY; bounds the memory
_READ = 1024 * 1024


@dataclass(frozen=True)
class Leaf:
    """A staged table: the charges of one source in one month (`YYYY-MM`)."""

    table: str
    source_id: int
    month: str
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


class CopyRefusedError(Exception):
    """Postgres does not take a value that passed the checks; the message is Postgres's. The transaction is lost."""


@dataclass
class Staging:
    """Copies rows into leaves on one open transaction, while the caller prepares the next ones.

    The tables are made in the transaction that fills them, so that Postgres
    writes no log for them and a crash leaves nothing behind.
    """

    connection: sa.Connection
    line_items: "Writer | None" = None  # None where nothing will stand
    leaves: dict[tuple[int, str], Leaf] = field(default_factory=dict)
    _loads: dict[str, int] = field(default_factory=dict)
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "copy"))
    _pending: "deque[Future[None]]" = field(default_factory=deque)

    def add(self, source_id: int, month: str, load_id: int, rows: "pl.DataFrame") -> None:
        """Queue rows, whose columns are columns of `charges`; raises what an earlier COPY raised."""
        text = BytesIO()
        rows.write_csv(text, include_header=False)
        text.seek(0)
        while len(self._pending) >= _WAITING:
            self._pending.popleft().result()
        if self.line_items is not None:
            self.line_items.add(source_id, month, load_id, typed(rows))
        self._pending.append(self._worker.submit(self._copy, source_id, month, load_id, rows.columns, text))

    def wait(self) -> None:
        """Until all that was added is copied; raises what a COPY raised."""
        while self._pending:
            self._pending.popleft().result()

    def finish(self) -> tuple[Leaf, ...]:
        """Wait for the last COPY; the leaves in a fixed order."""
        self.wait()
        if self.line_items is not None:
            self.line_items.flush()
        return tuple(self.leaves[key] for key in sorted(self.leaves))

    def close(self) -> None:
        """End the worker; what waits is dropped."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _copy(self, source_id: int, month: str, load_id: int, columns: list[str], text: BytesIO) -> None:
        leaf = self.leaves.get((source_id, month)) or self._make(source_id, month, load_id)
        leaf.loads.add(load_id)
        if self._loads.get(leaf.table) != load_id:
            self.connection.exec_driver_sql(f"ALTER TABLE {leaf.table} ALTER load_id SET DEFAULT {load_id:d}")
            self._loads[leaf.table] = load_id
        with driver_cursor(self.connection) as cursor:
            try:
                cursor.copy_expert(
                    f"COPY {leaf.table} ({', '.join(columns)}) FROM STDIN (FORMAT csv, FREEZE)", text, _READ
                )
            except psycopg2.DataError as error:
                raise CopyRefusedError(" ".join(str(error).split())[:500]) from error

    def _make(self, source_id: int, month: str, load_id: int) -> Leaf:
        leaf = Leaf(f"finops.charges_{month.replace('-', '')}_s{source_id:d}_{token_hex(4)}", source_id, month)
        # spelt out, for LIKE would hold a lock on the charges that the load which is being put in place waits for
        self.connection.exec_driver_sql(f"CREATE TABLE {leaf.table} ({_columns()})")
        self.connection.exec_driver_sql(
            f"ALTER TABLE {leaf.table} ALTER source_id SET DEFAULT {source_id:d}, "
            # the partition's bounds, so that attaching need not read the rows again
            f"ADD CHECK (source_id = {source_id:d}), "
            f"ADD CHECK (billing_period_start >= '{leaf.start}+00' AND billing_period_start < '{leaf.end}+00')"
        )
        self.leaves[source_id, month] = leaf
        return leaf


@cache
def _columns() -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
    return ", ".join(
        f"{column.name} {column.type.compile(dialect)}{'' if column.nullable else ' NOT NULL'}"
        for column in charges.columns
    )


def driver_cursor(connection: sa.Connection) -> Any:
    """A psycopg2 cursor in the connection's transaction, for COPY."""
    return connection.connection.cursor()


def by_leaf(rows: "pl.DataFrame", source: str, month: str) -> Iterator[tuple[str, str, "pl.DataFrame"]]:
    """The rows of each source and month, without these two columns."""
    for (name, when), part in rows.partition_by([source, month], as_dict=True, include_key=False).items():
        yield str(name), str(when), part
