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
    assert about(f"SELECT sum(effective_cost) FROM daily_costs WHERE {where}", TODAY) == SqlSummary(
        period, "effective_cost"
    )


def test_several_costs_are_no_metric() -> None:
    """One cost is the metric; none or several are not."""
    assert about("SELECT sum(list_cost) - sum(effective_cost) FROM daily_costs", TODAY).metric is None
    assert about("SELECT count(*) FROM resources", TODAY).metric is None
    assert about("SELECT (", TODAY) == SqlSummary(None, None)
