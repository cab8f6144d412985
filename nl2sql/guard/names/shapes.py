"""Shapes of the tree that the rule on names asks for."""

from typing import Final

from sqlglot import exp

from nl2sql.guard.growth.growth import series_rows
from nl2sql.guard.names.frame import Frame
from nl2sql.guard.rules.functions import AGGREGATES, SERIES

GROUPED_ROWS: Final = 100.0


def select_rows(node: exp.Select, frame: Frame) -> float:
    """A guess at the rows of a SELECT before its LIMIT."""
    rows = frame.product()
    if node.args.get("group") or node.args.get("distinct"):
        return min(rows, GROUPED_ROWS)
    for item in node.expressions:
        for call in item.find_all(exp.Anonymous, exp.GroupConcat):
            if isinstance(call, exp.Anonymous) and call.this in SERIES:
                rows *= series_rows(call)
            elif (isinstance(call, exp.GroupConcat) or call.this in AGGREGATES) and call.find_ancestor(
                exp.Window, exp.Select
            ) is node:
                return 1.0
    return rows


def is_parenthesis_of_joins(node: exp.Expr) -> bool:
    """(a JOIN b …) is a Subquery around its first table, on which the joins hang."""
    if not isinstance(node, exp.Subquery) or node.args.get("with_"):
        return False
    inner = node.this
    return isinstance(inner, exp.Table) or (
        isinstance(inner, exp.Subquery) and (bool(inner.args.get("joins")) or is_parenthesis_of_joins(inner))
    )


def is_function(node: exp.Expr) -> bool:
    """Whether an item of a FROM is a function."""
    return isinstance(node, exp.Table) and isinstance(node.this, exp.Anonymous)


def alias_columns(node: exp.Expr) -> list[str]:
    """The column list of an alias."""
    alias = node.args.get("alias")
    return [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []


def shown(name: str) -> str:
    """A name as it may stand in a sentence."""
    return "".join(c for c in name[:63] if c.isalnum() or c in "_ -") or "?"
