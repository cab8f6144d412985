"""Files of bills, CSV, gzip, Parquet, JSON lines or Avro, read in bounded pieces."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from flows.ingest.roads.columnar import AVRO, PARQUET, avro_head, avro_pieces, parquet_head, parquet_pieces, wide_pieces
from flows.ingest.roads.json_lines import line_pieces, lines_head
from flows.ingest.roads.partitions import filled, own_columns, with_partitions
from flows.ingest.roads.pieces import BillFile, Head, Piece, UnreadableFile, cannot_read
from flows.ingest.roads.text import csv_pieces, text_head


def digest(file: BillFile) -> str:
    """SHA-256 of the file's bytes."""
    with file.path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def read_head(file: BillFile) -> Head | UnreadableFile:
    """The kind and the columns of a file, those that its path names too."""
    head = _read_head(file)
    return with_partitions(file, _without_table(head)) if isinstance(head, Head) else head


def _without_table(head: Head) -> Head:
    """The head without the name of the table that Hive puts before each column."""
    tables = {name.partition(".")[0] for name in head.columns}
    if len(tables) > 1 or len(head.columns) < 2 or not all("." in name for name in head.columns):
        return head
    return replace(head, columns=tuple(name.partition(".")[2] for name in head.columns))


def _read_head(file: BillFile) -> Head | UnreadableFile:
    try:
        with file.path.open("rb") as handle:
            start = handle.read(4)
    except OSError as error:
        return UnreadableFile(cannot_read(error))
    if not start:
        return UnreadableFile("The file is empty.", empty=True)
    if start == PARQUET:
        return parquet_head(file)
    if start == AVRO:
        return avro_head(file)
    head = text_head(file)
    return lines_head(file) if isinstance(head, Head) and head.kind == "lines" else head


def read_pieces(file: BillFile, head: Head) -> Iterator[Piece]:
    """The rows in pieces of some ten thousand.

    Empty fields and the literals NULL and null are null. Raises `BrokenFileError` when the file turns out damaged.
    """
    readers = {
        "parquet": parquet_pieces,
        "wide parquet": wide_pieces,
        "avro": avro_pieces,
        "lines": line_pieces,
        "csv": csv_pieces,
    }
    pieces = readers[head.kind](file, own_columns(head))
    return filled(pieces, head) if head.partitions else pieces
