"""What runs over line items answers as Postgres would: the same statement on both engines, over the same rows."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import psycopg2
import pytest

from db.database import Database
from lake import reading, worker
from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, SqlRejected, check
from nl2sql.guard.rules.functions import ALLOWED_FUNCTIONS
from tests.nl2sql.guard.builders import AS_POSTGRES, EVERYTHING, plain, planted

# what is refused over line items, with the words that name it
REFUSED = {
    "(string_to_array(service, '-'))[length(service) - 9]": "places are not written as numbers",
    "width_bucket(effective_cost, 0, 10, 5)": "width_bucket",
    "scale(effective_cost)": "scale",
    "min_scale(effective_cost)": "min_scale",
    "trim_scale(effective_cost)": "trim_scale",
    "to_number(team, '99.9')": "to_number",
    "quote_literal(team)": "quote_literal",
    "justify_days(usage_hour - usage_hour)": "justify_days",
    "justify_hours(usage_hour - usage_hour)": "justify_hours",
    "justify_interval(usage_hour - usage_hour)": "justify_interval",
    "string_to_table(service, '-')": "string_to_table",
    "array_upper(ARRAY[1, 2], 1)": "array_upper",
    "array_lower(ARRAY[1, 2], 1)": "array_lower",
    "array_length(ARRAY[1, 2], 2)": "array_length",
    "regexp_match(service, '(.)-')": "substring(text from 'pattern')",
    "regexp_replace(service, 'a', 'X', 'n')": "regexp_replace",
    "regexp_replace(service, 'a', 'X', 2)": "regexp_replace",
    "regexp_count(service, 'A', 1, 'i')": "regexp_count",
    "regexp_like(service, 'a.C', 'n')": "regexp_like",
    "regexp_substr(service, 'a', 2)": "regexp_substr",
    "split_part(service, '', 1)": "split_part",
    "string_to_array(service, NULL)": "string_to_array",
    "string_to_array(service, '')": "string_to_array",
    "string_to_array(service, '-', 'b')": "string_to_array",
    "format('%I', team)": "format",
    "format('%2$s', team, service)": "format",
    "format('%s %s', team)": "format",
    "to_char(usage_date, 'Month')": "to_char",
    "to_char(usage_date, 'WW')": "to_char",
    "to_char(usage_date, '100%')": "to_char",
    "to_char(effective_cost, '999.99')": "to_char",
    "to_char(usage_date, service)": "to_char",
    "to_date(service, 'Q YYYY')": "to_date",
    "date_trunc('century', usage_date)": "date_trunc",
    "date_trunc(service, usage_date)": "date_trunc",
    "effective_cost::money": "money",
    "service::char(2)": "char",
    "service SIMILAR TO 'a%'": "SIMILAR TO",
    "service NOT SIMILAR TO 'a%'": "SIMILAR TO",
    "service LIKE ANY(string_to_array(team, ','))": "OR",
    "(usage_date, usage_date) OVERLAPS (DATE '2026-01-01', DATE '2026-01-02')": "OVERLAPS",
    'team COLLATE "en-x-icu"': "collation",
    "(ARRAY[1, 2, 3])[-2:3]": "list",
}
Answer = list[tuple[Any, ...]] | None  # None where the engine refuses
Both = Callable[[str], tuple[Answer, Answer]]


@pytest.fixture(scope="module")
def both(database: Database) -> Iterator[Both]:
    """Answers of Postgres and of a worker's DuckDB, in this order."""
    lake = duckdb.connect(":memory:")
    worker._lock(lake, {"threads": 1, "megabytes": 512, "files": [], "columns": "x int", "view": planted()})
    postgres = database.owner.raw_connection()
    cursor = postgres.cursor()
    cursor.execute(f"SET TimeZone = 'UTC'; CREATE TEMP VIEW charges AS {planted()}")
    postgres.commit()

    def asked(sql: str) -> tuple[Answer, Answer]:
        safe = check(sql, reporting(), EVERYTHING)
        assert isinstance(safe, SafeQuery), safe
        assert safe.reads_lake
        try:
            cursor.execute(safe.shown)
            wanted: Answer = [tuple(map(plain, row)) for row in cursor.fetchall()]
        except psycopg2.Error:
            wanted = None
        postgres.rollback()
        try:
            answer = worker._run(lake, {"sql": safe.sql, "rows": 1_000, "bytes": 1_000_000})
            found: Answer = [tuple(plain(reading._cell(cell)) for cell in row) for row in answer["rows"]]
        except duckdb.Error:
            found = None
        return wanted, found

    yield asked
    lake.close()
    cursor.execute("DROP VIEW charges")
    postgres.commit()
    postgres.close()


@pytest.mark.parametrize("sql", AS_POSTGRES)
def test_both_engines_answer_the_same(both: Both, sql: str) -> None:
    """Or both refuse."""
    wanted, found = both(sql)
    assert wanted is not None
    assert found == wanted


@pytest.mark.parametrize(
    "expression",
    [
        "substr(service, 2, -1)",
        "substr(service, 1, strpos(service, '-') - 1)",
        "div(7, 0)",
        "mod(7, 0)",
        "service LIKE 'a\\'",
        "ln(effective_cost)",
        "exp(1000::float) > 5",
        "power(10::float, 400) > 5",
        "(10::float) ^ 400 > 5",
    ],
)
def test_what_postgres_refuses_is_refused(both: Both, expression: str) -> None:
    """No value stands for an error."""
    assert both(f"SELECT {expression} AS x FROM charges") == (None, None)


@pytest.mark.parametrize("pattern", ["team", "'1' || 'a'", "left('1', 1)", "md5(team)"])
def test_a_pattern_that_is_computed_is_never_a_place(both: Both, pattern: str) -> None:
    """`substring(text from pattern)` is written as `substring(text from 2)`."""
    assert both(f"SELECT substring(service from {pattern}) AS x FROM charges")[1] is None


@pytest.mark.parametrize(("expression", "named"), REFUSED.items())
def test_what_cannot_be_translated_is_named(expression: str, named: str) -> None:
    """With a way to ask instead."""
    result = check(f"SELECT {expression} AS x FROM charges", reporting(), EVERYTHING)
    assert isinstance(result, SqlRejected)
    assert result.rule == "engines"
    assert named in result.reason
    assert "line items" in result.reason


def test_every_function_is_compared_or_refused() -> None:
    """So that none that is added differs without a word; Postgres itself has no log2."""
    seen = " ".join([*AS_POSTGRES, *REFUSED])
    assert [name for name in sorted(ALLOWED_FUNCTIONS) if not re.search(rf"\b{name}\(", seen, re.IGNORECASE)] == [
        "log2"
    ]


def test_translations_that_double_their_parts_end() -> None:
    """A statement of a few hundred characters cannot become one of gigabytes."""
    nested = "effective_cost"
    for _ in range(30):
        nested = f"div({nested}, 2)"
    result = check(f"SELECT {nested} AS x FROM charges", reporting(), EVERYTHING)
    assert isinstance(result, SqlRejected)
