"""What grows without end is refused wherever it stands; what nests is refused before it is read."""

import pytest

from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, SqlRejected, check
from tests.nl2sql.guard.builders import EVERYTHING

LONG = "x" * 1_500


def chain(levels: int, expression: str, kind: str = "") -> str:
    """CTEs of which each uses the one before."""
    steps = [f"a{level} AS {kind}(SELECT {expression} AS a FROM a{level - 1})" for level in range(1, levels)]
    first = "a0 AS (SELECT effective_cost AS a FROM daily_costs)"
    return f"WITH {', '.join([first, *steps])} SELECT a FROM a{levels - 1}"


def nested(levels: int, expression: str) -> str:
    """Derived tables in each other."""
    statement = "SELECT effective_cost AS a FROM daily_costs"
    for level in range(levels):
        statement = f"SELECT {expression} AS a FROM ({statement}) AS q{level}"
    return statement


_LONG_TEXTS = " || ".join(["repeat('x', 1000)"] * 30)
_MANY_COLUMNS = ", ".join(f"a AS a{number}" for number in range(100))
BOMBS = [
    "SELECT ARRAY(SELECT repeat('x', 1000) FROM daily_costs)",
    "SELECT ARRAY(SELECT ARRAY(SELECT service FROM daily_costs) FROM resources)",
    f"SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY {_LONG_TEXTS}) FROM daily_costs",
    f"SELECT mode() WITHIN GROUP (ORDER BY a) FROM (SELECT {_LONG_TEXTS} AS a FROM daily_costs) AS q",
    f"SELECT {_MANY_COLUMNS} FROM (SELECT {_LONG_TEXTS} AS a FROM daily_costs) AS q",
    f"WITH q AS (SELECT {_LONG_TEXTS} AS a FROM daily_costs) SELECT max(a0) FROM (SELECT {_MANY_COLUMNS} FROM q) AS r",
    "SELECT CAST('x' AS char(10485760)) AS a FROM generate_series(1, 1000)",
    "SELECT effective_cost::text::char(2000000) FROM daily_costs",
    "SELECT x.* FROM (SELECT CAST('x' AS char(100000)) AS a) AS x",
    "WITH m AS MATERIALIZED (SELECT CAST('x' AS char(1000000)) AS a FROM daily_costs) SELECT a FROM m",
    f"SELECT repeat('{LONG}', 1000) FROM generate_series(1, 1001)",
    "SELECT repeat(b, 1000) FROM (SELECT repeat(a, 1000) AS b FROM (SELECT 'x' AS a FROM daily_costs) AS q) AS r",
    "SELECT repeat(b, 1000) FROM (SELECT repeat(a, 1000) FROM (SELECT 'x' FROM daily_costs) AS q(a)) AS r(b)",
    "SELECT array_agg(CAST('x' AS char(10485760))) FROM generate_series(1, 300)",
    f"SELECT array_agg(repeat('{LONG}', 1000)) FROM generate_series(1, 1500)",
    "SELECT array_agg(x) FROM (SELECT array_agg(service) AS x FROM daily_costs GROUP BY region) AS q",
    f"SELECT string_agg(service, '{LONG}') FROM daily_costs",
    nested(23, "a + a"),
    chain(22, "a + a"),
    chain(20, "concat(a, a)", "MATERIALIZED "),
    chain(23, "array_cat(ARRAY[a], ARRAY[a])"),
    chain(23, "array_append(ARRAY[a, a], a)"),
    chain(23, "CASE WHEN a > 1 THEN a ELSE a END"),
    "SELECT " + "replace(" * 8 + "'aaaaaaaaaa'" + ", 'a', 'aaaaaaaaaa')" * 8,
    "SELECT " + "regexp_replace(" * 8 + "'aaaaaaaaaa'" + ", 'a', 'aaaaaaaaaa')" * 8,
    "SELECT concat_ws(repeat('x', 1000), " + ", ".join(["repeat('y', 1000)"] * 70) + ")",
]


@pytest.mark.parametrize("sql", BOMBS, ids=range(len(BOMBS)))
def test_what_grows_without_end_is_refused(sql: str) -> None:
    """Through derived tables, CTEs, columns with new names and aggregates."""
    result = check(sql, reporting(), EVERYTHING)
    assert isinstance(result, SqlRejected), result
    assert result.reason.endswith(".")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT string_agg(DISTINCT service, ', ') FROM daily_costs",
        "SELECT region, array_agg(DISTINCT team) FROM daily_costs GROUP BY region",
        "SELECT repeat('#', 50), lpad(service, 40, '.') FROM daily_costs",
        nested(5, "a + 1"),
        chain(8, "a * 1.1"),
        "SELECT ARRAY(SELECT DISTINCT region FROM daily_costs)",
        "SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY service || ' ' || region) FROM daily_costs",
        "SELECT mode() WITHIN GROUP (ORDER BY instance_type) FROM resources",
        "SELECT string_agg(service || ': ' || round(effective_cost, 2)::text, ', ') FROM daily_costs",
        "SELECT concat(provider, ' / ', account, ' / ', service) FROM daily_costs",
        "SELECT replace(replace(service, 'Amazon ', ''), 'AWS ', '') FROM daily_costs",
    ],
)
def test_what_people_write_passes(sql: str) -> None:
    """Lists of names, bars of signs, a few steps."""
    assert isinstance(check(sql, reporting(), EVERYTHING), SafeQuery)


OPENINGS = {
    "[": "]",
    "ARRAY[": "]",
    "1::int[": "]",
    "(ARRAY[": "])",
    "timestamp(": ")",
    "char(": ")",
    "numeric(": ")",
    "time(": ")",
    "STRUCT(": ")",
    "struct(time(": "))",
    "decimal(": ")",
    "a[": "]",
    "time[": "]",
    "b(time(": "))",
    "CAST(": " AS int)",
    "(SELECT ": ")",
    "map(": ")",
    "interval(": ")",
}


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("levels", [8, 15, 34, 60])
@pytest.mark.parametrize("closed", [True, False])
def test_nesting_is_refused_before_it_costs_time(opening: str, levels: int, closed: bool) -> None:
    """The parser's time doubles with each level of these: at 34 levels this test would not end in days."""
    result = check("SELECT " + opening * levels + "1" + OPENINGS[opening] * levels * closed, reporting(), EVERYTHING)
    assert isinstance(result, SqlRejected) or opening in ("(SELECT ", "CAST(")  # which are read once
