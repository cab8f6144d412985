"""The card of an answer in sections: what they come to, one chart, a paragraph and a few rows of each."""

import re
from typing import Any

from bot.cards.elements import blocks, figures, mrkdwn, tables
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
    sections = [_section(part, result) for part in (result.get("sections") or [])[:_SECTIONS]]
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
    )


def _section(part: dict[str, Any], result: dict[str, Any]) -> Block:
    lines = [f"*{mrkdwn.escape(part.get('title') or '', 150)}*", mrkdwn.escape(part.get("text") or "", 1_200)]
    columns, rows = part.get("columns") or [], part.get("rows") or []
    if len(rows) > 1 and rows != result.get("rows"):
        shown = _telling(columns, rows)
        lines += [f"• {_row(columns, row, *shown)}" for row in rows[:_ROWS]]
        if len(rows) > _ROWS:
            lines.append(f"and {len(rows) - _ROWS} more")
    return blocks.section("\n".join(line for line in lines if line))


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
