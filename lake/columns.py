"""The columns of a line item's file: their kinds, and how an engine names them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["text", "decimal", "time", "date", "map"]
DIGITS, SCALE = 38, 18  # of an amount: twenty digits before the point, eighteen behind it
_DUCKDB: dict[Kind, str] = {
    "text": "VARCHAR",
    "decimal": f"DECIMAL({DIGITS}, {SCALE})",
    "time": "TIMESTAMP WITH TIME ZONE",
    "date": "DATE",
    "map": "MAP(VARCHAR, VARCHAR)",
}
_SPARK: dict[Kind, str] = {
    "text": "STRING",
    "decimal": f"DECIMAL({DIGITS}, {SCALE})",
    "time": "TIMESTAMP",
    "date": "DATE",
    "map": "MAP<STRING, STRING>",
}


def spark_columns(columns: Sequence[tuple[str, Kind]]) -> str:
    """Names, which are our own, and kinds as Spark takes the schema of files."""
    return ", ".join(f"`{name}` {_SPARK[kind]}" for name, kind in columns)


def duckdb_columns(columns: Sequence[tuple[str, Kind]]) -> str:
    """Names, which are our own, and kinds as DuckDB's CREATE TABLE takes them."""
    return ", ".join(f'"{name}" {_DUCKDB[kind]}' for name, kind in columns)


def polars_type(kind: Kind) -> "pl.DataType":
    """The type of a kind in a frame."""
    import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

    types: dict[Kind, pl.DataType] = {
        "text": pl.String(),
        "decimal": pl.Decimal(DIGITS, SCALE),
        "time": pl.Datetime("us", "UTC"),
        "date": pl.Date(),
        "map": pl.Map(pl.String(), pl.String()),
    }
    return types[kind]


def with_dictionaries(rows: "pl.DataFrame") -> "pl.DataFrame":
    """The rows with keys and values of maps as categories, of which a file holds each once: polars writes a dictionary
    for texts that are no part of anything, and for categories wherever they are. A file is read in half the time.
    """
    import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

    return _with_maps(rows, pl.Categorical())


def with_texts(rows: "pl.DataFrame") -> "pl.DataFrame":
    """The rows of a file, whose maps may hold categories, in the types of a frame."""
    import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

    return _with_maps(rows, pl.String())


def _with_maps(rows: "pl.DataFrame", of: "pl.DataType") -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

    columns = []
    for name, kind in rows.schema.items():
        if isinstance(kind, pl.Map) and kind != pl.Map(of, of):
            entries = pl.col(name).cast(pl.List(pl.Struct({"key": kind.key, "value": kind.value})))
            columns.append(entries.cast(pl.List(pl.Struct({"key": of, "value": of}))).cast(pl.Map(of, of)))
    return rows.with_columns(columns)
