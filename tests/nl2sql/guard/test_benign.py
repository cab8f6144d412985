"""Legitimate analytic SQL passes, runs, and means what it meant."""

import pytest

from db.database import Database
from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, check
from tests.nl2sql.guard.builders import CHECKOUT, EVERYTHING, fetch, ids, statements

CASES = statements("benign")


def test_there_are_enough_cases() -> None:
    """The corpus is broad."""
    assert len(CASES) >= 150


@pytest.mark.parametrize("sql", [sql for _, sql in CASES], ids=ids(CASES))
def test_regenerated_sql_gives_the_rows_and_headers_of_the_original(planted: Database, sql: str) -> None:
    """What is run equals what was written: same columns, same rows, in the same order where one is asked for."""
    result = check(sql, reporting(), EVERYTHING)
    assert isinstance(result, SafeQuery), result
    columns, rows = fetch(planted, sql.rstrip("; \n"))
    got_columns, got_rows = fetch(planted, result.sql)
    assert got_columns == columns
    if "order by" not in sql.lower():  # without it the order is Postgres's own affair
        rows, got_rows = sorted(rows, key=repr), sorted(got_rows, key=repr)
    assert repr(got_rows) == repr(rows)


@pytest.mark.parametrize("sql", [sql for _, sql in CASES], ids=ids(CASES))
def test_a_narrowed_asker_can_run_it_too(planted: Database, sql: str) -> None:
    """Narrowing keeps every legitimate statement valid, and no row names another team."""
    result = check(sql, reporting(), CHECKOUT)
    assert isinstance(result, SafeQuery), result
    _, rows = fetch(planted, result.sql)
    assert "canary" not in repr(rows)


def test_answers_are_not_empty_by_mistake(planted: Database) -> None:
    """The small world stands behind every view, so that equal rows say something."""
    for name in reporting().relations.keys() - {"charges"}:  # which lie in the lake
        _, rows = fetch(planted, f"SELECT 1 FROM reporting.{name}")
        assert rows, name
