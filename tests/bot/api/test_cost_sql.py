"""Which days a sum is compared with, and that values stay values."""

from datetime import date

import pytest

from bot.api import cost_sql
from bot.api.cost_sql import CostRequest


def wanted(since: date, until: date, **fields: object) -> CostRequest:
    return CostRequest(("team",), "effective", since, until, {}, **fields)  # type: ignore[arg-type]  # fields of Wanted


@pytest.mark.parametrize(
    ("since", "until", "compared"),
    [
        (date(2026, 11, 1), date(2026, 12, 1), (date(2026, 10, 1), date(2026, 11, 1))),
        (date(2026, 3, 1), date(2026, 4, 1), (date(2026, 2, 1), date(2026, 3, 1))),
        (date(2026, 11, 1), date(2026, 11, 11), (date(2026, 10, 1), date(2026, 10, 11))),
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 3, 1))),
        (date(2026, 11, 10), date(2026, 11, 17), (date(2026, 11, 3), date(2026, 11, 10))),
        (date(2026, 1, 1), date(2026, 3, 1), (date(2025, 11, 3), date(2026, 1, 1))),
    ],
)
def test_like_is_compared_with_like(since: date, until: date, compared: tuple[date, date]) -> None:
    """A month with the month before, its first days with that month's first days, else as many days before."""
    assert wanted(since, until).compared == compared


def test_a_running_month_is_compared_by_the_days_that_have_bills() -> None:
    month = wanted(date(2026, 11, 1), date(2026, 12, 1))
    assert month.until_data(date(2026, 11, 14)).compared == (date(2026, 10, 1), date(2026, 10, 15))
    assert month.until_data(date(2026, 11, 30)) is month
    assert month.until_data(date(2026, 10, 31)) is month  # no bill yet: nothing to cut to
    assert month.until_data(None) is month


def test_a_value_is_a_literal_and_an_empty_one_is_null() -> None:
    named = CostRequest(
        ("team",), "billed", date(2026, 11, 1), date(2026, 12, 1), {"service": "a'; DROP TABLE x --", "team": ""}
    )
    sql = cost_sql.groups(named, 10, 20).sql("postgres")
    assert "service = 'a''; DROP TABLE x --'" in sql
    assert "team IS NULL" in sql
    assert sql.endswith("LIMIT 10 OFFSET 20")


def test_a_filter_that_fits_nothing_reads_nothing() -> None:
    assert "FALSE" in cost_sql.totals(wanted(date(2026, 11, 1), date(2026, 12, 1), nothing=True)).sql("postgres")
