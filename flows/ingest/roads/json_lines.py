"""JSON lines as BigQuery and others export them: a record's fields are columns, what is nested in one stays JSON."""

import json
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from flows.ingest.roads.pieces import BATCH, BillFile, BrokenFileError, Head, Piece, UnreadableFile, cannot_read
from flows.ingest.roads.text import unpacked_text

if TYPE_CHECKING:
    pass

_DOCUMENT = (
    "The file is one JSON document, not a record a line{}. Export it as JSON lines (one object a line), CSV or Parquet."
)
_NO_RECORD = "Line {:,} is not a JSON object. Export the file again as JSON lines, one object a line."


def lines_head(file: BillFile) -> Head | UnreadableFile:
    """The fields of all records, in the order in which they first stand: a record leaves out what is null."""
    names: dict[str, None] = {}
    count, last = 0, {}
    try:
        with file.path.open("rb") as raw, unpacked_text(raw) as text:
            for last in _records(text):
                count += 1
                names.update(dict.fromkeys(last))
    except BrokenFileError as broken:
        return UnreadableFile(str(broken))
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        return UnreadableFile(cannot_read(error))
    if count == 1 and (rows := next((name for name, value in last.items() if _are_records(value)), None)):
        return UnreadableFile(_DOCUMENT.format(f": its rows are in “{rows[:40]}”"))
    return Head("lines", tuple(names))


def _are_records(value: object) -> bool:
    """Whether a field holds rows: a list of objects that are no labels, credits or the like."""
    return isinstance(value, list) and len(value) > 0 and all(isinstance(one, dict) and len(one) > 5 for one in value)


def line_pieces(file: BillFile, head: Head) -> Iterator[Piece]:
    """The records in pieces."""
    rows: list[list[str | None]] = []
    size = max(file.size, 1)
    try:
        with file.path.open("rb") as raw, unpacked_text(raw) as text:
            for record in _records(text):
                rows.append([_field(record.get(name)) for name in head.columns])
                if len(rows) == BATCH:
                    yield _piece(rows, head, raw.tell() / size)
                    rows = []
            yield _piece(rows, head, 1.0)
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise BrokenFileError(cannot_read(error)) from error


def _piece(rows: list[list[str | None]], head: Head, share: float) -> Piece:
    import polars as pl

    names = [*(str(position) for position in range(len(head.columns))), "overflow"]
    frame = pl.DataFrame([[*row, None] for row in rows], schema=[(name, pl.String) for name in names], orient="row")
    return Piece(frame, min(share, 1.0), may_hold_nul=True)


def _records(text: IO[bytes]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text, 1):
        if line.strip():
            try:
                record = json.loads(line, parse_float=str, parse_int=str)  # numbers as they are written
            except (ValueError, RecursionError) as error:
                opened = number == 1 and line.strip() == b"{"
                raise BrokenFileError(_DOCUMENT.format("") if opened else _NO_RECORD.format(number)) from error
            if not isinstance(record, dict):
                raise BrokenFileError(_NO_RECORD.format(number))
            yield record


def _field(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
