"""Writes the line items that stand but have no files: of loads from before the lake, and of files that were lost."""

import logging
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from config.errors import UserError
from db import focus
from flows.ingest.loading.lake_files import months_without_files, written_or_nothing
from flows.ingest.loading.line_items import typed
from flows.ingest.loading.replace import attached, lock_sources
from flows.ingest.loading.staging import Leaf, driver_cursor
from lake import catalogue
from lake.place import open_place

if TYPE_CHECKING:
    import polars as pl

    from db.database import Database

_log = logging.getLogger(__name__)
_PIECE = 100_000  # rows in memory


@dataclass(frozen=True)
class Filled:
    """A source's month that has its files now."""

    source_id: int
    month: str
    rows: int


def fill(database: "Database", months: Collection[str] | None = None) -> list[Filled]:
    """Each source and month (of these `months`, else of all that have none or lost theirs) in a transaction of its own;
    what has its files is passed over.
    """
    place = open_place(database.lake)
    with database.owner.connect() as connection:
        wanted = months_without_files(connection, place) if months is None else catalogue.incomplete(connection)
    return [_fill(database, source, month) for source, month in wanted if months is None or month in months]


def fill_after(database: "Database", months: Collection[str]) -> None:
    """Write the line items of these months whose file no longer holds just what stands. A load stands without them:
    questions about its months say that line items lack, until the next load or `finops lake fill`.
    """
    try:
        fill(database, months)
    except UserError as error:
        _log.warning("line items were not written after a load: %s", error)


def _fill(database: "Database", source: int, month: str) -> Filled:
    with written_or_nothing(database) as writer, database.owner.begin() as connection:
        connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        lock_sources(connection, [source])
        leaf = Leaf("", source, month)
        table = attached(connection, leaf)
        loads = list(connection.scalars(sa.text(f"SELECT DISTINCT load_id FROM {table}"))) if table else []  # noqa: S608 - its names are constants
        for load in sorted(loads):
            for rows in _rows(connection, str(table), load):
                writer.add(source, month, load, typed(rows))
        writer.flush()
        old = catalogue.standing(connection, source=source, months=leaf.days)
        catalogue.retire(connection, [file.path for file in old])
        catalogue.publish(connection, writer.files)
    return Filled(source, month, sum(file.rows for file in writer.files))


def _rows(connection: sa.Connection, table: str, load: int) -> "Iterator[pl.DataFrame]":
    """A load's rows as a bill's rows are before they are stored: columns of text."""
    import polars as pl

    columns = ", ".join(
        f"{name} AT TIME ZONE 'UTC' AS {name}" if kind == "time" else name
        for name, kind in focus.FILE_COLUMNS
        if name not in ("usage_date", "instance_type")
    )
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        path = Path(folder) / "rows.csv"
        with path.open("wb") as file, driver_cursor(connection) as cursor:
            cursor.copy_expert(
                f"COPY (SELECT {columns} FROM {table} WHERE load_id = {load:d}) TO STDOUT (FORMAT csv, HEADER)",  # noqa: S608 - its names are constants
                file,
            )
        texts = pl.scan_csv(path, infer_schema=False)
        yield from texts.collect_batches(chunk_size=_PIECE, maintain_order=True)
