"""Files that know the types of their columns: Parquet, and Avro, which is read whole."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows.ingest.roads.pieces import BATCH, NULLS, BillFile, BrokenFileError, Head, Piece, UnreadableFile

if TYPE_CHECKING:
    import polars as pl

PARQUET, AVRO = b"PAR1", b"Obj\x01"
_DAMAGED = "The Parquet file is damaged or cut off. Fetch it again."
_DAMAGED_AVRO = (
    "The Avro file is damaged or packed in a way that cannot be read. Export it with deflate or snappy, or as Parquet."
)
_LARGEST_AVRO = 2 * 1024**3  # bytes
_TOO_PRECISE = (
    "A column of the Parquet file is a decimal of more than 38 digits, which cannot be read. "
    "Export costs as DECIMAL(38, 18) or DOUBLE."
)


def parquet_head(file: BillFile) -> Head | UnreadableFile:
    """The columns of a Parquet file."""
    import polars as pl

    try:
        return Head("parquet", tuple(pl.scan_parquet(file.path, glob=False).collect_schema().names()))
    except (pl.exceptions.PolarsError, OSError) as error:
        return UnreadableFile(_TOO_PRECISE if "precision must be between" in str(error) else _DAMAGED)


def avro_head(file: BillFile) -> Head | UnreadableFile:
    """The columns of an Avro file."""
    import polars as pl

    if file.size > _LARGEST_AVRO:
        return UnreadableFile(
            "The Avro file is larger than 2 GB, and Avro is read whole. Export it in more files, or as Parquet."
        )
    try:
        return Head("avro", tuple(pl.read_avro(file.path).columns))
    except (pl.exceptions.PolarsError, OSError):
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
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BrokenFileError(_DAMAGED) from error


def avro_pieces(file: BillFile, head: Head) -> Iterator[Piece]:
    """The rows of an Avro file."""
    import polars as pl

    try:
        frame = pl.read_avro(file.path)
    except (pl.exceptions.PolarsError, OSError) as error:
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
        values = (None if value is None else json.dumps(_pairs(value), default=str) for value in column.to_list())
        return pl.Series(values, dtype=pl.String)
    text = column.cast(pl.String)
    return text.set(text.is_in(list(NULLS)), None)


def _pairs(value: object) -> object:
    """A Parquet map (a list of key and value) as an object."""
    if (
        isinstance(value, list)
        and value
        and all(isinstance(item, dict) and set(item) == {"key", "value"} for item in value)
    ):
        return {item["key"]: item["value"] for item in value}
    return value
