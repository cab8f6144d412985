"""Files that know the types of their columns: Parquet, and Avro, which is read whole."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from flows.ingest.roads.pieces import BATCH, NULLS, BillFile, BrokenFileError, Head, Piece, UnreadableFile

if TYPE_CHECKING:
    import duckdb
    import polars as pl

PARQUET, AVRO = b"PAR1", b"Obj\x01"
_DAMAGED = "The Parquet file is damaged or cut off. Fetch it again."
_DAMAGED_AVRO = (
    "The Avro file is damaged or packed in a way that cannot be read. Export it with deflate or snappy, or as Parquet."
)
_POLARS_DIGITS = 38  # of a decimal
_STDERR = 2
_ONE_AT_A_TIME = Lock()
_LARGEST_AVRO = 2 * 1024**3  # bytes


def parquet_head(file: BillFile) -> Head | UnreadableFile:
    """The columns of a Parquet file."""
    import polars as pl

    try:
        with _without_traces():
            schema = pl.scan_parquet(file.path, glob=False).collect_schema()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return _wide_head(file)
    if any(isinstance(kind, pl.Decimal) and (kind.precision or 0) > _POLARS_DIGITS for kind in schema.values()):
        return _wide_head(file)
    return Head("parquet", tuple(schema))


@contextmanager
def _without_traces() -> Iterator[None]:
    """Drops what is written to the standard error meanwhile: polars prints a page of its insides before it raises for a
    kind that it does not know, such as a span of time.
    """
    with _ONE_AT_A_TIME, Path(os.devnull).open("w") as nowhere:
        kept = os.dup(_STDERR)
        os.dup2(nowhere.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)


def _wide_head(file: BillFile) -> Head | UnreadableFile:
    """The columns of a file that polars does not take, which DuckDB reads: decimals of more than 38 digits, to the 15
    digits of a double, and kinds that polars does not know.
    """
    import duckdb

    try:
        with _opened_wide(file) as connection:
            columns = connection.execute("DESCRIBE wide").fetchall()
    except duckdb.Error:
        return UnreadableFile(_DAMAGED)
    return Head("wide parquet", tuple(str(name) for name, *_ in columns))


@contextmanager
def _opened_wide(file: BillFile) -> "Iterator[duckdb.DuckDBPyConnection]":
    """DuckDB with the file as the view `wide`, under a name that is no pattern and no partition."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="finops-") as folder, duckdb.connect() as connection:
        connection.execute("SET memory_limit = '512MB'; SET threads = 1; SET TimeZone = 'UTC'")
        link = Path(folder) / "bill.parquet"
        link.symlink_to(file.path.resolve())
        connection.read_parquet(str(link), hive_partitioning=False).create_view("wide")
        yield connection


def wide_pieces(file: BillFile, head: Head) -> Iterator[Piece]:
    """The rows of a Parquet file with decimals of more than 38 digits."""
    import duckdb
    import polars as pl

    try:
        with _opened_wide(file) as connection:
            (total,) = connection.execute("SELECT count(*) FROM wide").fetchall()[0]
            rows = connection.execute("SELECT COLUMNS(*)::VARCHAR FROM wide")
            done = 0
            while batch := rows.fetchmany(BATCH):
                done += len(batch)
                yield _as_piece(
                    pl.DataFrame(batch, list(head.columns), orient="row", infer_schema_length=None), head, done / total
                )
    except duckdb.Error as error:
        raise BrokenFileError(_DAMAGED) from error


def avro_head(file: BillFile) -> Head | UnreadableFile:
    """The columns of an Avro file."""
    import polars as pl

    if file.size > _LARGEST_AVRO:
        return UnreadableFile(
            "The Avro file is larger than 2 GB, and Avro is read whole. Export it in more files, or as Parquet."
        )
    try:
        return Head("avro", tuple(pl.read_avro(file.path).columns))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return UnreadableFile(_DAMAGED_AVRO)


def parquet_pieces(file: BillFile, head: Head) -> Iterator[Piece]:
    """The rows of a Parquet file."""
    import polars as pl

    try:
        frame = pl.scan_parquet(file.path, glob=False)
        total = int(frame.select(pl.len()).collect().item())
        done = 0
        for batch in frame.collect_batches(chunk_size=BATCH, maintain_order=True):
            done += batch.height
            yield _as_piece(batch, head, done / max(total, 1))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise BrokenFileError(_DAMAGED) from error


def avro_pieces(file: BillFile, head: Head) -> Iterator[Piece]:
    """The rows of an Avro file."""
    import polars as pl

    try:
        frame = pl.read_avro(file.path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise BrokenFileError(_DAMAGED_AVRO) from error
    for start in range(0, frame.height, BATCH):
        yield _as_piece(frame.slice(start, BATCH), head, (start + BATCH) / frame.height)


def _as_piece(batch: "pl.DataFrame", head: Head, share: float) -> Piece:
    """Typed columns as text under their positions."""
    import polars as pl

    texts = [_as_text(batch.get_column(name)).alias(str(position)) for position, name in enumerate(head.columns)]
    return Piece(
        pl.DataFrame(texts).with_columns(pl.lit(None, dtype=pl.String).alias("overflow")),
        min(share, 1.0),
        may_hold_nul=True,
    )


def _as_text(column: "pl.Series") -> "pl.Series":
    import json

    import polars as pl

    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else column
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f")
    if isinstance(kind, pl.List | pl.Struct | pl.Array | pl.Map):
        values = (None if value is None else json.dumps(_pairs(value), default=_decoded) for value in column.to_list())
        return pl.Series(values, dtype=pl.String)
    if isinstance(kind, pl.Binary):
        text = pl.Series([None if value is None else _decoded(value) for value in column], dtype=pl.String)
    else:
        text = (column.cast(pl.Int64) if isinstance(kind, pl.Duration) else column).cast(pl.String)
    return text.set(text.is_in(list(NULLS)), None)


def _pairs(value: object) -> object:
    """A Parquet map (a list of key and value) as an object."""
    if isinstance(value, dict):
        return {_decoded(key): item for key, item in value.items()}
    if (
        isinstance(value, list)
        and value
        and all(isinstance(item, dict) and set(item) == {"key", "value"} for item in value)
    ):
        return {_decoded(item["key"]): item["value"] for item in value}
    return value


def _decoded(value: object) -> str:
    """A text, also one that was written as bytes."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
