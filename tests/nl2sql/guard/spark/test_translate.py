"""What is sent to an engine of Spark SQL: the checked statement, and nothing that might mean something else."""

import re

import pytest

from db.reporting.charges_view import CHARGES
from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, SqlRejected, check
from nl2sql.guard.spark.translate import for_spark, view_for_spark
from tests.nl2sql.guard.builders import AS_POSTGRES, CHECKOUT, EVERYTHING


def translated(sql: str) -> str:
    """A statement as it is sent for somebody who sees everything."""
    safe = check(sql, reporting(), EVERYTHING, 10)
    assert isinstance(safe, SafeQuery), safe
    sent = for_spark(safe.sql)
    assert isinstance(sent, str), sent
    return sent


def test_the_narrowing_is_in_what_is_sent() -> None:
    """Around each reading, whatever the statement calls its parts."""
    sql = (
        "WITH charges AS (SELECT * FROM reporting.charges) SELECT a.team FROM charges a JOIN reporting.charges b "
        "ON a.team = b.team"
    )
    safe = check(sql, reporting(), CHECKOUT, 10)
    assert isinstance(safe, SafeQuery), safe
    sent = for_spark(safe.sql)
    assert isinstance(sent, str)
    assert len(re.findall(r"FROM reporting_charges WHERE team IN \('checkout'\)", sent)) == 2
    assert sent.count("reporting_charges") == 2


def test_the_cap_and_the_order_stay() -> None:
    """In one SELECT: an order within another is none to Spark."""
    assert translated("SELECT team FROM charges ORDER BY team DESC") == (
        "SELECT team FROM reporting_charges ORDER BY team DESC NULLS FIRST LIMIT 11"
    )
    sent = translated("SELECT team FROM charges ORDER BY team LIMIT 3")
    assert sent.endswith("LIMIT 3) AS answer LIMIT 11")
    assert translated("SELECT team FROM charges UNION ALL SELECT team FROM charges").endswith("LIMIT 11")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("count(*) / 3", "(COUNT(*)) DIV (3)"),
        ("effective_cost / 3", "CAST(effective_cost AS DOUBLE) / CAST(3 AS DOUBLE)"),
        ("usage_date + 7", "DATE_ADD(usage_date, CAST(7 AS INT))"),
        ("max(usage_date) - min(usage_date)", "DATEDIFF(MAX(usage_date), MIN(usage_date))"),
        ("usage_date + INTERVAL '1 month'", "CAST(usage_date AS TIMESTAMP_NTZ) + INTERVAL '1' MONTH"),
        ("date_trunc('month', usage_date)", "CAST(DATE_TRUNC('MONTH', usage_date) AS TIMESTAMP_NTZ)"),
        ("extract(dow from usage_date)", "(DAYOFWEEK(usage_date) - 1)"),
        ("to_char(usage_date, 'YYYY-MM')", "DATE_FORMAT(usage_date, 'yyyy-MM')"),
        ("tags['cost-center']", "TRY_ELEMENT_AT(tags, 'cost-center')"),
        ("avg(effective_cost)", "AVG(CAST(effective_cost AS DOUBLE))"),
        ("effective_cost::int", "CAST(ROUND(effective_cost, 0) AS INT)"),
        ("concat(team, '-', service)", "CONCAT_WS('', team, '-', service)"),
        ("service ~* 'ec2'", "service RLIKE '(?i)ec2'"),
        ("team = ANY(ARRAY['a', 'b'])", "team IN ('a', 'b')"),
        (
            "percentile_cont(0.9) WITHIN GROUP (ORDER BY effective_cost DESC)",
            "PERCENTILE_CONT(0.1) WITHIN GROUP (ORDER BY CAST(effective_cost AS DOUBLE) ASC)",
        ),
        (r"service LIKE '10\%%'", r"service LIKE '10\\%%' ESCAPE '\\'"),
    ],
)
def test_functions_are_written_by_what_they_mean(written: str, sent: str) -> None:
    """Not by their name; where the engines agree on a word, it is that one."""
    assert sent in translated(f"SELECT {written} AS x FROM charges")


