"""How results are written: JSON for programs, tables for people."""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[
    Format, typer.Option("--format", help="text for people, json for programs (nothing else on stdout)")
]


def print_json(value: object) -> None:
    """One line of JSON; what JSON does not know is written as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table as wide as the terminal; columns with numbers are right-aligned, None is an empty cell."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    listed = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) for row in listed)
        table.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(
            *("" if cell is None else f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row)
        )
    Console(highlight=False, markup=False).print(table)
