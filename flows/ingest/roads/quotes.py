"""Quotes that stand where none may: named with their line, and never the reason that rows vanish inside a field."""

import json
import re
from typing import TYPE_CHECKING

from flows.ingest.roads.pieces import BrokenFileError, Head

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 60  # characters of a value that is shown
_DATE = re.compile(r"\d[-/.]\d{1,2}[-/.]\d")


def stray_quote(text: bytes, separator: str, lines: int) -> str:
    """Why text is no CSV, with the first line whose quotes are amiss; `lines` stand before the text's first record,
    whose header is not the file's.
    """
    where = ""
    for number, line in enumerate(text.split(b"\n")[1:], lines + 1):
        place = _amiss(line.rstrip(b"\r"), separator.encode())
        if place is not None:
            near = line[max(0, place - _SHOWN // 2) : place + _SHOWN // 2].decode(errors="replace").strip()
            where = f" Line {number:,} has one: “{near}”."
            break
    return (
        "The file is not valid CSV: a quote stands inside a field without being doubled or without quotes around the "
        f"field.{where} Export it again with quotes that are doubled."
    )


def _amiss(line: bytes, separator: bytes) -> int | None:
    """Where a quote stands in a line that may not: in a field without quotes, after the end of one, or never closed."""
    place = 0
    while place < len(line):
        end = line.find(separator, place)
        end = len(line) if end < 0 else end
        if line[place : place + 1] != b'"':
            inside = line.find(b'"', place, end)
            if inside >= 0:
                return inside
            place = end + 1
            continue
        close = line.find(b'"', place + 1)
        while close >= 0 and line[close + 1 : close + 2] == b'"':
            close = line.find(b'"', close + 2)
        if close < 0 or line[close + 1 : close + 2] not in (b"", separator):
            return place
        place = close + 2
    return None


def refuse_swallowed_rows(frame: "pl.DataFrame", head: Head, records: bytes) -> None:
    """Raise where a quote that was opened in one row and closed in a later one made the rows between part of a field.

    Such a field has line breaks, as many separators as a row has, and dates; what is JSON is taken as it is.
    """
    import polars as pl

    if records.count(b"\n") <= frame.height:
        return
    names = [str(position) for position in range(len(head.columns))]
    least = len(head.columns) - 1
    suspects = frame.select(names).filter(
        pl.any_horizontal(
            pl.col(name).str.contains("\n", literal=True)
            & (pl.col(name).str.count_matches(head.separator, literal=True) >= least)
            for name in names
        ).fill_null(value=False)
    )
    for row in suspects.iter_rows():
        for name, value in zip(head.columns, row, strict=True):
            if value and _is_rows(value, head.separator, least):
                start = value.split("\n", 1)[0][:_SHOWN]
                raise BrokenFileError(
                    f"A quote opens in the column {name or 'without a name'} before “{start}” and closes "
                    f"{value.count(chr(10)):,} lines later: the rows between would be lost. Export the file again with "
                    "quotes that are doubled."
                )


def _is_rows(value: str, separator: str, least: int) -> bool:
    if "\n" not in value or value.count(separator) < least or not _DATE.search(value):
        return False
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return True
    return False
