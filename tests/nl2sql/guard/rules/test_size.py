"""Each bound on a statement's size holds at its value and not before."""

import pytest
import sqlglot

from nl2sql.guard.rules.size import MAX_DEPTH, MAX_JOINS, MAX_NODES, MAX_QUERIES, size


def judged(sql: str) -> str | None:
    return size(sqlglot.parse_one(sql, dialect="postgres"))


@pytest.mark.parametrize(("over", "refused"), [(0, False), (1, True)])
def test_joins_are_counted(over: int, refused: bool) -> None:
    sql = "SELECT 1 FROM a" + " CROSS JOIN a" * (MAX_JOINS + over)
    assert (judged(sql) == f"The statement joins {MAX_JOINS + 1} times, at most {MAX_JOINS}.") == refused


@pytest.mark.parametrize(("over", "refused"), [(0, False), (1, True)])
def test_selects_are_counted_wherever_they_stand(over: int, refused: bool) -> None:
    inner = ", ".join(["(SELECT 1)"] * (MAX_QUERIES - 1 + over))
    assert ((judged(f"SELECT {inner}") or "").startswith(f"The statement has {MAX_QUERIES + 1} SELECTs")) == refused


def test_parts_and_depth_are_counted() -> None:
    """A long flat list is too large, a short nested one too deep."""
    assert "too large" in (judged(f"SELECT {', '.join('1' for _ in range(MAX_NODES))}") or "")
    assert judged(f"SELECT {', '.join('1' for _ in range(MAX_NODES - 10))}") is None
    tree: sqlglot.exp.Expr = sqlglot.exp.Literal.number(1)
    for _ in range(MAX_DEPTH):
        tree = sqlglot.exp.Paren(this=tree)
    assert size(tree) == "The statement is nested too deeply."
