"""What a statement is about, as far as it says so."""

from datetime import date

import pytest

from nl2sql.answers.sql_summary import SqlSummary, about

TODAY = date(2026, 11, 15)


@pytest.mark.parametrize(
    ("where", "period"),
    [
        ("usage_date >= DATE '2026-10-01' AND usage_date < DATE '2026-11-01'", ("2026-10-01", "2026-11-01")),
        ("usage_date BETWEEN '2026-10-01' AND '2026-10-31'", ("2026-10-01", "2026-11-01")),
        ("usage_date > '2026-09-30' AND usage_date <= CAST('2026-10-31' AS DATE)", ("2026-10-01", "2026-11-01")),
        ("usage_date = '2026-10-05'", ("2026-10-05", "2026-10-06")),
        ("usage_date >= CURRENT_DATE - 7 AND usage_date < CURRENT_DATE", ("2026-11-08", "2026-11-15")),
        (
            "usage_date >= CURRENT_DATE - INTERVAL '2 weeks' AND usage_date < (CURRENT_DATE)",
            ("2026-11-01", "2026-11-15"),
        ),
        ("usage_date >= '2026-10-01'", None),
        ("NOT (usage_date >= '2026-10-01' AND usage_date < '2026-11-01')", None),
        ("usage_date >= date_trunc('month', CURRENT_DATE) AND usage_date < CURRENT_DATE", None),
        ("usage_date >= 'yesterday' AND usage_date < 'today'", None),
        ("team = 'x'", None),
    ],
)
def test_the_days_that_are_read(where: str, period: tuple[str, str] | None) -> None:
    """Bounds that are written down, or count from today; anything else says nothing."""
    found = about(f"SELECT sum(effective_cost) FROM daily_costs WHERE {where}", TODAY)
    assert (found.period, found.metric) == (period, "effective_cost")


def test_several_costs_are_no_metric() -> None:
    """One cost is the metric; none or several are not."""
    assert about("SELECT sum(list_cost) - sum(effective_cost) FROM daily_costs", TODAY).metric is None
    assert about("SELECT count(*) FROM resources", TODAY).metric is None
    assert about("SELECT (", TODAY) == SqlSummary(None, None)


@pytest.mark.parametrize(
    ("sql", "scope"),
    [
        ("SELECT 1 FROM daily_costs WHERE team = 'x' AND region IN ('a', 'b')", ("x", "a and b")),
        ("SELECT 1 FROM daily_costs WHERE team = 'x' OR region = 'a'", ()),
        ("SELECT 1 FROM daily_costs WHERE NOT team = 'x' AND team <> 'y'", ()),
        ("SELECT 1 FROM daily_costs WHERE charge_category = 'Usage' AND account = 'shop'", ("shop",)),
        ("SELECT (SELECT 1 FROM daily_costs WHERE team = 'x') FROM daily_costs WHERE team = 'y'", ()),
        ("SELECT (SELECT 1 FROM daily_costs WHERE team = 'x') FROM daily_costs", ()),
        ("WITH a AS (SELECT 1 FROM daily_costs WHERE team = 'x') SELECT 1 FROM a", ("x",)),
        ("SELECT team FROM daily_costs WHERE team = service", ()),
    ],
)
def test_what_the_rows_are_narrowed_to(sql: str, scope: tuple[str, ...]) -> None:
    """Only what holds for every row of every part."""
    assert about(sql, TODAY).scope == scope


def test_scope_and_days_in_words() -> None:
    """As after a figure; nothing where the statement says nothing."""
    assert SqlSummary(("2026-10-01", "2026-11-01"), None, ("shop",)).words() == "shop, October 2026"
    assert SqlSummary(None, None).words() == ""
