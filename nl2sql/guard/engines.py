"""A checked statement for the engine that reads line items: the tree that was checked, written for DuckDB."""

from typing import Final

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from nl2sql.guard.text.parse import parse, tokenize

LINE_ITEMS: Final = "charges"
ALONE: Final = (
    "Line items (charges) cannot be combined with other views in one statement; charges has every column of the bill, "
    "so ask it alone, or ask the two apart."
)
_DUCKDB: Final = DuckDB()


def for_duckdb(sql: str) -> str | None:
    """The statement in DuckDB's words, None where it has none for it. `sql` is what the guard wrote."""
    tokens = tokenize(sql)
    tree = tokens if isinstance(tokens, str) else parse(tokens, sql)
    if isinstance(tree, str):
        return None
    try:
        for node in reversed(list(tree.walk())):  # from the leaves, for what is translated holds what was
            _translate(node)
        return _DUCKDB.generate(tree, copy=False, comments=False, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError, ValueError, TypeError):
        return None


def _translate(node: exp.Expr) -> None:
    """A function that the guard kept under its Postgres name as what it means; a product as a double, which has room
    for it.
    """
    if isinstance(node, exp.Anonymous) and isinstance(node.this, str):
        node.replace(exp.func(node.this, *node.expressions, dialect="postgres"))
    elif isinstance(node, exp.Mul) and not any(
        isinstance(part.unnest(), exp.Literal) for part in (node.left, node.right)
    ):
        node.set("this", exp.cast(node.left, "double"))
