"""Charges and rejected rows that are kept no longer, at the edges of months and days in UTC."""

from datetime import date

import pytest

from db.database import Database
from flows.retention.expiry import drop_months_before, drop_rejected_rows
from tests.flows.conftest import Bill, Load, all_rows, rows, state

OCTOBER = {
    "BillingPeriodStart": "2026-10-01T00:00:00Z",
    "BillingPeriodEnd": "2026-11-01T00:00:00Z",
    "ChargePeriodStart": "2026-10-10T00:00:00Z",
    "ChargePeriodEnd": "2026-10-11T00:00:00Z",
}


@pytest.mark.parametrize(
    ("first_kept", "gone", "left"),
    [
        (date(2026, 9, 30), [], 5),
        (date(2026, 10, 1), ["2026-09"], 2),
        (date(2026, 10, 31), ["2026-09"], 2),
        (date(2026, 11, 1), ["2026-09", "2026-10"], 0),
    ],
)
def test_a_month_goes_when_its_last_day_is_not_kept(
    load: Load, clean_database: Database, bill: Bill, first_kept: date, gone: list[str], left: int
) -> None:
    """Charges and both sums alike, in a session of another time zone too."""
    load(bill([*rows(3), *rows(2, **OCTOBER)]))
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("SET LOCAL timezone = 'Pacific/Auckland'")
        assert drop_months_before(connection, first_kept) == gone
    assert {name: count for name, (count, _) in state(clean_database).items()} == {
        "charges": left,
        "days": all_rows(clean_database, "SELECT count(*) FROM finops.daily_costs")[0][0],
        "resources": left,
    }
    assert {cost for _, cost in state(clean_database).values()} == {left}


def test_what_is_rolled_back_stays(load: Load, clean_database: Database, bill: Bill) -> None:
    load(bill(rows(3)))
    with clean_database.owner.connect() as connection:
        drop_months_before(connection, date(2027, 1, 1))
        connection.rollback()
    assert state(clean_database)["charges"][0] == 3


def test_rejected_rows_leave_with_the_age_of_their_load(load: Load, clean_database: Database, bill: Bill) -> None:
    """Before a day means before its midnight in UTC; the load itself and its charges stay."""
    load(bill([*rows(200), *rows(1, EffectiveCost="much")]))
    assert all_rows(clean_database, "SELECT count(*) FROM finops.rejected_rows") == [(1,)]
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE finops.loads SET finished_at = '2026-11-20T00:00:00+00'")
        connection.exec_driver_sql("SET LOCAL timezone = 'America/New_York'")
        assert drop_rejected_rows(connection, date(2026, 11, 20)) == 0
        assert drop_rejected_rows(connection, date(2026, 11, 21)) == 1
    assert state(clean_database)["charges"][0] == 200