def test_kinds_are_known_through_names() -> None:
    """A quotient of two counts is whole, in whichever part of the statement they were counted."""
    parts = "WITH c AS (SELECT team, count(*) AS n, sum(effective_cost) AS cost FROM charges GROUP BY 1) SELECT"
    assert "(n) DIV (2)" in translated(f"{parts} n / 2 AS x FROM c")
    assert "CAST(cost AS DOUBLE) / CAST(n AS DOUBLE)" in translated(f"{parts} cost / n AS x FROM c")


def test_a_kind_that_is_not_known_is_refused() -> None:
    """One name for a number and a text is neither."""
    sql = (
        "SELECT x / 2 AS y FROM (SELECT count(*) AS x FROM charges) a UNION ALL "
        "SELECT 1.5 AS x FROM (SELECT effective_cost AS x FROM charges) b"
    )
    safe = check(sql, reporting(), EVERYTHING)
    assert isinstance(safe, SafeQuery), safe
    sent = for_spark(safe.sql)
    assert isinstance(sent, SqlRejected)
    assert "say what it is with a cast" in sent.reason


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT array_agg(team) FROM charges", "array_agg"),
        ("SELECT initcap(team) FROM charges", "ask without it"),
        ("SELECT string_agg(team, ',') FROM charges", "ORDER BY"),
        ("SELECT DISTINCT ON (team) team FROM charges", "DISTINCT ON"),
        ("SELECT to_char(usage_date, 'IYYY-IW') FROM charges", "to_char"),
        ("SELECT regexp_replace(team, 'a', 'b') FROM charges", "regexp_replace"),
        ("SELECT g.g, count(*) FROM generate_series(1, 3) AS g(g), charges GROUP BY 1", "in place of a view"),
        ("WITH reporting_charges AS (SELECT * FROM charges) SELECT team FROM reporting_charges", "name it otherwise"),
        ("WITH Line_Items AS (SELECT * FROM charges) SELECT team FROM line_items", "name it otherwise"),
        ("SELECT random() AS x FROM charges", "ask without it"),
    ],
)
def test_what_would_be_something_else_is_refused(sql: str, named: str) -> None:
    """By its name, with another way to ask where there is one."""
    safe = check(sql, reporting(), EVERYTHING)
    assert isinstance(safe, SafeQuery), safe
    sent = for_spark(safe.sql)
    assert isinstance(sent, SqlRejected)
    assert named in sent.reason


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM csv.`/etc/passwd`",
        "SELECT * FROM parquet.`s3a://bucket/x`",
        "SELECT reflect('java.lang.Runtime', 'getRuntime') AS x FROM reporting.charges",
        "SELECT java_method('java.lang.System', 'getenv') AS x FROM reporting.charges",
        "SELECT input_file_name() AS x FROM reporting.charges",
        "SELECT * FROM reporting.other",
        "SELECT * FROM read_parquet('/x')",
        "SELECT * FROM line_items",
        "DROP TABLE reporting.charges",
        "SET x = 1",
        "",
        "SELECT (",
    ],
)
def test_nothing_but_line_items_is_read(sql: str) -> None:
    """Even if the guard before it had let it pass."""
    assert isinstance(for_spark(sql), SqlRejected)


def test_the_view_is_written_once_for_all() -> None:
    """With every column that questions know."""
    names = {column.name for column in CHARGES.columns}
    projected = view_for_spark().rsplit(" FROM line_items", 1)[0]
    assert all(re.search(rf"(?:AS |`){name}\b", projected) for name in names)


def test_most_of_what_duckdb_answers_can_be_sent() -> None:
    """So that a list of what is allowed stays one that people can ask with."""
    checked = [check(sql, reporting(), EVERYTHING) for sql in AS_POSTGRES]
    sent = [one for one in checked if isinstance(one, SafeQuery) and isinstance(for_spark(one.sql), str)]
    assert len(sent) >= 0.84 * len(AS_POSTGRES)
