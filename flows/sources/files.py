"""Files of bills, CSV, gzip or Parquet, read in bounded pieces."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_PIECE = 16 * 1024 * 1024
_LONGEST_HEADER = 1024 * 1024
_LONGEST_RECORD = 64 * 1024 * 1024
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_NULLS = ("", "NULL", "null")


@dataclass(frozen=True)
class BillFile:
    """A file on this machine; `label` is the path or address the caller gave or would recognise."""

    path: Path
    label: str

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be read to its end; the reason is a sentence."""

    reason: str


class BrokenFileError(Exception):
    """Raised while reading on: the file is truncated or not what its first bytes say; the message is a sentence."""


@dataclass(frozen=True)
class Head:
    """What a file's first bytes say: its kind, its column names as written, and for text the field separator."""

    kind: str
    columns: tuple[str, ...]
    separator: str = ","


def digest(file: BillFile) -> str:
    """SHA-256 of the file's bytes."""
    with file.path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def read_head(file: BillFile) -> Head | Unreadable:
    """The kind and the columns of a file."""
    import csv

    try:
        with file.path.open("rb") as handle:
            start = handle.read(4)
        if not start:
            return Unreadable("The file is empty.")
        if start == _PARQUET:
            return _parquet_head(file)
        with file.path.open("rb") as raw, _text(raw) as text:
            start = text.read(_LONGEST_HEADER)
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        return Unreadable(_cannot_read(error))
    if not start.strip():
        return Unreadable("The file is empty.")
    line = _first_record(start).decode("utf-8", "replace")
    if "\x00" in line:
        return Unreadable("The file is binary, neither CSV, gzip nor Parquet.")
    if not line.strip():
        return Unreadable("Its first line is empty, where the names of the columns should be. Remove the empty lines before them.")
    separator = max(",;\t|", key=line.count)
    try:
        columns = tuple(name.strip() for name in next(csv.reader(io.StringIO(line), delimiter=separator), []))
    except csv.Error as error:  # lines that end in a lone carriage return, a field beyond the reader's limit
        return Unreadable(f"The file is not CSV: its first line cannot be read ({error}). Export it again.")
    return Head("csv", columns, separator)


def _parquet_head(file: BillFile) -> Head | Unreadable:
    import polars as pl

    try:
        return Head("parquet", tuple(pl.scan_parquet(file.path, glob=False).collect_schema().names()))
    except (pl.exceptions.PolarsError, OSError) as error:
        return Unreadable(f"The Parquet file is damaged or cut off: {str(error).splitlines()[0]}. Fetch it again.")


def _cannot_read(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "The gzip file is cut off before its end. Fetch it again."
    if isinstance(error, gzip.BadGzipFile | zlib.error):
        return f"The gzip file is damaged: {error}. Fetch it again."
    if isinstance(error, UnicodeError):
        return f"The file's text is not valid UTF-16: {error.reason if isinstance(error, UnicodeDecodeError) else error}."
    return f"The file cannot be read: {error}."


def _text(raw: IO[bytes]) -> IO[bytes]:
    """The bytes of a text file as UTF-8 without byte order mark, unpacked."""
    start = raw.read(2)
    raw.seek(0)
    plain: IO[bytes] = gzip.GzipFile(fileobj=raw, mode="rb") if start == _GZIP else raw  # type: ignore[assignment]
    buffered = io.BufferedReader(plain, _PIECE) if start == _GZIP else plain  # type: ignore[type-var]
    mark = buffered.read(3)
    buffered.seek(0 if mark != _BOM else 3)
    return _Utf16(buffered) if mark[:2] in _UTF16 else buffered  # type: ignore[return-value]


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


@dataclass(frozen=True)
class Piece:
    """Some rows, every column as text under its position ("0", "1" …; "overflow" for a field beyond the header), and the share read so far.

    `may_hold_nul` and `mended` say what the text has to be searched for: NUL bytes, and U+FFFD where bytes were no UTF-8.
    """

    frame: "pl.DataFrame"
    share: float
    may_hold_nul: bool
    mended: bool = False


def read_pieces(file: BillFile, head: Head) -> Iterator[Piece]:
    """The rows in pieces of some ten thousand.

    Empty fields and the literals NULL and null are null. Raises `BrokenFileError` when the file turns out damaged.
    """
    return _parquet_batches(file, head) if head.kind == "parquet" else _csv_batches(file, head)


def _csv_batches(file: BillFile, head: Head) -> Iterator[Piece]:
    size = max(file.size, 1)
    names = [str(position) for position in range(len(head.columns))]
    header = (head.separator.join([*names, "overflow"]) + "\n").encode()
    try:
        with file.path.open("rb") as raw, _text(raw) as text:
            unread, first = b"", True
            while True:
                piece = text.read(_PIECE)
                unread += piece
                if first and piece:
                    unread = unread[_header_length(unread) :]
                    first = False
                cut = _last_boundary(unread) if piece else len(unread)
                if len(unread) - cut > _LONGEST_RECORD:
                    raise BrokenFileError("A quote is opened and never closed, or a record is longer than 64 MB. Export the file again.")
                if cut:
                    records = unread[:cut]
                    yield Piece(_parse(header + records, head.separator), raw.tell() / size, b"\0" in records, not _is_utf8(records))
                    unread = unread[cut:]
                if not piece:
                    return
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise BrokenFileError(_cannot_read(error)) from error


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
            text, separator=separator, infer_schema=False, null_values=list(_NULLS), encoding="utf8-lossy", truncate_ragged_lines=True
        )
    except pl.exceptions.PolarsError as error:
        raise BrokenFileError(f"The file is not valid CSV: {str(error).splitlines()[0]}. Export it again.") from error


def _parquet_batches(file: BillFile, head: Head) -> Iterator[Piece]:
    import polars as pl

    try:
        frame = pl.scan_parquet(file.path, glob=False)
        total = int(frame.select(pl.len()).collect().item())
        done = 0
        for batch in frame.collect_batches(chunk_size=50_000, maintain_order=True):
            done += batch.height
            texts = [_as_text(batch.get_column(name)).alias(str(position)) for position, name in enumerate(head.columns)]
            columns = pl.DataFrame(texts).with_columns(pl.lit(None, dtype=pl.String).alias("overflow"))
            yield Piece(columns, done / max(total, 1), may_hold_nul=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BrokenFileError(f"The Parquet file is damaged or cut off: {str(error).splitlines()[0]}. Fetch it again.") from error


def _as_text(column: "pl.Series") -> "pl.Series":
    import json

    import polars as pl

    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else column
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f")
    if isinstance(kind, pl.List | pl.Struct | pl.Array):
        values = (None if value is None else json.dumps(_pairs(value), default=str) for value in column.to_list())
        return pl.Series(values, dtype=pl.String)
    text = column.cast(pl.String)
    return text.set(text.is_in(list(_NULLS)), None)


def _pairs(value: object) -> object:
    """A Parquet map (a list of key and value) as an object."""
    if isinstance(value, list) and all(isinstance(item, dict) and set(item) == {"key", "value"} for item in value):
        return {item["key"]: item["value"] for item in value}
    return value
