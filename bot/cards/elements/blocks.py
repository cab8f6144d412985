"""Block Kit's building blocks as dicts, each within Slack's limits by construction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.cards.elements import mrkdwn

Block = dict[str, Any]
Card = dict[str, Any]
"""`text` (stands alone), `blocks`, and sometimes `chart`: a figure to draw as PNG, shown where the `PICTURE` block
stands; and `plain_tables`: by its name, what stands in for a data table where a workspace does not know that block.
"""

BLOCKS, TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 50, 100, 20, 10_000
SERIES, CATEGORIES, LABEL, TITLE = 12, 20, 20, 50
PICTURE = "picture"


def card(
    text: str,
    blocks: Iterable[Block | None],
    chart: dict[str, Any] | None = None,
    plain_tables: Mapping[str, Block] | None = None,
) -> Card:
    """A message; missing blocks are skipped, and past 50 a last line says that something was left out."""
    shown = [block for block in blocks if block is not None]
    if len(shown) > BLOCKS:
        shown = [*shown[: BLOCKS - 1], section(f"{len(shown) - BLOCKS + 1} more parts do not fit into one message.")]
    message: Card = {"text": mrkdwn.cut(text, 2_900), "blocks": shown}
    optional = {"chart": chart, "plain_tables": plain_tables}
    return {**message, **{name: value for name, value in optional.items() if value}}


def without_data_tables(blocks: Sequence[Block], plain_tables: Mapping[str, Block]) -> list[Block]:
    """The blocks with what is plain, or nothing, where a data table stands."""
    changed = (
        plain_tables.get(str(block.get("block_id"))) if block["type"] == "data_table" else block for block in blocks
    )
    return [block for block in changed if block is not None]


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn; names in it must be escaped already."""
    block: Block = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": mrkdwn.cut(text, 3_000) or "\u200b", "verbatim": True},
    }
    return {**block, "accessory": accessory} if accessory else block


def warning(text: str) -> Block:
    """A prominent notice; names in it must be escaped already."""
    return {"type": "alert", "level": "warning", "text": section(text)["text"]}


def without_alerts(view: Block) -> Block:
    """A modal with paragraphs in the place of notices, for a workspace that does not know those."""
    shown = [
        {"type": "section", "text": block["text"]} if block["type"] == "alert" else block for block in view["blocks"]
    ]
    return {**view, "blocks": shown}


def context(*texts: str) -> Block | None:
    """Small grey lines, at most ten; none when there is nothing to say."""
    lines = [{"type": "mrkdwn", "text": mrkdwn.cut(text, 2_000), "verbatim": True} for text in texts if text.strip()]
    return {"type": "context", "elements": lines[:10]} if lines else None


def header(text: str) -> Block:
    """A title line."""
    return {"type": "header", "text": plain_text(text, 150)}


def plain_text(text: str, most: int) -> Block:
    """A plain_text object."""
    return {"type": "plain_text", "text": mrkdwn.plain(text, most) or "\u200b", "emoji": False}


def button(
    label: str, action: str, value: str = "", *, style: str | None = None, confirm: Block | None = None
) -> Block:
    """A button that carries an id, never parameters of an action."""
    element: Block = {"type": "button", "text": plain_text(label, 75), "action_id": action, "value": value[:2_000]}
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    return element


def confirm(title: str, text: str, yes: str) -> Block:
    """A confirmation dialogue of a button."""
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text("Cancel", 30),
    }


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block | None:
    """A row of buttons; none when there are none."""
    if not elements:
        return None
    block: Block = {"type": "actions", "elements": list(elements[:25])}
    return {**block, "block_id": block_id} if block_id else block


def feedback(action: str, value: str, positive: str = "Helpful", negative: str = "Not helpful") -> Block:
    """Slack's own pair of feedback buttons; the value is `<value>:yes` or `<value>:no`."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": action,
                "positive_button": {"text": plain_text(positive, 75), "value": f"{value}:yes"},
                "negative_button": {"text": plain_text(negative, 75), "value": f"{value}:no"},
            }
        ],
    }


def table(header_row: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> Block | None:
    """A table block; it must fit already (see `fitting_rows`). Empty cells show
    as a dash, for Slack refuses empty text.
    """
    if not rows:
        return None
    numeric = set(right)
    shown = [list(row[:TABLE_COLUMNS]) for row in [header_row, *rows[: TABLE_ROWS - 1]]]
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": mrkdwn.plain(cell, 200) or "–"} for cell in row] for row in shown],
        "column_settings": [
            {"align": "right" if index in numeric else "left", "is_wrapped": True} for index in range(len(shown[0]))
        ],
    }


def fitting_rows(header_row: Sequence[str], rows: Sequence[Sequence[str]], most: int, reserve: int = 1_000) -> int:
    """How many of the rows fit a table block of `most` rows, leaving `reserve` characters for a total row."""
    room = TABLE_CHARACTERS - reserve - sum(len(cell) for cell in header_row)
    for count, row in enumerate(rows[:most]):
        room -= sum(min(max(len(cell), 1), 200) for cell in row[:TABLE_COLUMNS])
        if room < 0:
            return count
    return min(len(rows), most)


def _distinct(names: Iterable[str]) -> list[str]:
    """Labels within Slack's length, each its own: names that begin alike are cut in their middle."""
    counts: dict[str, int] = {}
    result = []
    whole = [mrkdwn.plain(name) for name in names]
    cut = [mrkdwn.cut(name, LABEL) for name in whole]
    for name, short in zip(whole, cut, strict=True):
        label = (short if cut.count(short) == 1 else mrkdwn.middle_cut(name, LABEL)) or "–"
        while label in counts:
            counts[label] += 1
            suffix = f" {counts[label]}"
            label = label[: LABEL - len(suffix)] + suffix
        counts[label] = 1
        result.append(label)
    return result


def figure(
    kind: str, title: str, categories: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], y_label: str = ""
) -> Block | None:
    """A native chart (`bar`, `line` or `area`); None where it does not fit Slack's block and a picture is due."""
    if not 1 <= len(series) <= SERIES or not 1 <= len(categories) <= CATEGORIES:
        return None
    labels = _distinct(categories)
    names = _distinct(name for name, _ in series)
    axis: Block = {"categories": labels}
    if y_label:
        axis["y_label"] = mrkdwn.plain(y_label, TITLE)
    data = [
        {
            "name": name,
            "data": [
                {"label": label, "value": round(float(value), 2)} for label, value in zip(labels, values, strict=True)
            ],
        }
        for name, (_, values) in zip(names, series, strict=True)
    ]
    chart = {"type": kind, "series": data, "axis_config": axis}
    return {"type": "data_visualization", "title": mrkdwn.plain(title, TITLE) or "Cost", "chart": chart}


def picture(alt_text: str) -> Block:
    """Where the delivery puts the PNG of the card's `chart`; the block is dropped when no picture can be drawn."""
    return {"type": "image", "block_id": PICTURE, "alt_text": mrkdwn.plain(alt_text, 2_000) or "Chart"}
