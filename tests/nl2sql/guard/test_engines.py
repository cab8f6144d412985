"""The statements that read line items: the same guard, another engine."""

import re

import pytest

from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, SqlRejected, check
from tests.nl2sql.guard.builders import CHECKOUT, EVERYTHING, FOLDER, ids, statements

_VIEWS = re.compile(r"\b(daily_costs|hourly_costs|resource_costs)\b")
ATTACKS = [(name, _VIEWS.sub("charges", sql)) for name, sql in statements("attacks")]
OWN = (FOLDER.parents[1] / "lake" / "attacks.sql").read_text(encoding="utf-8").strip().split("\n")
FRAGMENTS = [
    line
    for path in sorted((FOLDER / "fragments").glob("*.txt"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line.strip() and line != "d.billing_period_start"  # which line items have
]
POSITIONS = [
    _VIEWS.sub("charges", position)
    for position in re.split(r"\n\s*\n", (FOLDER / "positions.sql").read_text(encoding="utf-8").strip())
]


def _reads_only_charges(result: SafeQuery | SqlRejected) -> bool:
    return isinstance(result, SafeQuery) and result.reads_lake


@pytest.mark.parametrize("sql", [sql for _, sql in ATTACKS], ids=ids(ATTACKS))
def test_no_attack_passes_over_line_items(sql: str) -> None:
    """It is none of the engine's business which view is read."""
    assert isinstance(check(sql, reporting(), EVERYTHING), SqlRejected)


@pytest.mark.parametrize("sql", OWN)
def test_no_attack_on_the_engine_passes(sql: str) -> None:
    """Functions, settings and statements that only DuckDB has."""
    assert isinstance(check(sql.replace("{folder}", "/tmp"), reporting(), EVERYTHING), SqlRejected)


@pytest.mark.parametrize("position", [one for one in POSITIONS if "{it}" in one])
def test_no_fragment_passes_in_any_position(position: str) -> None:
    """As over the other views."""
    passed = [
        fragment
        for fragment in FRAGMENTS
        if _reads_only_charges(check(position.replace("{it}", fragment), reporting(), EVERYTHING))
    ]
    assert passed == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT c.team FROM charges c JOIN daily_costs d ON d.team = c.team",
        "SELECT team FROM charges UNION ALL SELECT team FROM resources",
        "SELECT (SELECT count(*) FROM budgets) AS n, sum(effective_cost) AS cost FROM charges",
    ],
)
def test_line_items_stand_alone(sql: str) -> None:
    """The refusal says how to ask instead."""
    result = check(sql, reporting(), EVERYTHING)
    assert isinstance(result, SqlRejected)
    assert "ask it alone" in result.reason


def test_narrowing_stands_around_every_reading() -> None:
    """A team that is named like code stays a text."""
    result = check("SELECT a.team, b.team AS other FROM charges a JOIN charges b USING (sku_id)", reporting(), CHECKOUT)
    assert isinstance(result, SafeQuery)
    assert result.sql.count("WHERE team IN ('checkout')") == 2
    assert "charges AS" not in result.sql


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("SELECT tags['cost-center'] AS c FROM charges", "tags['cost-center']"),
        ("SELECT date_trunc('month', usage_date) AS m FROM charges", "DATE_TRUNC('MONTH', usage_date)"),
        ("SELECT to_char(usage_date, 'YYYY-MM') AS m FROM charges", "STRFTIME(usage_date, '%Y-%m')"),
        (
            "SELECT list_unit_price * consumed_quantity AS p FROM charges",
            "CAST(list_unit_price AS DOUBLE) * consumed_quantity",
        ),
        ("SELECT team FROM charges ORDER BY team DESC", "ORDER BY team DESC NULLS FIRST"),
    ],
)
def test_the_checked_tree_is_written_in_the_engines_words(written: str, run: str) -> None:
    """Functions by what they mean, not by their name."""
    result = check(written, reporting(), EVERYTHING)
    assert isinstance(result, SafeQuery)
    assert run in result.sql
    assert "::" not in result.sql
    assert "STRFTIME" not in result.shown  # people see the SQL that was asked
