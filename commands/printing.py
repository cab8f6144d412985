"""How results are written: JSON for programs, tables for people."""

import json
import sys
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal

import typer

from analysis import words

_SHORT = 20  # characters: dates, amounts and states
_SHOWN_ROWS = 8  # of a section; all of them are in the JSON
_WIDE = 10_000  # a pipe's
_STEERING = frozenset({"Cc", "Cf"})  # what moves a terminal's cursor, colours it or turns its direction


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
    """A table as wide as the terminal, or as its cells where a pipe or a file has no width; short cells stay in one
    line. Columns with numbers are right-aligned, None is an empty cell,
    and control characters are left out.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    listed = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) for row in listed)
        short = all(len(_shown(row[index])) <= _SHORT for row in listed)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(words.column(column), justify=justify, overflow="fold", no_wrap=short)
    for row in listed:
        table.add_row(*(_shown(cell) for cell in row))
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDE).print(table)


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return "".join(character for character in str(cell) if unicodedata.category(character) not in _STEERING)


def print_answer(answer: dict[str, Any], format: Format) -> None:
    """An outcome of a question: its text, its choices and its rows, and what it rests on."""
    if format is Format.JSON:
        print_json(answer)
        return
    typer.echo(answer["text"])
    for choice in answer.get("choices") or []:
        typer.echo(f"  - {choice if isinstance(choice, str) else choice.get('label', choice)}")
    sections = answer.get("sections") or []
    if answer.get("rows") and not sections:
        print_table(answer["columns"], answer["rows"])
    for section in sections:
        if len(section["rows"]) > 1:
            typer.echo(f"\n{section['title']}")
            print_table(section["columns"], section["rows"][:_SHOWN_ROWS])
            if (more := len(section["rows"]) - _SHOWN_ROWS) > 0:
                typer.echo(f"  and {more} more")
    if answer.get("certified"):
        typer.echo(answer["certified"]["says"])
    if answer.get("as_of"):
        metric = words.metric(str(answer["metric"])) if answer.get("metric") else ""
        parts = [metric and f"{metric}, {answer['currency']}", f"bills through {answer['as_of']}"]
        by = {"offline": "rules", "llm": "the model, checked", "sql": "your SQL, checked"}.get(
            answer["translator"], answer["translator"]
        )
        typer.echo(f"{' · '.join(part for part in parts if part)} · answered by {by} in {answer['elapsed_ms']} ms")
