"""A checked statement for the engine that reads line items: the tree that was checked, written for DuckDB."""

from typing import Final

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from nl2sql.guard.duckdb.calls import call
from nl2sql.guard.duckdb.operators import defined, operator, undefined
from nl2sql.guard.outcome import SqlRejected
from nl2sql.guard.text.parse import parse, tokenize

LINE_ITEMS: Final = "charges"
ALONE: Final = (
    "Line items (charges) cannot be combined with other views in one statement; charges has every column of the bill, "
    "so ask it alone, or ask the two apart."
)
_UNKNOWN: Final = SqlRejected("The statement uses SQL that the engine of line items does not know.", "engines")
_DUCKDB: Final = DuckDB()


def for_duckdb(sql: str) -> str | SqlRejected:
    """The statement in DuckDB's words, or what it has none for. `sql` is what the guard wrote."""
    tokens = tokenize(sql)
    tree = tokens if isinstance(tokens, str) else parse(tokens, sql)
    if isinstance(tree, str):
        return _UNKNOWN
    try:
        if problem := _translate(tree):
            return SqlRejected(problem, "engines")
        return _DUCKDB.generate(tree, copy=False, comments=False, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError, ValueError, TypeError):
        return _UNKNOWN


def _translate(tree: exp.Expr) -> str | None:
    """Each part as what it means, in place; a sentence where one means nothing to DuckDB."""
    for node in reversed(list(tree.walk())):
        if (whole := undefined(node)) is not None:
            whole.replace(defined(whole))
    for node in reversed(list(tree.walk())):  # from the leaves, for what is translated holds what was
        if isinstance(node, exp.Anonymous):
            own = call(node) if isinstance(node.this, str) else None
        else:
            own = operator(node)
        if isinstance(own, str):
            return own
        if own is not None:
            node.replace(own)
    return None
