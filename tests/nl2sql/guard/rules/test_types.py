"""Casts are to plain values only."""

import pytest
import sqlglot

from nl2sql.guard.rules.types import types


def judged(kind: str) -> str | None:
    return types(sqlglot.parse_one(f"SELECT CAST(x AS {kind}) FROM daily_costs", dialect="postgres"))


@pytest.mark.parametrize(
    "kind", ["int", "numeric(12, 2)", "text", "date", "timestamptz", "interval", "text[]", "varchar(3)"]
)
def test_plain_values_pass(kind: str) -> None:
    assert judged(kind) is None


@pytest.mark.parametrize("kind", ["regclass", "oid", "json", "jsonb", "xml", "bytea", "int[][]", "my_type"])
def test_names_of_the_server_documents_and_bytes_are_refused(kind: str) -> None:
    assert (judged(kind) or "").endswith("is not one that questions may use.")
