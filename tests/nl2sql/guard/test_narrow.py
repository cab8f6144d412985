"""Whatever a narrowed asker writes, the answer is the one of a world in which other teams' rows do not exist."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.access import Actor
from db.database import Database
from nl2sql.catalog.views import Catalog, Relation, reporting
from nl2sql.guard import SafeQuery, SqlRejected, check
from nl2sql.guard.narrow import is_narrowed
from nl2sql.guard.text.parse import parse, tokenize
from tests.nl2sql.guard.builders import CHECKOUT, EVERYTHING, fetch, queries


def _rows(rows: list[Any]) -> list[str]:
    return sorted(repr(tuple(row)) for row in rows)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sql=queries())
def test_the_answer_is_that_of_a_world_without_the_other_teams(
    planted: Database, small_world: sa.Connection, sql: str
) -> None:
    """Narrowed in the whole world equals unnarrowed in the small world, row for row."""
    narrowed, whole = check(sql, reporting(), CHECKOUT, 5_000), check(sql, reporting(), EVERYTHING, 5_000)
    assert isinstance(narrowed, SafeQuery), (sql, narrowed)
    assert isinstance(whole, SafeQuery)
    _, rows = fetch(planted, narrowed.sql)
    assert "canary" not in repr(rows)
    assert _rows(rows) == _rows(list(small_world.exec_driver_sql(whole.sql).fetchall()))


@pytest.mark.parametrize(
    "condition",
    [
        "1 / (CASE WHEN team = 'canary' THEN 0 ELSE 1 END) = 1",
        "(CASE WHEN team = 'canary' THEN team ELSE '1' END)::int = 1",
        "1 / (effective_cost - (SELECT 12.375)) IS NOT NULL",
    ],
)
def test_errors_tell_nothing_of_rows_that_cannot_be_seen(planted: Database, condition: str) -> None:
    """A condition that would fail on another team's row is never evaluated on it."""
    result = check(
        f"SELECT count(*) FROM daily_costs WHERE {condition}", reporting(), Actor("x", teams=frozenset({"nobody here"}))
    )
    assert isinstance(result, SafeQuery)
    assert fetch(planted, result.sql)[1] == [(0,)]


def test_who_has_no_team_sees_nothing_but_what_everybody_may(planted: Database) -> None:
    """No team is no row, not every row."""
    nobody = Actor("x")
    for name, relation in reporting().relations.items():
        result = check(f"SELECT 1 FROM {name}", reporting(), nobody)
        assert isinstance(result, SafeQuery)
        assert name == "charges" or not fetch(planted, result.sql)[1] or relation.visible is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(team=st.text(min_size=1, max_size=20))
def test_a_teams_name_is_a_value_whatever_it_says(planted: Database, team: str) -> None:
    """Quotes, backslashes and comments in a name do not leave its literal."""
    result = check("SELECT count(*) FROM daily_costs", reporting(), Actor("x", teams=frozenset({team})))
    assert isinstance(result, SafeQuery | SqlRejected)
    if isinstance(result, SafeQuery) and team not in {"checkout", "search", "canary"}:
        assert fetch(planted, result.sql)[1] == [(0,)]


@pytest.mark.parametrize(
    "team", ["it's", "a\\", "\\'", "'; DROP TABLE x; --", "{teams}", "%s", "$$", "x') OR ('1'='1", "ünï"]
)
def test_hard_names_of_teams(planted: Database, team: str) -> None:
    """The same, for the names that break weaker quoting."""
    result = check("SELECT count(*) FROM resources", reporting(), Actor("x", teams=frozenset({team})))
    assert isinstance(result, SafeQuery)
    assert fetch(planted, result.sql)[1] == [(0,)]


def test_a_rule_of_visibility_is_asked_for_in_every_view() -> None:
    """A view without a rule is one that everybody may see, and those are few and named here."""
    assert {name for name, relation in reporting().relations.items() if relation.visible is None} == {
        "prices",
        "data_freshness",
        "billing_periods",
    }


def test_a_catalogue_of_another_schema_is_kept_to() -> None:
    """The schema is the catalogue's."""
    catalog = Catalog({"t": Relation("t", ("a",), None)}, schema="other")
    result = check("SELECT a FROM other.t", catalog, CHECKOUT)
    assert isinstance(result, SafeQuery)
    assert "other.t" in result.sql
    assert isinstance(check("SELECT a FROM reporting.t", catalog, CHECKOUT), SqlRejected)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM reporting.daily_costs",
        "SELECT * FROM finops.daily_costs",
        "SELECT * FROM reporting.no_such_view",
        "SELECT * FROM (SELECT * FROM reporting.daily_costs OFFSET 0) AS d",
        "SELECT * FROM (SELECT * FROM reporting.daily_costs WHERE team = 'search' OFFSET 0) AS d",
    ],
)
def test_what_was_written_without_its_narrowing_is_noticed(sql: str) -> None:
    """The second look does not trust the first: whatever reads a view otherwise is refused."""
    tokens = tokenize(sql)
    assert not isinstance(tokens, str)
    tree = parse(tokens, sql)
    assert not isinstance(tree, str)
    assert not is_narrowed(tree, reporting(), CHECKOUT)
