"""The card of an answer in sections: what they come to, one chart, a paragraph and a few rows of each."""

import re
from typing import Any

from bot.cards.elements import blocks, data_tables, figures, mrkdwn, tables
from bot.cards.elements.blocks import Block, Card
from bot.cards.elements.figures import numeric_columns

_SECTIONS, _ROWS, _CELLS = 12, 3, 4
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNTOLD = ("resource_id", "currency")


def card(result: dict[str, Any], fallback: str, quote: Block | None, foot: list[Block | None]) -> Card:
    """The sections of a stored result between its headline and `foot`; `fallback` is for notifications."""
    headline = str(result.get("text") or "").partition("\n")[0]
    figure = figures.figure_of(result)
    drawn, chart = figures.draw(figure) if figure else (None, None)
    sections, plain = _sections(result)
    table = tables.table_of(result)
    return blocks.card(
        fallback,
        [
            quote,
            blocks.section(f"*{mrkdwn.escape(headline, 1_500)}*"),
            drawn,
            *sections,
            table if figure is None else None,
            *foot,
        ],
        chart,
        plain,
    )


def _sections(result: dict[str, Any]) -> tuple[list[Block], dict[str, Block]]:
    """The blocks of all sections, longer ones with all their rows in a data table as far as those fit into a message,
    and the first rows that stand in for each table.
    """
    made: list[Block] = []
    plain: dict[str, Block] = {}
    room = blocks.TABLE_CHARACTERS
    for number, part in enumerate((result.get("sections") or [])[:_SECTIONS]):
        lines = [f"*{mrkdwn.escape(part.get('title') or '', 150)}*", mrkdwn.escape(part.get("text") or "", 1_200)]
        rows = _first_rows(part, result)
        table = data_tables.data_table_of(_own(part, result), _ROWS) if rows else None
        if table is None or data_tables.characters(table) > room:
            made.append(blocks.section("\n".join(line for line in (*lines, *rows) if line)))
            continue
        room -= data_tables.characters(table)
        name = f"{data_tables.ROWS}-{number}"
        caption = mrkdwn.plain(f"{part.get('title') or 'Rows'}: {len(part['rows']):,} rows", 255)
        made.append(blocks.section("\n".join(line for line in lines if line)))
        made.append({**table, "block_id": name, "caption": caption})
        plain[name] = blocks.section("\n".join(rows))
    return made, plain


def _own(part: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """A section as a result of its own, of which nothing is known but its rows, its statement and the currency."""
    return {**{key: part.get(key) for key in ("columns", "rows", "sql")}, "currency": result.get("currency")}


def _first_rows(part: dict[str, Any], result: dict[str, Any]) -> list[str]:
    columns, rows = part.get("columns") or [], part.get("rows") or []
    if len(rows) <= 1 or rows == result.get("rows"):
        return []
    shown = _telling(columns, rows)
    more = [f"and {len(rows) - _ROWS} more"] if len(rows) > _ROWS else []
    return [*(f"• {_row(columns, row, *shown)}" for row in rows[:_ROWS]), *more]


def _telling(columns: list[str], rows: list[list[Any]]) -> tuple[list[int], list[int]]:
    """The columns of a line, and those that are numbers: names first; days only where they are what is listed."""
    numbers = numeric_columns(columns, rows)
    days = [at for at in range(1, len(columns)) if all(_DAY.match(str(row[at])) for row in rows)] if numbers else []
    left = {*days, *(at for at, name in enumerate(columns) if name in _UNTOLD)}
    return [at for at in range(len(columns)) if at not in left], numbers


def _row(columns: list[str], row: list[Any], shown: list[int], numbers: list[int]) -> str:
    """`payments · amount 90,000.00 · spent 79,120.00`: of several numbers each is named, and no name stands twice."""
    cells: list[str] = []
    currency = str(row[columns.index("currency")]) if "currency" in columns else None
    several = len([at for at in shown if at in numbers]) > 1
    for at in shown:
        text = "" if row[at] is None else tables.cell(columns[at], row[at], at in numbers, currency)
        if text and text not in cells:
            name = tables.lowered(columns[at]) if at in numbers and several else ""
            cells.append(f"{name} {text}".strip())
    return " · ".join(mrkdwn.escape(cell, 120) for cell in cells[:_CELLS])
