"""Moves into the lake the line items that an older release kept in Postgres, and names those that are lost."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db import focus
from flows.ingest.loading.placing.lake_files import without_files, written_or_nothing
from flows.ingest.loading.placing.replace import lock_sources
from flows.ingest.loading.placing.staging import Leaf, driver_cursor
from flows.ingest.loading.reading.line_items import Maps, typed
from lake import catalogue
from lake.place import place_of
from lake.writer import Writer

if TYPE_CHECKING:
    import polars as pl

    from db.database import Database
    from flows.progress import Progress

OLD = "finops.charges_before_lake"  # what a migration makes of the table of an older release
_PIECE = 100_000  # rows in memory
_TABLES = sa.text(
    "SELECT relid::regclass::text AS name, pg_table_size(relid) AS bytes FROM pg_partition_tree(to_regclass(:old)) "
    "WHERE isleaf ORDER BY 1"
)
_HELD = (
    "SELECT source_id, to_char(billing_period_start AT TIME ZONE 'UTC', 'YYYY-MM') AS month, load_id, count(*) AS rows "
    "FROM {table} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)
_LOADED = sa.text(
    "SELECT s.name, l.path FROM finops.sources s LEFT JOIN finops.loads l ON l.source_id = s.id "
    "AND l.status = 'loaded' AND l.billing_periods ? :month WHERE s.id = :source ORDER BY l.id DESC LIMIT 20"
)


@dataclass(frozen=True)
class Filled:
    """A source's month whose line items were moved."""

    source_id: int
    month: str
    rows: int


@dataclass(frozen=True)
class Lost:
    """A source's month that stands and of which line items are gone; `paths` are what it was loaded from."""

    source: str
    month: str
    paths: tuple[str, ...]


def fill(database: "Database", progress: "Progress | None" = None) -> list[Filled]:
    """Move what an older release left, a table of it in a transaction of its own, so that a move that is cut short goes
    on where it was; what has its files already is only dropped.
    """
    with database.owner.connect() as connection:
        tables = connection.execute(_TABLES, {"old": OLD}).all()
        if connection.scalar(sa.text("SELECT to_regclass(:old)"), {"old": OLD}) is None:
            return []
    filled: list[Filled] = []
    done, total = 0, sum(table.bytes for table in tables)
    for table in tables:
        if progress:
            progress("Moving line items out of the database", done, total)
        filled += _move(database, table.name)
        done += table.bytes
    with database.owner.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {OLD}")
    return filled


def lost(database: "Database") -> list[Lost]:
    """The months whose line items are incomplete, with the files to load again."""
    incomplete = []
    with database.owner.connect() as connection:
        for source, month in without_files(connection, place_of(database)):
            loaded = connection.execute(_LOADED, {"source": source, "month": month}).all()
            paths = tuple(dict.fromkeys(row.path for row in loaded if row.path))
            incomplete.append(Lost(loaded[0].name if loaded else str(source), month, paths))
    return incomplete


def _move(database: "Database", table: str) -> list[Filled]:
    with written_or_nothing(database) as writer, database.owner.begin() as connection:
        connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        sources = list(connection.scalars(sa.text(f"SELECT DISTINCT source_id FROM {table}")))  # noqa: S608 - a name of ours
        lock_sources(connection, sources)
        if connection.scalar(sa.text("SELECT to_regclass(:table)"), {"table": table}) is None:
            return []  # another process has moved it
        loads: dict[tuple[int, str], list[int]] = {}
        for row in connection.execute(sa.text(_HELD.format(table=table))):
            loads.setdefault((row.source_id, row.month), []).append(row.load_id)
        missing = set(without_files(connection, writer.place))
        months = [key for key in loads if key in missing]
        for source, month in months:
            _write(connection, writer, table, Leaf(source, month), loads[source, month])
        connection.exec_driver_sql(f"DROP TABLE {table}")
    moved = [(key, [file.rows for file in writer.files if (file.source_id, file.month) == key]) for key in months]
    return [Filled(source, month, sum(rows)) for (source, month), rows in moved]


def _write(connection: sa.Connection, writer: Writer, table: str, leaf: Leaf, loads: list[int]) -> None:
    before, maps = len(writer.files), Maps()
    for load in loads:
        for rows in _rows(connection, table, leaf, load):
            writer.add(leaf.source_id, leaf.month, load, typed(rows, maps))
    writer.flush()
    old = catalogue.standing(connection, source=leaf.source_id, months=leaf.days)
    catalogue.retire(connection, [file.path for file in old])
    catalogue.publish(connection, writer.files[before:])


def _rows(connection: sa.Connection, table: str, leaf: Leaf, load: int) -> "Iterator[pl.DataFrame]":
    """A load's rows as a bill's rows are before they are stored: columns of text."""
    import polars as pl

    columns = ", ".join(
        f"{name} AT TIME ZONE 'UTC' AS {name}" if kind == "time" else name
        for name, kind in focus.FILE_COLUMNS
        if name not in ("usage_date", "instance_type")
    )
    mine = (
        f"source_id = {leaf.source_id:d} AND load_id = {load:d} AND billing_period_start >= '{leaf.start}+00' "
        f"AND billing_period_start < '{leaf.end}+00'"
    )
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        path = Path(folder) / "rows.csv"
        with path.open("wb") as file, driver_cursor(connection) as cursor:
            cursor.copy_expert(
                f"COPY (SELECT {columns} FROM {table} WHERE {mine}) TO STDOUT (FORMAT csv, HEADER)",  # noqa: S608 - its names are constants
                file,
            )
        texts = pl.scan_csv(path, infer_schema=False)
        yield from texts.collect_batches(chunk_size=_PIECE, maintain_order=True)
