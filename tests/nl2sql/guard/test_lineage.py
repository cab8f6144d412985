"""Every figure of a statement descends from a column of a view."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from config.access import SYSTEM
from nl2sql.catalog.semantics import semantics
from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, check
from nl2sql.guard.lineage import invented
from tests.nl2sql.guard.builders import statements

FROM = "FROM daily_costs"
SERIES = (
    "SELECT day::date AS day, sum(d.effective_cost) AS cost FROM generate_series(DATE '2026-10-01', DATE '2026-10-31', "
    "INTERVAL '1 day') AS day LEFT JOIN daily_costs d ON d.usage_date = day::date GROUP BY 1"
)


def _problem(sql: str) -> str | None:
    safe = check(sql, reporting(), SYSTEM)
    assert isinstance(safe, SafeQuery), safe
    return invented(safe.shown, reporting())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 999999 AS effective_cost",
        f"SELECT 999999 AS effective_cost {FROM}",
        f"SELECT team, 999999 AS effective_cost {FROM} GROUP BY 1",
        f"SELECT -(999999) AS effective_cost {FROM}",
        f"SELECT '999999'::numeric AS effective_cost {FROM}",
        f"SELECT '$999,999' AS answer, count(*) AS n {FROM}",
        f"SELECT CASE WHEN effective_cost > 0 THEN 999999 ELSE 0 END AS effective_cost {FROM}",
        f"SELECT CASE WHEN effective_cost > 0 THEN effective_cost ELSE 999999 END AS effective_cost {FROM}",
        f"SELECT coalesce(NULL, 999999) AS effective_cost {FROM}",
        f"SELECT coalesce(effective_cost, 999999) AS effective_cost {FROM}",
        f"SELECT greatest(sum(effective_cost), 999999) AS effective_cost {FROM}",
        f"SELECT sum(effective_cost) + 999999 AS effective_cost {FROM}",
        f"SELECT sum(effective_cost) * 0 + 999999 AS effective_cost {FROM}",
        f"SELECT sum(effective_cost) / sum(effective_cost) * 999999 AS effective_cost {FROM}",
        f"SELECT sum(effective_cost) - sum(effective_cost) AS effective_cost {FROM}",
        f"SELECT sum(999999) AS effective_cost {FROM}",
        f"SELECT max(999999) OVER () AS effective_cost {FROM}",
        f"SELECT (effective_cost > 0)::int * 999999 AS effective_cost {FROM}",
        f"SELECT extract(epoch FROM DATE '2026-10-01') AS effective_cost {FROM}",
        f"SELECT length('xxxxxxxxx') AS effective_cost {FROM}",
        f"SELECT power(10, 6) AS effective_cost {FROM}",
        f"SELECT x.cost FROM (SELECT 999999 AS cost {FROM}) AS x",
        f"SELECT * FROM (SELECT 999999 AS cost {FROM}) AS x",
        f"SELECT x.* FROM (SELECT team, 999999 AS cost {FROM}) AS x",
        f"WITH x AS (SELECT 999999 AS cost {FROM}) SELECT sum(cost) AS cost FROM x",
        f"WITH x(cost) AS (SELECT 999999 {FROM}) SELECT cost FROM x",
        f"SELECT sum(effective_cost) AS cost {FROM} UNION ALL SELECT 999999",
        f"SELECT team, v.cost {FROM} CROSS JOIN (VALUES (999999)) AS v(cost)",
        f"SELECT team, (SELECT 999999) AS cost {FROM}",
        f"SELECT team, x.cost {FROM} CROSS JOIN LATERAL (SELECT 999999 AS cost) AS x",
        f"SELECT n AS cost {FROM} CROSS JOIN generate_series(999999, 999999) AS n",
        f"SELECT unnest(ARRAY[999999]) AS cost {FROM}",
    ],
)
def test_a_figure_of_the_statement_s_own_is_refused(sql: str) -> None:
    """By the name of its column, wherever it stands in the statement."""
    problem = _problem(sql)
    assert problem is not None
    assert "every figure has to come from the views" in problem


@pytest.mark.parametrize("sql", ["SELECT 'all good' AS answer", "SELECT CURRENT_DATE AS day", "SELECT NULL AS cost"])
def test_what_reads_no_view_tells_nothing(sql: str) -> None:
    """Text alone is no answer."""
    assert "reads no view" in (_problem(sql) or "")


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT count(*) AS n {FROM}",
        f"SELECT sum(1) AS n {FROM}",
        f"SELECT count(DISTINCT team) AS teams {FROM}",
        f"SELECT sum(CASE WHEN team = 'a' THEN 1 ELSE 0 END) AS n {FROM}",
        f"SELECT sum(CASE WHEN team = 'a' THEN effective_cost ELSE 0 END) AS cost {FROM}",
        f"SELECT 100 * (1 - sum(effective_cost) / nullif(sum(list_cost), 0)) AS percent {FROM}",
        f"SELECT round(sum(effective_cost) / 31 * 365, 2) AS a_year {FROM}",
        f"SELECT sum(effective_cost) / (DATE '2026-11-01' - DATE '2026-10-01') AS a_day {FROM}",
        f"SELECT coalesce(sum(effective_cost), 0) AS cost {FROM}",
        f"SELECT coalesce(team, 'unallocated') AS team, sum(effective_cost) AS cost {FROM} GROUP BY 1",
        f"SELECT 'Q3 2026' AS quarter, sum(list_cost) AS cost {FROM} UNION ALL SELECT 'Q2', sum(list_cost) {FROM}",
        f"SELECT usage_date + 7 AS a_week_later, effective_cost {FROM}",
        f"SELECT date_trunc('month', usage_date)::date AS month, sum(effective_cost) AS cost {FROM} GROUP BY 1",
        f"SELECT team, rank() OVER (ORDER BY sum(effective_cost) DESC) AS place {FROM} GROUP BY 1",
        f"SELECT * {FROM}",
        f"SELECT d.* {FROM} AS d",
        f"WITH x AS (SELECT team, sum(effective_cost) AS cost {FROM} GROUP BY 1) SELECT avg(cost) AS mean FROM x",
        "SELECT b.budget, b.amount - b.spent AS left_over FROM budgets b",
        f"SELECT t.team, count(*) AS n {FROM} JOIN unnest(ARRAY['a', 'b']) AS t(team) USING (team) GROUP BY 1",
        SERIES,
        f"SELECT team, (SELECT sum(effective_cost) {FROM}) AS whole {FROM} GROUP BY 1",
        f"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY effective_cost) AS median {FROM}",
        f"SELECT effective_cost > 100 AS big {FROM}",
    ],
)
def test_what_descends_from_the_bills_is_shown(sql: str) -> None:
    """Sums, shares, rates, counts, ranks, labels and days, through every kind of query."""
    assert _problem(sql) is None


def test_the_corpus_of_legitimate_sql_is_mostly_of_the_bills() -> None:
    """What is refused there brings its own numbers or reads no view."""
    corpus = [sql for _, sql in statements("benign")]
    refused = [sql for sql in corpus if _problem(sql)]
    assert len(refused) < len(corpus) / 6
    for sql in refused:
        digits = any(letter.isdigit() for letter in sql)
        assert digits or "daily_costs" not in sql or "every(" in sql.lower() or "'a'" in sql.lower(), sql


def test_golden_answers_pass() -> None:
    """Of the catalogue."""
    assert [_problem(golden.sql) for golden in semantics().golden] == [None] * len(semantics().golden)


_VALUES = st.recursive(
    st.sampled_from(["effective_cost", "billed_cost", "7919", "0", "1", "NULL"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda value: f"coalesce({value}, 0)"),
        inner.map(lambda value: f"greatest({value}, 1)"),
        inner.map(lambda value: f"CASE WHEN effective_cost >= 0 THEN {value} ELSE {value} END"),
        inner.map(lambda value: f"(SELECT {value})"),
    ),
    max_leaves=4,
)


@hypothesis(max_examples=300, deadline=None)
@given(_VALUES)
def test_a_figure_that_no_row_changes_is_never_shown(value: str) -> None:
    """What keeps its value whatever the costs are is the statement's own: checked by calculating with two rows."""
    if _problem(f"SELECT {value} AS figure {FROM}") is not None:
        return
    figures = {_calculated(value, effective, billed) for effective, billed in ((3, 5), (11, 17), (101, 103))}
    assert len(figures) > 1 or figures <= {None, 0, 1}, figures


def _calculated(value: str, effective: int, billed: int) -> Any:
    """The value for one row, by another engine."""
    engine = sa.create_engine("sqlite://")
    sql = value.replace("greatest(", "max(")
    with engine.connect() as connection:
        row = f"SELECT {effective} AS effective_cost, {billed} AS billed_cost"
        found = connection.exec_driver_sql(f"SELECT {sql} FROM ({row})").scalar()
    engine.dispose()
    return found


def test_days_are_no_figures() -> None:
    """A day of the statement's own may be a label."""
    day = date(2026, 10, 1).isoformat()
    assert _problem(f"SELECT DATE '{day}' AS since, sum(effective_cost) AS cost {FROM}") is None
