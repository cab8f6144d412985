"""Formats of dates, from those of C, which DuckDB has, to those of Java, which Spark has."""

import re
from typing import Final

from sqlglot import exp

from nl2sql.guard.duckdb.build import native, refused, text, written
from nl2sql.guard.spark.kinds import kind

_TOKENS: Final = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "MM",
    "%d": "dd",
    "%H": "HH",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%j": "DDD",
    "%b": "MMM",
    "%B": "MMMM",
    "%a": "EEE",
    "%A": "EEEE",
    "%p": "a",
}
_PIECE: Final = re.compile(r"%.|[^%]+")
_PLAIN: Final = re.compile(r"[-/.,:; _()|+]*")  # what a pattern of Java's takes as it stands
_INSTEAD: Final = "a format of it may be written with YYYY, YY, MM, DD, HH24, MI, SS, Q and punctuation"


def as_text(node: exp.Expr) -> exp.Expr | str | None:
    """A date as text: pieces of `date_format`, with the letters between them as texts of their own."""
    pieces = _pieces(written(node.args.get("format")))
    if pieces is None or kind(node.this) not in ("date", "naive", "time"):
        return refused("to_char like that", _INSTEAD)
    parts: list[exp.Expr] = [
        native("date_format", node.this, text(piece)) if is_pattern else text(piece) for piece, is_pattern in pieces
    ]
    return parts[0] if len(parts) == 1 else native("concat", *parts)


def from_text(node: exp.Expr) -> exp.Expr | str | None:
    """A time without a zone that is read from a text."""
    pieces = _pieces(written(node.args.get("format")))
    if pieces is None or len(pieces) != 1 or not pieces[0][1]:
        return refused("A date read with that format", _INSTEAD)
    read = native("to_timestamp", node.this, text(pieces[0][0]))
    return exp.Cast(this=read, to=exp.DataType.build("timestamp", dialect="duckdb"))


def _pieces(given: str | None) -> list[tuple[str, bool]] | None:
    """Patterns of Java's (true) and texts between them, None where a piece is known to none."""
    if not given:
        return None
    pieces: list[tuple[str, bool]] = []
    for match in _PIECE.finditer(given):
        piece = match.group()
        if piece == "%%":
            own, is_pattern = "%", False
        elif piece.startswith("%"):
            if piece not in _TOKENS:
                return None
            own, is_pattern = _TOKENS[piece], True
        else:
            own, is_pattern = piece, bool(_PLAIN.fullmatch(piece))
        if pieces and pieces[-1][1] == is_pattern:
            own = pieces.pop()[0] + own
        pieces.append((own, is_pattern))
    return pieces
