"""A file of a bill and what is read of it: its head, its rows in pieces, and why it cannot be read."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

BATCH = 50_000  # rows of a piece of a file that is not text
NULLS = ("", "NULL", "null")


@dataclass(frozen=True)
class BillFile:
    """A file on this machine; `label` is the path or address the caller gave or would recognise."""

    path: Path
    label: str

    @property
    def name(self) -> str:
        """The file's name as the caller would recognise it, not that of a copy."""
        return PurePosixPath(self.label).name

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size


@dataclass(frozen=True)
class UnreadableFile:
    """A file that cannot be read to its end; the reason is a sentence."""

    reason: str
    empty: bool = False


class BrokenFileError(Exception):
    """Raised while reading on: the file is truncated or not what its first bytes say; the message is a sentence."""


@dataclass(frozen=True)
class Head:
    """What a file's first bytes say: its kind, its column names as written, and for text the field separator."""

    kind: str
    columns: tuple[str, ...]
    separator: str = ","
    preamble: int = 0  # bytes of text before the header: `sep=,`, comments, titles
    partitions: tuple[str | None, ...] = ()  # values of the last columns, which stand in the file's path


@dataclass(frozen=True)
class Piece:
    """Some rows, every column as text under its position ("0", "1" …;
    "overflow" for a field beyond the header), and the share read so far.

    `may_hold_nul` says whether the text has to be searched for NUL bytes, `mended` whether some of its bytes were no
    UTF-8 and were read as Windows-1252.
    """

    frame: "pl.DataFrame"
    share: float
    may_hold_nul: bool
    mended: bool = False


def cannot_read(error: Exception) -> str:
    """What a fault of reading means, as a sentence."""
    if isinstance(error, EOFError):
        return "The gzip file is cut off before its end. Fetch it again."
    if isinstance(error, gzip.BadGzipFile | zlib.error):
        return "The gzip file is damaged. Fetch it again."
    if isinstance(error, UnicodeError):
        return "The file's text is not valid UTF-16. Save it as UTF-8."
    if isinstance(error, OSError) and error.strerror:
        return f"The file cannot be read: {error.strerror}."
    return "The file cannot be read to its end: it is damaged, or not what its first bytes say. Fetch it again."
