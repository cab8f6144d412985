"""An answer in sections as a canvas: Markdown with all rows of each section, and the message that leads to it."""

import html
import re
from typing import Any

from bot.cards.elements import blocks, data_tables, mrkdwn
from bot.cards.elements.blocks import Card
from bot.cards.messages.answers.answer import provenance_line
from db.outgoing.messages import CanvasLink

_CELLS = 300  # of one table: more Slack does not take in a canvas
_TITLE, _TEXT = 150, 2_000
_MARKS = re.compile(r"([\\`*_\[\]<>|~#])")


def title_of(result: dict[str, Any]) -> str:
    """`Review, payments, October 2026`: what is said before the first figure."""
    headline = str(result.get("text") or "").partition("\n")[0]
    return mrkdwn.plain(headline.partition(". ")[0], _TITLE) or "Review"


def markdown_of(result: dict[str, Any]) -> str:
    """The sections with their tables, and where the figures come from; names of bills and people are no markup."""
    headline = str(result.get("text") or "").partition("\n")[0]
    parts = [f"**{_plain(headline)}**"]
    for part in result.get("sections") or []:
        parts += [f"## {_plain(part.get('title'), _TITLE)}", _plain(part.get("text")), _table(part, result)]
    return "\n\n".join(part for part in (*parts, f"_{_plain(html.unescape(provenance_line(result)))}_") if part) + "\n"


def _table(part: dict[str, Any], result: dict[str, Any]) -> str:
    own = {**{key: part.get(key) for key in ("columns", "rows", "sql")}, "currency": result.get("currency")}
    table = data_tables.data_table_of({**own, "rows": (part.get("rows") or [])[: blocks.TABLE_ROWS]}, 1)
    if table is None:
        return ""
    header, *rows = [[_plain(cell["text"], 200) for cell in row] for row in table["rows"]]
    fits = max(_CELLS // len(header) - 1, 1)
    left = len(part["rows"]) - min(fits, len(rows))
    lines = [header, ["---"] * len(header), *rows[:fits]]
    more = f"\n\n{left:,} more rows are in the CSV." if left else ""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + more


def _plain(text: object, most: int = _TEXT) -> str:
    return _MARKS.sub(r"\\\1", mrkdwn.plain(text or "", most))


def link(message: CanvasLink) -> Card:
    """The message in the thread that opens it."""
    text = f"{mrkdwn.escape(message['title'], _TITLE)}, as a canvas"
    button = {**blocks.button("Open canvas", "open_page"), "url": message["url"]}
    return blocks.card(text, [blocks.section(text), blocks.actions([button])])
