"""Rule on regular expressions: patterns that a matcher could work on without end are refused."""

import re
from typing import Final

from sqlglot import exp

from nl2sql.guard.text.words import words

MAX_PATTERN: Final = 300
MAX_BOUND: Final = 50  # of {n,m}: Postgres writes the repetition out
_FUNCTIONS: Final = words(
    "regexp_replace regexp_match regexp_count regexp_like regexp_substr regexp_instr regexp_split_to_array "
    "regexp_split_to_table"
)
_CLASS: Final = re.compile(r"\[\^?\]?(?:[^\]\\]|\\.)*\]")
_ESCAPED: Final = re.compile(r"\\[^1-9]")
_BOUND: Final = re.compile(r"\{\s*(\d+)\s*(?:,\s*(\d*)\s*)?\}")
_REPEATS: Final = "*+{"


def patterns(tree: exp.Expr) -> str | None:
    """Refuse repetitions inside repetitions, back references, large bounds and
    very long patterns, wherever a pattern's text is written down.
    """
    for node in tree.walk():
        written = _pattern(node)
        if written is not None and (problem := _problem(written)):
            return problem
    return None


def _pattern(node: exp.Expr) -> str | None:
    """The texts of a pattern in a row: how they are put together does not matter to what is refused."""
    pattern: object = None
    if isinstance(node, exp.RegexpLike | exp.RegexpILike | exp.SimilarTo):
        pattern = node.expression
    elif isinstance(node, exp.Anonymous) and node.this in _FUNCTIONS and len(node.expressions) > 1:
        pattern = node.expressions[1]
    elif isinstance(node, exp.Substring):
        pattern = node.args.get("start")
    if not isinstance(pattern, exp.Expr):
        return None
    return "".join(literal.name for literal in pattern.find_all(exp.Literal, bfs=False) if literal.is_string)


def _problem(pattern: str) -> str | None:
    if len(pattern) > MAX_PATTERN:
        return f"A pattern may have at most {MAX_PATTERN} characters."
    plain = _ESCAPED.sub("x", _CLASS.sub("x", pattern))
    if "\\" in plain:
        return "A pattern may not refer back to its own groups."
    for least, most in _BOUND.findall(plain):
        if max(int(least), int(most or 0)) > MAX_BOUND:
            return f"A pattern may repeat something at most {MAX_BOUND} times by number."
    return "A pattern may not repeat what repeats already, like (a+)+." if _nested(plain) else None


def _nested(pattern: str) -> bool:
    """Whether a group that holds a repetition is itself repeated; `?` and a group without repetition are harmless."""
    holds: list[bool] = []
    closed = False  # the character before ended a group that holds a repetition
    for character in pattern:
        repeats = character in _REPEATS
        if repeats and closed:
            return True
        closed = False
        if character == "(":
            holds.append(False)
        elif character == ")" and holds:
            closed = holds.pop()
            if closed and holds:
                holds[-1] = True
        elif repeats and holds:
            holds[-1] = True
    return False
