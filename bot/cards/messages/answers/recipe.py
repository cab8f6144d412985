"""The card of an answer in sections: what they come to, one chart, a paragraph and a few rows of each."""

from typing import Any

from analysis import formatting
from bot.cards.elements import blocks, figures, mrkdwn, tables
from bot.cards.elements.blocks import Block, Card
from bot.cards.elements.figures import numeric_columns

_SECTIONS, _ROWS, _CELLS = 12, 3, 4


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
        lines += [f"• {_row(columns, row, numeric_columns(columns, rows))}" for row in rows[:_ROWS]]
        if len(rows) > _ROWS:
            lines.append(f"and {len(rows) - _ROWS} more")
    return blocks.section("\n".join(line for line in lines if line))


def _row(columns: list[str], row: list[Any], numbers: list[int]) -> str:
    shown = [at for at, cell in enumerate(row) if cell is not None and columns[at] not in ("resource_id", "currency")]
    cells = [formatting.exact(row[at]) if at in numbers else str(row[at]) for at in shown[:_CELLS]]
    return " · ".join(mrkdwn.escape(cell, 120) for cell in cells)
