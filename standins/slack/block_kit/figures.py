"""Limits of the blocks that show figures: `table`, `data_table` and `data_visualization`."""

import math
from typing import Any

from standins.slack.block_kit.rich_text import rich_text
from standins.slack.block_kit.schema import Json, Node, Rule, by_type, items, one_of, only, string

TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 100, 20, 10_000
SERIES, CATEGORIES, LABEL, TITLE = 12, 20, 20, 50


def _raw_text(place: Node) -> None:
    only(place, {"type", "text"})
    string(place, "text", TABLE_CHARACTERS, required=True)


def _raw_number(place: Node) -> None:
    only(place, {"type", "value", "text"})
    if not _is_number(place.get("value")):
        place.fault("must be a number", "/value")


_CELLS: dict[str, Rule] = {"raw_text": _raw_text, "raw_number": _raw_number, "rich_text": rich_text}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _rows(place: Node, most: int, least: int, header: dict[str, Rule]) -> None:
    widths, characters = set(), 0
    for number, row in enumerate(items(place, "rows", most, required=True, least=least)):
        if not isinstance(row.node, list):
            row.fault("must be an array")
            continue
        widths.add(len(row.node))
        if not 1 <= len(row.node) <= TABLE_COLUMNS:
            row.fault(f"no more than {TABLE_COLUMNS} items allowed")
        for cell in row.each():
            by_type(cell, _CELLS if number else header)
            characters += len(str(cell.get("text") or cell.get("value") or ""))
    if len(widths) > 1:
        place.fault("all rows must have the same number of cells", "/rows")
    if characters > TABLE_CHARACTERS:
        place.fault(f"a table must be less than {TABLE_CHARACTERS + 1} characters", "/rows")


def characters(block: Json) -> int:
    """How many characters the cells of a table have, as far as they are well formed."""
    rows = block.get("rows")
    cells = [cell for row in (rows if isinstance(rows, list) else []) if isinstance(row, list) for cell in row]
    return sum(len(str(cell.get("text") or cell.get("value") or "")) for cell in cells if isinstance(cell, dict))


def table(place: Node) -> None:
    """At most 100 rows of 20 columns, 10,000 characters together."""
    only(place, {"type", "block_id", "rows", "column_settings"})
    _rows(place, TABLE_ROWS, 1, _CELLS)
    for setting in items(place, "column_settings", TABLE_COLUMNS, least=0):
        if setting.node is not None:
            only(setting, {"align", "is_wrapped"})
            one_of(setting, "align", ("left", "center", "right"))


def data_table(place: Node) -> None:
    """A header of raw cells and 1 to 100 rows, all of one width, with a caption."""
    only(place, {"type", "block_id", "rows", "caption", "page_size", "row_header_column_index"})
    string(place, "caption", 255, required=True)
    _rows(place, TABLE_ROWS + 1, 2, {"raw_text": _raw_text, "raw_number": _raw_number})
    size = place.get("page_size", 5)
    if not isinstance(size, int) or not 1 <= size <= 100:
        place.fault("must be between 1 and 100", "/page_size")


def _point(place: Node, positive: bool = False) -> None:
    only(place, {"label", "value"})
    string(place, "label", LABEL, required=True)
    value = place.get("value")
    if not _is_number(value):
        place.fault("must be a number", "/value")
    elif positive and value <= 0:
        place.fault("must be more than 0", "/value")


def _pie(place: Node) -> None:
    only(place, {"type", "segments"})
    for child in items(place, "segments", SERIES, required=True):
        _point(child, positive=True)


def _axes(place: Node) -> None:
    only(place, {"type", "series", "axis_config"})
    axis = place.at("axis_config")
    if not isinstance(axis.node, dict):
        place.fault("missing required field: axis_config")
        return
    only(axis, {"categories", "x_label", "y_label"})
    string(axis, "x_label", TITLE)
    string(axis, "y_label", TITLE)
    categories = [child.node for child in items(axis, "categories", CATEGORIES, required=True)]
    for name in categories:
        if not isinstance(name, str) or not 1 <= len(name) <= LABEL:
            axis.fault(f"must be less than {LABEL + 1} characters", "/categories")
    if len(set(map(str, categories))) != len(categories):
        axis.fault("categories must be unique", "/categories")
    names = []
    for child in items(place, "series", SERIES, required=True):
        only(child, {"name", "data"})
        string(child, "name", LABEL, required=True)
        names.append(child.get("name"))
        points = items(child, "data", CATEGORIES, required=True)
        for point in points:
            _point(point)
        if [p.get("label") for p in points] != categories:
            child.fault("labels must match axis_config categories", "/data")
    if len(set(names)) != len(names):
        place.fault("series names must be unique", "/series")


def data_visualization(place: Node) -> None:
    """A titled pie, bar, area or line chart: 12 series or segments, 20 categories, labels of 20 characters."""
    only(place, {"type", "block_id", "title", "chart"})
    string(place, "title", TITLE, required=True)
    by_type(place.at("chart"), {"pie": _pie, "bar": _axes, "area": _axes, "line": _axes})
