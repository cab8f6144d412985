"""Two files of one bill are never added up, whatever they call its charges; parts of a bill are."""

from decimal import Decimal

import pytest

from db.database import Database
from tests.flows.conftest import Bill, Load, all_rows, rows

Row = dict[str, str]


def _days(**changes: str) -> list[Row]:
    """A charge a day, each of another amount."""
    return [
        {
            **one,
            "BilledCost": f"{day}.10",
            "EffectiveCost": f"{day}.10",
            "ChargePeriodStart": f"2026-09-{day:02}T00:00:00Z",
            "ChargePeriodEnd": f"2026-09-{day + 1:02}T00:00:00Z",
            **changes,
        }
        for day, one in enumerate(rows(5), 1)
    ]


def _billed(database: Database) -> list[tuple[str, Decimal]]:
    found = all_rows(database, "SELECT currency, sum(billed_cost) FROM finops.daily_costs GROUP BY 1 ORDER BY 1")
    return [(currency, Decimal(cost)) for currency, cost in found]


def _whole_month(**changes: str) -> Row:
    [one] = rows(1, ChargePeriodStart="2026-09-01", ChargePeriodEnd="2026-10-01", ResourceId="", **changes)
    return one


def test_the_same_charges_in_two_currencies_are_two_bills(load: Load, bill: Bill, clean_database: Database) -> None:
    load(bill(_days(), "usd.csv"), bill(_days(BillingCurrency="EUR"), "eur.csv"))
    assert _billed(clean_database) == [("EUR", Decimal("15.50")), ("USD", Decimal("15.50"))]


def test_ids_that_differ_in_case_are_one(load: Load, bill: Bill, clean_database: Database) -> None:
    """Azure writes one resource's id in several cases."""
    shouted = [{**one, "ResourceId": one["ResourceId"].upper()} for one in _days()]
    load(bill(_days(), "a.csv"), bill(shouted, "b.csv"))
    assert _billed(clean_database) == [("USD", Decimal("15.50"))]


@pytest.mark.parametrize(
    "changes",
    [{"ServiceName": "EC2"}, {"ResourceId": "", "ChargeDescription": "all machines"}, {"RegionId": "Ireland"}],
)
def test_exports_that_add_up_alike_each_day_are_refused(
    load: Load, bill: Bill, clean_database: Database, changes: Row
) -> None:
    """Google's standard and detailed export, or one service under two names."""
    both = load(bill(_days(), "standard.csv"), bill(_days(**changes), "detailed.csv")).loads
    assert {one.status for one in both} == {"failed"}
    assert "detailed.csv and " in (both[0].error or "")
    assert "add up to the same on every day of account 4029 in 2026-09" in (both[0].error or "")
    assert _billed(clean_database) == []


def test_two_machines_of_one_price_are_parts_of_a_bill(load: Load, bill: Bill, clean_database: Database) -> None:
    """Each day's costs are alike in both files, and another day's are others."""
    other = [{**one, "ResourceId": f"other-{one['ResourceId']}"} for one in _days()]
    load(bill(_days(), "a.csv"), bill(other, "b.csv"))
    assert _billed(clean_database) == [("USD", Decimal("31.00"))]


def test_parts_that_cost_the_same_each_day_are_added(load: Load, bill: Bill, clean_database: Database) -> None:
    """Two machines at one price are no copies of each other."""
    steady = {"BilledCost": "24.00", "EffectiveCost": "24.00"}
    other = [{**one, "ResourceId": f"other-{one['ResourceId']}"} for one in _days(**steady)]
    load(bill(_days(**steady), "a.csv"), bill(other, "b.csv"))
    assert _billed(clean_database) == [("USD", Decimal("240.00"))]


def test_a_months_summary_beside_its_days_is_left_out(load: Load, bill: Bill, clean_database: Database) -> None:
    month = [
        _whole_month(ServiceName="Compute", BilledCost="10.50", EffectiveCost="10.50"),
        _whole_month(ServiceName="Storage", BilledCost="5.00", EffectiveCost="5.00"),
    ]
    loads = load(bill(_days(), "days.csv"), bill(month, "month.csv")).loads
    assert [(one.path.rsplit("/", 1)[-1], one.status) for one in loads] == [
        ("days.csv", "loaded"),
        ("month.csv", "skipped"),
    ]
    assert _billed(clean_database) == [("USD", Decimal("15.50"))]


def test_a_monthly_fee_beside_days_is_added(load: Load, bill: Bill, clean_database: Database) -> None:
    fee = [_whole_month(ServiceName="Support", BilledCost="29.00", EffectiveCost="29.00")]
    load(bill(_days(), "days.csv"), bill(fee, "fee.csv"))
    assert _billed(clean_database) == [("USD", Decimal("44.50"))]


def test_files_of_neighbouring_days_that_overlap_are_refused(load: Load, bill: Bill, clean_database: Database) -> None:
    """The last day of one is the first of the other; without it they are parts."""
    days = [
        {**one, "ChargePeriodStart": f"2026-09-{day:02}", "ChargePeriodEnd": f"2026-09-{day + 1:02}"}
        for day, one in enumerate(rows(12), 1)
    ]
    both = load(bill(days[:7], "first.csv"), bill(days[6:], "second.csv")).loads
    assert "hold the same charges of account 4029 on 2026-09-07. Load files that do not overlap." in (
        both[0].error or ""
    )
    other = {**days[6], "ResourceId": "other"}
    load(bill(days[:7], "first.csv"), bill([other, *days[7:]], "second.csv"))
    assert _billed(clean_database) == [("USD", Decimal("16.25"))]
