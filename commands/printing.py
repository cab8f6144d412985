"""How results are written: JSON for programs, tables for people and for documents."""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from analysis.wording import words
from bot.cards.elements.tables import csv_of
from commands.drawing import bars, course

if TYPE_CHECKING:
    from rich.console import Console

_SHORT = 20  # characters: dates, amounts and states
_SHOWN_ROWS = 8  # of a section; all of them are in the JSON
_WIDE = 10_000  # a pipe's
_MARKUP = re.compile(r"[\\|`*_<>\[\]]")
_STEERING = frozenset({"Cc", "Cf"})  # what moves a terminal's cursor, colours it or turns its direction


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


class TableFormat(StrEnum):
    """How rows are written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


FormatOption = Annotated[
    Format, typer.Option("--format", help="text for people, json for programs (nothing else on stdout)")
]
TableFormatOption = Annotated[
    TableFormat,
    typer.Option("--format", help="text for people; json, csv and markdown: nothing else on stdout"),
]


def print_json(value: object) -> None:
    """One line of JSON; what JSON does not know is written as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_rows(value: object, columns: Sequence[str], rows: Iterable[Iterable[object]], format: TableFormat) -> None:
    """Rows as they are asked for; JSON says `value`, which may hold more than is shown."""
    listed = [list(row) for row in rows]
    match format:
        case TableFormat.JSON:
            print_json(value)
        case TableFormat.CSV:
            typer.echo(csv_of({"columns": columns, "rows": listed}), nl=False)
        case TableFormat.MARKDOWN:
            _print_markdown(columns, listed)
        case TableFormat.TEXT:
            print_table(columns, listed)


def print_table(
    columns: Sequence[str], rows: Iterable[Iterable[object]], bars: Sequence[str] = (), console: "Console | None" = None
) -> None:
    """A table as wide as the terminal, or as its cells where a pipe or a file has no width; short cells stay in one
    line. Columns with numbers are right-aligned, None is an empty cell, control characters are left out; `bars` stand
    beside the rows.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    listed = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) for row in listed)
        short = all(len(_shown(row[index])) <= _SHORT for row in listed)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(words.column(column), justify=justify, overflow="fold", no_wrap=short)
    if bars:
        table.add_column("", style="cyan", no_wrap=True)
    for index, row in enumerate(listed):
        table.add_row(*(_shown(cell) for cell in row), *bars[index : index + 1])
    (console or _console()).print(table)


def _print_markdown(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    numeric = [any(isinstance(row[at], int | float) for row in rows) for at in range(len(columns))]
    typer.echo(_line(words.column(name) for name in columns))
    typer.echo(_line("---:" if right else "---" for right in numeric))
    for row in rows:
        typer.echo(_line(_MARKUP.sub(r"\\\g<0>", _shown(cell).replace("\n", " ")) for cell in row))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _console() -> "Console":
    """Colours on a terminal only; a pipe is as wide as what is written to it."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else _WIDE)


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return "".join(character for character in str(cell) if unicodedata.category(character) not in _STEERING)


def print_answer(answer: dict[str, Any], format: TableFormat) -> None:
    """An outcome of a question: its text, its choices and its rows, and what it rests on. CSV and Markdown are the rows
    alone; where there are none the text goes to stderr.
    """
    if format is not TableFormat.TEXT:
        if format is not TableFormat.JSON and not answer.get("columns"):
            typer.echo(answer["text"], err=True)
        elif format is TableFormat.CSV:
            typer.echo(csv_of(answer), nl=False)
        else:
            print_rows(answer, answer.get("columns") or [], answer.get("rows") or [], format)
        return
    console = _console()
    console.print(_shown(answer["text"]), style="bold", soft_wrap=True)
    for choice in answer.get("choices") or []:
        console.print(
            f"  - {_shown(choice if isinstance(choice, str) else choice.get('label', choice))}", soft_wrap=True
        )
    _print_rows_of(answer, console)
    if answer.get("certified"):
        console.print(_shown(answer["certified"]["says"]), soft_wrap=True)
    if answer.get("as_of"):
        metric = words.metric(str(answer["metric"])) if answer.get("metric") else ""
        parts = [metric and f"{metric}, {answer['currency']}", f"bills through {answer['as_of']}"]
        by = {"offline": "rules", "llm": "the model, checked", "sql": "your SQL, checked"}.get(
            answer["translator"], answer["translator"]
        )
        footer = f"{' · '.join(part for part in parts if part)} · answered by {by} in {answer['elapsed_ms']} ms"
        console.print(footer, style="dim", soft_wrap=True)


def _print_rows_of(answer: dict[str, Any], console: "Console") -> None:
    sections = answer.get("sections") or []
    if answer.get("rows") and not sections:
        drawn = console.is_terminal
        if drawn and (line := course(answer["columns"], answer["rows"])):
            console.print(line, style="cyan", soft_wrap=True)
        print_table(
            answer["columns"], answer["rows"], bars(answer["columns"], answer["rows"]) if drawn else (), console
        )
    for section in sections:
        if len(section["rows"]) > 1:
            console.print(f"\n{_shown(section['title'])}", style="bold")
            print_table(section["columns"], section["rows"][:_SHOWN_ROWS], console=console)
            if (more := len(section["rows"]) - _SHOWN_ROWS) > 0:
                console.print(f"  and {more} more")
