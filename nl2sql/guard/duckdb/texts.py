"""Parts of texts, and what patterns find in them."""

import re
from collections.abc import Sequence
from typing import Final

from sqlglot import exp

from nl2sql.guard.duckdb.build import native, number, positive, refused, text, too_long, when, wrap, written

_NOT_A_GROUP: Final = re.compile(r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]|\(\?")
_TOO_LONG: Final = "write the texts in it more shortly"


def part_of(value: exp.Expr, start: exp.Expr | None, length: exp.Expr | None) -> exp.Expr | str:
    """`substring`: Postgres counts a start before the text as places of it, DuckDB from the text's end."""
    if start is not None and start.unnest().is_string:
        return (
            _substring_of_pattern(value, start, group=True)
            if length is None
            else refused("substring like that", "use two")
        )
    start = start or number(1)
    if positive(start) and (length is None or positive(length, 0)):
        return native("substr", value, start, *([length] if length is not None else []))
    if too_long(start, *([length] if length is not None else [])):
        return refused("substring with a long start or length", _TOO_LONG)
    if not positive(start):  # a text, which is a pattern to Postgres, cannot be added to
        start = exp.Paren(this=exp.Add(this=wrap(start), expression=number(0)))
    before = exp.LT(this=wrap(start), expression=number(1))
    first = when(before, number(1), start.copy())
    if length is None:
        return native("substr", value, first)
    negative = exp.LT(this=wrap(length), expression=number(0))
    checked: exp.Expr = length
    if not positive(length, 0):
        checked = when(negative, native("error", text("negative substring length")), length.copy())
    reach = exp.Sub(this=exp.Add(this=wrap(start), expression=wrap(checked)), expression=number(1))
    cut = native("greatest", reach, number(0))
    return native("substr", value, first, checked if positive(start) else when(before.copy(), cut, checked.copy()))


def substr(call: exp.Anonymous) -> exp.Expr | str:
    """`substr(text, start, length)`."""
    value, start, length = (*call.expressions, None, None, None)[:3]
    if value is None or start is None:
        return refused("substr with one value", "write where the part starts")
    return part_of(value, start, length)


def regexp_substr(call: exp.Anonymous) -> exp.Expr | str:
    """What a pattern finds first, NULL where it finds nothing."""
    if len(call.expressions) != 2:
        return refused("regexp_substr with more than a text and a pattern", "use substring(text from 'pattern')")
    return _substring_of_pattern(call.expressions[0], call.expressions[1], group=False)


def _substring_of_pattern(value: exp.Expr, pattern: exp.Expr, *, group: bool) -> exp.Expr | str:
    plain = written(pattern)
    if plain is None or too_long(value):
        return refused("substring from a pattern that is not written down", "write the pattern as a text")
    number_of = number(1 if group and "(" in _NOT_A_GROUP.sub("", plain) else 0)
    return when(native("regexp_matches", value, pattern), native("regexp_extract", value, pattern, number_of))


def regexp_replace(call: exp.Anonymous) -> exp.Expr | str:
    """With the flags g and i, which DuckDB has too."""
    flags = written(call.expressions[3]) if len(call.expressions) == 4 else ""
    if len(call.expressions) not in (3, 4) or flags is None or set(flags) - {"g", "i"}:
        return refused("regexp_replace with more than the flags g and i", "write those alone")
    return native("regexp_replace", *call.expressions)


def of_two(call: exp.Anonymous) -> exp.Expr | str:
    """A function of patterns that is the same with a text and a pattern, and nothing more."""
    if len(call.expressions) != 2:
        return refused(f"{call.this} with more than a text and a pattern", "write those alone")
    return exp.func(call.this, *call.expressions, dialect="postgres")


def regexp_like(call: exp.Anonymous) -> exp.Expr | str:
    """With the flag i at most."""
    if len(call.expressions) == 3 and written(call.expressions[2]) != "i":
        return refused("regexp_like with a flag other than i", "write that alone")
    return native("regexp_matches", *call.expressions)


def split_part(call: exp.Anonymous) -> exp.Expr | str:
    """Between separators that are texts."""
    if len(call.expressions) == 3 and written(call.expressions[1]) == "":
        return refused("split_part without a separator", "write the separator")
    return native("split_part", *call.expressions)


def string_to_array(call: exp.Anonymous) -> exp.Expr | str:
    """An empty text is no parts to Postgres, one empty part to DuckDB."""
    if len(call.expressions) != 2 or isinstance(call.expressions[1], exp.Null) or written(call.expressions[1]) == "":
        return refused("string_to_array like that", "write a separator, and nothing for NULL")
    value, separator = call.expressions
    if too_long(value):
        return refused("string_to_array of a long expression", _TOO_LONG)
    empty = exp.EQ(this=wrap(value), expression=text(""))
    return when(empty, exp.Array(expressions=[]), native("string_split", value, separator))


def like(node: exp.Like | exp.ILike) -> exp.Expr | str | None:
    """A backslash takes a pattern's signs their meaning, which DuckDB must be told; one of several patterns is OR."""
    pattern = node.expression
    if isinstance(pattern, exp.Anonymous) and (name := str(pattern.this).lower()) in ("any", "some", "all"):
        return _several(node, pattern.expressions, every=name == "all")
    if isinstance(pattern, exp.Any | exp.All):
        return _several(node, [pattern.this], every=isinstance(pattern, exp.All))
    if isinstance(node.parent, exp.Escape):
        return None
    plain = written(pattern)
    if plain is not None and "\\" not in plain:
        return None
    return exp.Escape(this=node.copy(), expression=text("\\"))


def _several(node: exp.Like | exp.ILike, given: Sequence[exp.Expr], *, every: bool) -> exp.Expr | str:
    patterns = given[0].unnest() if given else None
    if not isinstance(patterns, exp.Array) or not patterns.expressions or too_long(node.this):
        return refused("LIKE with patterns that are not written down", "join several LIKE by OR")
    if len(patterns.expressions) > 100:
        return refused("LIKE with more than a hundred patterns", "ask for fewer")
    parts: list[exp.Expr] = []
    for pattern in patterns.expressions:
        one = type(node)(this=node.this.copy(), expression=pattern.copy(), negate=node.args.get("negate"))
        parts.append(exp.Escape(this=one, expression=text("\\")))
    return exp.Paren(this=exp.and_(*parts, copy=False) if every else exp.or_(*parts, copy=False))
