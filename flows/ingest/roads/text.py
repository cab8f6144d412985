"""Text files, plain or gzip: CSV with whatever separator, title and encoding; of JSON lines only that they are such."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from flows.ingest.roads.pieces import NULLS, BillFile, BrokenFileError, Head, Piece, UnreadableFile, cannot_read
from flows.ingest.roads.quotes import refuse_swallowed_rows, stray_quote
from flows.ingest.roads.signatures import BINARY, UTF16, not_a_bill, text_of_two_bytes

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
_LONGEST_TITLES = 64 * 1024
_SEPARATORS = ",;\t|"
_RARE = "^~\x01\x1f"  # Hive's, and those of programs that want none of the others in a text


def text_head(file: BillFile) -> Head | UnreadableFile:
    """The kind and the columns of a text file."""
    try:
        with file.path.open("rb") as raw, unpacked_text(raw) as text:
            start = text.read(_LONGEST_HEADER)
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        return UnreadableFile(cannot_read(error))
    if not start.strip():
        return UnreadableFile("The file is empty.", empty=True)
    if (what := not_a_bill(start)) is not None:
        return UnreadableFile(what)
    preamble, separator = _preamble(start)
    line = _first_record(start[preamble:]).decode("utf-8", "replace")
    if "\x00" in line:
        return UnreadableFile(UTF16 if line.count("\x00") * 2 >= len(line) else BINARY)
    if line.lstrip().startswith("{"):
        return Head("lines", ())
    if line.lstrip().startswith("["):
        return UnreadableFile("The file is a JSON list. Export it as JSON lines (one object a line), CSV or Parquet.")
    separator = separator or _separator(line)
    try:
        columns = tuple(name.strip() for name in next(csv.reader(io.StringIO(line), delimiter=separator), []))
    except csv.Error:  # lines that end in a lone carriage return, a field beyond the reader's limit
        return UnreadableFile(
            "The file is not CSV: its first line cannot be read, as if its lines ended in a lone carriage return. "
            "Export it again."
        )
    return Head("csv", columns, separator, preamble)


def _separator(line: str) -> str:
    """What stands between the names of a header: one that is rare only where none of the usual ones can be meant."""
    usual, rare = max(_SEPARATORS, key=line.count), max(_RARE, key=line.count)
    return rare if line.count(usual) < _LEAST_SEPARATORS <= line.count(rare) else usual


def _preamble(start: bytes) -> tuple[int, str | None]:
    """The bytes before the header, and the separator where a line `sep=;` gives it.

    Passed over are empty lines, comments, and titles: lines of one field before a line of many.
    """
    position, separator = 0, None
    for _ in range(_TITLE_LINES):
        line = _first_record(start[position:])
        text = line.decode("utf-8", "replace").strip()
        after = start[position + _header_length(start[position:]) :]
        title = _fields(text) < 3 and not text.startswith(("{", "[")) and _header_follows(after)
        if (given := line.decode("utf-8", "replace").strip('"\r\n')).casefold().startswith("sep=") and len(given) == 5:
            separator = given[4]
        elif text and not text.startswith("#") and not title:
            break
        position += _header_length(start[position:])
        if position >= len(start):
            return 0, separator
    return position, separator


def _fields(line: str) -> int:
    """How many fields of a line hold something; a program pads a title with separators."""
    return len(line.rstrip(_SEPARATORS + '"').split(max(_SEPARATORS, key=line.count)))


def _header_follows(start: bytes) -> bool:
    """Whether one of the next lines is a header."""
    lines = start[:_LONGEST_TITLES].splitlines()[:_TITLE_LINES]
    return any(_fields(line.decode("utf-8", "replace")) > _LEAST_SEPARATORS for line in lines)


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
    encoding = "utf-16" if mark[:2] in _UTF16 else text_of_two_bytes(buffered.read(64))
    buffered.seek(marks)
    return _Utf16(buffered, encoding) if encoding else buffered  # type: ignore[return-value]  # _Utf16 reads as a BufferedReader does


class _Utf16:
    """Reads UTF-16 as UTF-8."""

    def __init__(self, source: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(source, encoding=encoding, newline="")

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
            unread, first, lines = b"", True, 0
            while True:
                piece = text.read(_PIECE)
                unread += piece
                if first and piece:
                    begin = head.preamble + _header_length(unread[head.preamble :])
                    lines += unread.count(b"\n", 0, begin)
                    unread = unread[begin:]
                    first = False
                cut = _last_boundary(unread) if piece else len(unread)
                if len(unread) - cut > _LONGEST_RECORD:
                    raise BrokenFileError(
                        "A quote is opened and never closed, or a record is longer than 64 MB. Export the file again."
                    )
                if cut:
                    records, mended = _as_utf8(_plain(unread[:cut], last=not piece))
                    frame = _parse(header + records, head.separator, lines)
                    refuse_swallowed_rows(frame, head, records)
                    yield Piece(frame, raw.tell() / size, b"\0" in records, mended)
                    lines += unread.count(b"\n", 0, cut)
                    unread = unread[cut:]
                if not piece:
                    return
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise BrokenFileError(cannot_read(error)) from error


def _plain(text: bytes, last: bool) -> bytes:
    """The records without further byte order marks, the doubled returns of programs that write text twice as such, the
    end-of-file sign of DOS, and what fills a block behind it.
    """
    if _BOM[:1] in text and _BOM in text:  # a single byte is found many times faster
        text = text.replace(_BOM, b"")
    if b"\r" in text and b"\r\r\n" in text:
        text = text.replace(b"\r\r\n", b"\r\n")
    return text.rstrip(b"\x1a\0") if last else text


def _as_utf8(text: bytes) -> tuple[bytes, bool]:
    """The text, its bytes that are no UTF-8 read as Windows-1252, and whether there were any."""
    if text.isascii():
        return text, False
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("utf-8", _WINDOWS).encode(), True
    return text, False


def _windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([one]).decode("cp1252", "replace") for one in wrong), error.end


_WINDOWS = "finops-windows-1252"
codecs.register_error(_WINDOWS, _windows)


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


def _parse(text: bytes, separator: str, lines: int) -> "pl.DataFrame":
    """The rows; `lines` are those of the file before them, the header's too."""
    import polars as pl

    try:
        return pl.read_csv(
            text,
            separator=separator,
            infer_schema=False,
            null_values=list(NULLS),
            encoding="utf8",  # it is, by now; the lossy way takes twice as long
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as error:
        raise BrokenFileError(stray_quote(text, separator, lines)) from error
