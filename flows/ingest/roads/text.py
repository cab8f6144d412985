"""Text files, plain or gzip: CSV with whatever separator, title and encoding; of JSON lines only that they are such."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from flows.ingest.roads.pieces import NULLS, BillFile, BrokenFileError, Head, Piece, UnreadableFile, cannot_read

if TYPE_CHECKING:
    import polars as pl

_PIECE = 16 * 1024 * 1024
_LONGEST_HEADER = 1024 * 1024
_LONGEST_RECORD = 64 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_TITLE_LINES = 10  # lines before the header that are looked at
_LEAST_SEPARATORS = 5  # a header of a bill has at least so many


def text_head(file: BillFile) -> Head | UnreadableFile:
    """The kind and the columns of a text file."""
    try:
        with file.path.open("rb") as raw, unpacked_text(raw) as text:
            start = text.read(_LONGEST_HEADER)
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        return UnreadableFile(cannot_read(error))
    if not start.strip():
        return UnreadableFile("The file is empty.", empty=True)
    preamble, separator = _preamble(start)
    line = _first_record(start[preamble:]).decode("utf-8", "replace")
    if "\x00" in line:
        return UnreadableFile("The file is binary: it is neither CSV nor Parquet, nor one of them packed.")
    if line.lstrip().startswith("{"):
        return Head("lines", ())
    if line.lstrip().startswith("["):
        return UnreadableFile("The file is a JSON list. Export it as JSON lines (one object a line), CSV or Parquet.")
    separator = separator or max(",;\t|", key=line.count)
    try:
        columns = tuple(name.strip() for name in next(csv.reader(io.StringIO(line), delimiter=separator), []))
    except csv.Error:  # lines that end in a lone carriage return, a field beyond the reader's limit
        return UnreadableFile(
            "The file is not CSV: its first line cannot be read, as if its lines ended in a lone carriage return. "
            "Export it again."
        )
    return Head("csv", columns, separator, preamble)


def _preamble(start: bytes) -> tuple[int, str | None]:
    """The bytes before the header, and the separator where a line `sep=;` gives it.

    Passed over are empty lines, comments, and titles: lines of one field before a line of many.
    """
    position, separator = 0, None
    for _ in range(_TITLE_LINES):
        line = _first_record(start[position:])
        text = line.decode("utf-8", "replace").strip()
        following = _first_record(start[position + _header_length(start[position:]) :]).decode("utf-8", "replace")
        title = max(map(text.count, ",;\t|")) < 2 and max(map(following.count, ",;\t|")) >= _LEAST_SEPARATORS
        if text.casefold().startswith("sep=") and len(text) == 5:
            separator = text[4]
        elif text and not text.startswith("#") and not title:
            break
        position += _header_length(start[position:])
        if position >= len(start):
            return 0, separator
    return position, separator


def unpacked_text(raw: IO[bytes]) -> IO[bytes]:
    """The bytes of a text file as UTF-8 without byte order mark, unpacked."""
    start = raw.read(2)
    raw.seek(0)
    plain: IO[bytes] = gzip.GzipFile(fileobj=raw, mode="rb") if start == _GZIP else raw  # type: ignore[assignment]  # GzipFile reads bytes as any file does
    buffered = io.BufferedReader(plain, _PIECE) if start == _GZIP else plain  # type: ignore[type-var]  # what gzip and open give is raw
    marks = 0
    while (mark := buffered.read(3)) == _BOM:  # some exports write two
        marks += 3
    buffered.seek(marks)
    return _Utf16(buffered) if mark[:2] in _UTF16 else buffered  # type: ignore[return-value]  # _Utf16 reads as a BufferedReader does


class _Utf16:
    """Reads UTF-16 as UTF-8."""

    def __init__(self, source: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(source, encoding="utf-16", newline="")

    def read(self, size: int) -> bytes:
        return self._text.read(size).encode()

    def __enter__(self) -> "_Utf16":
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()


def _first_record(piece: bytes) -> bytes:
    """The header line, which may hold quoted line breaks."""
    return piece[: _header_length(piece)].rstrip(b"\r\n")


def csv_pieces(file: BillFile, head: Head) -> Iterator[Piece]:
    size = max(file.size, 1)
    names = [str(position) for position in range(len(head.columns))]
    header = (head.separator.join([*names, "overflow"]) + "\n").encode()
    try:
        with file.path.open("rb") as raw, unpacked_text(raw) as text:
            unread, first = b"", True
            while True:
                piece = text.read(_PIECE)
                unread += piece
                if first and piece:
                    unread = unread[head.preamble :]
                    unread = unread[_header_length(unread) :]
                    first = False
                cut = _last_boundary(unread) if piece else len(unread)
                if len(unread) - cut > _LONGEST_RECORD:
                    raise BrokenFileError(
                        "A quote is opened and never closed, or a record is longer than 64 MB. Export the file again."
                    )
                if cut:
                    records = unread[:cut].replace(_BOM, b"")  # a second mark, before the first row
                    yield Piece(
                        _parse(header + records, head.separator),
                        raw.tell() / size,
                        b"\0" in records,
                        not _is_utf8(records),
                    )
                    unread = unread[cut:]
                if not piece:
                    return
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise BrokenFileError(cannot_read(error)) from error


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _header_length(piece: bytes) -> int:
    end = piece.find(b"\n")
    while end >= 0 and piece.count(b'"', 0, end) % 2:
        end = piece.find(b"\n", end + 1)
    return len(piece) if end < 0 else end + 1


def _last_boundary(piece: bytes) -> int:
    """Where the last whole record ends: after a line break with an even number of quotes before it."""
    end = piece.rfind(b"\n")
    quotes = piece.count(b'"', 0, end) if end >= 0 else 0
    while end >= 0 and quotes % 2:
        before = piece.rfind(b"\n", 0, end)
        quotes -= piece.count(b'"', before + 1, end) if before >= 0 else quotes
        end = before
    return end + 1


def _parse(text: bytes, separator: str) -> "pl.DataFrame":
    import polars as pl

    try:
        return pl.read_csv(
            text,
            separator=separator,
            infer_schema=False,
            null_values=list(NULLS),
            encoding="utf8-lossy",
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as error:
        raise BrokenFileError(
            "The file is not valid CSV: a quote stands inside a field without being doubled or without quotes around "
            "the field. Export it again with quotes that are doubled."
        ) from error
