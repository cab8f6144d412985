"""Texts and lists are gathered from one source; from pairs of rows only what is distinct."""

import pytest

from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, SqlRejected, check
from tests.nl2sql.guard.builders import EVERYTHING

_PAIRS = "daily_costs a JOIN daily_costs b ON a.team = b.team"
_GROUPED = "SELECT team, max(service) FROM daily_costs GROUP BY team"


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT string_agg(a.service, ',') FROM {_PAIRS}",
        f"SELECT array_agg(a.service ORDER BY b.usage_date) FROM {_PAIRS}",
        f"SELECT array_agg(a.service) FILTER (WHERE b.effective_cost > 1) FROM {_PAIRS}",
        f"SELECT array_agg(a.service) OVER () FROM {_PAIRS}",
        f"SELECT ARRAY(SELECT a.service FROM {_PAIRS})",
        "SELECT array_agg(x) FROM generate_series(1, 100000) AS x, generate_series(1, 100) AS y",
        "SELECT string_agg(x::text, ',') FROM resources, generate_series(1, 1000) AS x",
        "SELECT array_agg(x) FROM (SELECT unnest(ARRAY[1, 2, 3]) AS x FROM resources) AS q",
        f"SELECT array_agg(q.x) FROM (SELECT a.service AS x FROM {_PAIRS}) AS q",
        f"SELECT array_agg(q.x) FROM (SELECT r.x FROM (SELECT a.service AS x FROM {_PAIRS}) AS r) AS q",
        f"WITH q AS (SELECT a.service AS x FROM {_PAIRS}) SELECT array_agg(x) FROM q",
        f"WITH q AS (SELECT a.service AS x FROM {_PAIRS}), r AS (SELECT x FROM q) SELECT ARRAY(SELECT x FROM r)",
        f"SELECT array_agg(q.x) FROM (SELECT region AS x FROM resources UNION ALL SELECT a.service FROM {_PAIRS}) AS q",
        f"SELECT array_agg(a.service) FROM ({_PAIRS})",
        "SELECT array_agg(u) FROM daily_costs, LATERAL unnest(ARRAY[team, service]) AS u",
        "SELECT array_agg(x) FROM resources r, LATERAL (SELECT service FROM daily_costs d WHERE d.team = r.team) s(x)",
    ],
)
def test_pairs_are_not_gathered(sql: str) -> None:
    """Whatever stands between the join and the aggregate."""
    result = check(sql, reporting(), EVERYTHING)
    assert isinstance(result, SqlRejected), result
    assert result.reason.endswith(".")


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT string_agg(DISTINCT a.service, ',') FROM {_PAIRS}",
        f"SELECT array_agg(DISTINCT a.service ORDER BY a.service) FROM {_PAIRS}",
        f"SELECT ARRAY(SELECT DISTINCT a.service FROM {_PAIRS})",
        f"SELECT ARRAY(SELECT a.service FROM {_PAIRS} LIMIT 10)",
        "SELECT (array_agg(service ORDER BY effective_cost DESC))[1] FROM daily_costs",
        "SELECT array_agg(x) FROM generate_series(1, 12) AS x",
        f"SELECT array_agg(q.x) FROM (SELECT a.service AS x FROM {_PAIRS} GROUP BY a.service) AS q",
        f"SELECT string_agg(c.s, ', ') FROM resources r JOIN ({_GROUPED}) AS c(team, s) ON c.team = r.team",
        "SELECT string_agg(v.x, ',') FROM resources r JOIN (VALUES ('a'), ('b')) AS v(x) ON v.x = r.team",
    ],
)
def test_distinct_grouped_and_single_sources_are(sql: str) -> None:
    """What people write for lists of names."""
    result = check(sql, reporting(), EVERYTHING)
    assert isinstance(result, SafeQuery), result
