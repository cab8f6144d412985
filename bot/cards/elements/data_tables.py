"""A longer result as a data table, which people page through, sort and filter; Slack takes up to a hundred rows."""

from collections.abc import Sequence
from typing import Any

from bot.cards.elements import blocks, mrkdwn, table_layout, tables
from bot.cards.elements.blocks import Block
from bot.cards.elements.figures import numeric_columns

PAGE = 10
ROWS = "rows"
"""Names the block, under which what is plain stands in for it; of several, with a number behind it."""
_CELL = 200
_CAPTION = 255


def data_table_of(result: dict[str, Any], above: int = tables.ROWS) -> Block | None:
    """All rows of a result that has more than are shown without (`above`), amounts as numbers; None where it is
    shorter, or longer than Slack takes.
    """
    columns, rows = result.get("columns") or [], result.get("rows") or []
    if not above < len(rows) <= blocks.TABLE_ROWS or result.get("truncated"):
        return None
    columns, rows = tables.with_share(*table_layout.shaped(columns, rows, result), result)
    if not len(rows) > above or len(columns) > blocks.TABLE_COLUMNS:
        return None
    numbers = numeric_columns(columns, rows)
    header = [{"type": "raw_text", "text": table_layout.title(name) or "–"} for name in columns]
    body = [_cells(columns, row, numbers, result) for row in rows]
    made = {
        "type": "data_table",
        "block_id": ROWS,
        "caption": mrkdwn.cut(_caption(columns, rows, numbers, result), _CAPTION),
        "page_size": PAGE,
        "row_header_column_index": next((at for at in range(len(columns)) if at not in numbers), 0),
        "rows": [header, *body],
    }
    return made if characters(made) <= blocks.TABLE_CHARACTERS else None


def characters(table: Block) -> int:
    """How many characters its cells have; Slack takes 10,000 in all tables of a message together."""
    return sum(len(cell["text"]) for row in table["rows"] for cell in row)


def _cells(
    columns: Sequence[str], row: Sequence[Any], numbers: Sequence[int], result: dict[str, Any]
) -> list[dict[str, Any]]:
    """Amounts sort by their value and read as in every table; what is missing is a dash."""
    cells: list[dict[str, Any]] = []
    for at, value in enumerate(row):
        text = tables.cell(columns[at], value, at in numbers, tables.currency_of(columns, row, at, result))
        if columns[at] in ("change", "change_percent"):
            text = table_layout.signed(text)
        shown = mrkdwn.plain(text, _CELL) or "–"
        if at in numbers and value is not None:
            cells.append({"type": "raw_number", "value": float(value), "text": shown})
        else:
            cells.append({"type": "raw_text", "text": shown})
    return cells


def _caption(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int], result: dict[str, Any]
) -> str:
    """`31 rows, effective cost 12,345.67 in total`: a total among rows that people sort would be one of them. Where the
    rows are the first of more it is `of all`.
    """
    said, of_what = [f"{len(rows):,} rows"], "of all" if result.get("whole") else "in total"
    for title, total in tables.totals(columns, rows, numbers, result):
        signed = table_layout.signed(total) if title == "change" else total
        said.append(f"{tables.lowered(title)} {signed} {of_what}")
    return mrkdwn.plain(", ".join(said))
