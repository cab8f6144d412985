"""Formats of dates and texts: those of Postgres that are written down, as DuckDB's."""

import re
from typing import Final

from sqlglot import exp

from nl2sql.guard.duckdb.build import cast, native, refused, shown, text, too_long, written

_TOKENS: Final = {
    "IYYY": "%G",
    "YYYY": "%Y",
    "YY": "%y",
    "IW": "%V",
    "ID": "%u",
    "MM": "%m",
    "DDD": "%j",
    "DD": "%d",
    "HH24": "%H",
    "HH12": "%I",
    "HH": "%I",
    "MI": "%M",
    "SS": "%S",
}
_NAMES: Final = {"FMMonth": "%B", "FMDay": "%A", "Mon": "%b", "Dy": "%a", "AM": "%p", "PM": "%p"}  # as they are written
_PIECE: Final = re.compile(
    f'(?P<name>{"|".join(_NAMES)})|(?P<token>(?i:{"|".join(_TOKENS)}))|(?P<quarter>Q)|"(?P<quoted>[^"\\\\]*)"|'
    r"(?P<plain>[-/.,:; _()'|+])"
)
_FORMATS: Final = "a format of it may be written with YYYY, YY, MM, DD, HH24, MI, SS, IYYY, IW, Q and punctuation"


def to_char(call: exp.Anonymous) -> exp.Expr | str:
    """A date as text: pieces of `strftime`, and the quarter between them."""
    pieces = _pieces(written(call.expressions[1]) if len(call.expressions) == 2 else None)
    value = call.expressions[0] if call.expressions else call
    if not pieces or (len(pieces) > 1 and too_long(value)):
        return refused("to_char with that format", f"{_FORMATS}; for numbers use round or a cast")
    parts: list[exp.Expr] = [
        cast(native("quarter", value), "text") if one is None else native("strftime", value, text(one))
        for one in pieces
    ]
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part)
    return exp.Paren(this=joined) if len(parts) > 1 else joined


def from_text(call: exp.Anonymous) -> exp.Expr | str:
    """A date or, in UTC, a time that is read from a text."""
    pieces = _pieces(written(call.expressions[1]) if len(call.expressions) == 2 else None)
    if len(pieces) != 1 or pieces[0] is None:
        return refused(f"{call.this} with that format", _FORMATS.replace(", Q", ""))
    read = native("strptime", call.expressions[0], text(pieces[0]))
    return cast(read, "date" if call.this == "to_date" else "timestamptz")


def _pieces(written_format: str | None) -> list[str | None]:
    """DuckDB's formats in a row, None for a quarter between them; no pieces where one is not known."""
    if not written_format:
        return []
    pieces: list[str | None] = []
    at = 0
    while at < len(written_format):
        match = _PIECE.match(written_format, at)
        if match is None:
            return []
        at = match.end()
        if match["quarter"]:
            pieces.append(None)
            continue
        piece = _piece(match)
        if pieces and pieces[-1] is not None:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return [one for one in pieces if one != ""]


def _piece(match: re.Match[str]) -> str:
    if match["name"]:
        return _NAMES[match["name"]]
    if match["token"]:
        return _TOKENS[match["token"].upper()]
    return str(match["quoted"] if match["quoted"] is not None else match["plain"]).replace("%", "%%")


def text_format(call: exp.Anonymous) -> exp.Expr | str:
    """`format` with %s alone: what stands between, and the values, put together."""
    template = written(call.expressions[0]) if call.expressions else None
    parts = re.split(r"(%s|%%)", template) if template is not None else ["%"]
    values = call.expressions[1:]
    if any("%" in part for part in parts if part not in ("%s", "%%")) or parts.count("%s") != len(values):
        return refused("format with anything but %s", "use concat or ||")
    left = iter(values)
    pieces = [shown(next(left)) if part == "%s" else text("%" if part == "%%" else part) for part in parts if part]
    return native("concat", text(""), *pieces)


def concat(call: exp.Anonymous) -> exp.Expr | str:
    """`concat` and `concat_ws`: NULL is nothing."""
    return native(str(call.this), *map(shown, call.expressions))
