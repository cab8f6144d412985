"""Columns that stand in a file's path instead of in the file: `BillingCurrency=USD/part-0.parquet`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote

from db import focus
from flows.ingest.roads.pieces import BillFile, Head, Piece

_NOTHING = "__HIVE_DEFAULT_PARTITION__"  # how Hive, Spark and Athena write null


def with_partitions(file: BillFile, head: Head) -> Head:
    """The head with the FOCUS columns of the file's path that the file itself lacks, behind its own."""
    focus_names = {_plain(column.focus) for column in focus.COLUMNS}
    there = {_plain(name) for name in head.columns}
    partitions: dict[str, str | None] = {}
    for part in PurePosixPath(file.label).parts[:-1]:
        name, equals, value = part.partition("=")
        if equals and _plain(name) in focus_names - there:
            partitions[name] = None if value == _NOTHING else unquote(value)
    return (
        replace(head, columns=(*head.columns, *partitions), partitions=tuple(partitions.values()))
        if partitions
        else head
    )


def own_columns(head: Head) -> Head:
    """The head without what the path says."""
    own = len(head.columns) - len(head.partitions)
    return replace(head, columns=head.columns[:own], partitions=())


def filled(pieces: Iterator[Piece], head: Head) -> Iterator[Piece]:
    """The pieces with what the path says on every row."""
    import polars as pl

    own = len(head.columns) - len(head.partitions)
    constants = [pl.lit(value, dtype=pl.String).alias(str(own + place)) for place, value in enumerate(head.partitions)]
    for piece in pieces:
        yield replace(piece, frame=piece.frame.with_columns(constants))


def _plain(name: str) -> str:
    return name.replace("_", "").replace(" ", "").casefold()
