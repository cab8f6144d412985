"""What a load says of each file: its totals are those of all its billing accounts."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.database import Database
from tests.flows.conftest import ROW, Bill, Load, lake_rows

_MONTHS = {"2026-08": "2026-09", "2026-09": "2026-10"}
_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1001", "1002", "1003"]),
        st.sampled_from(sorted(_MONTHS)),
        st.sampled_from(["USD", "EUR"]),
        st.integers(-500, 5_000).map(lambda cents: Decimal(cents) / 100),
    ),
    min_size=1,
    max_size=30,
)


def row(number: int, account: str, month: str, currency: str, cost: Decimal) -> dict[str, Any]:
    return {
        **ROW,
        "ResourceId": f"i-{number}",
        "BillingAccountId": account,
        "BillingCurrency": currency,
        "BilledCost": str(cost),
        "EffectiveCost": str(cost),
        "BillingPeriodStart": f"{month}-01T00:00:00Z",
        "BillingPeriodEnd": f"{_MONTHS[month]}-01T00:00:00Z",
        "ChargePeriodStart": f"{month}-10T00:00:00Z",
        "ChargePeriodEnd": f"{month}-11T00:00:00Z",
    }


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=_ROWS)
def test_the_totals_of_a_file_are_those_of_all_its_accounts(
    load: Load, bill: Bill, clean_database: Database, drawn: list[tuple[str, str, str, Decimal]]
) -> None:
    """Whatever accounts, months and currencies a file mixes, what is reported is what the file adds up to, and what
    stood before is reported when it comes again changed.
    """
    with clean_database.owner.begin() as connection:
        for table in ("lake_files", "daily_costs", "resource_costs", "billed_periods", "loads", "sources"):
            connection.exec_driver_sql(f"TRUNCATE finops.{table} CASCADE")
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for _, month, currency, cost in drawn:
        expected[month, currency] += cost
    first = load(bill([row(number, *one) for number, one in enumerate(drawn)])).loads[0]
    assert first.status == "loaded"
    assert _billed(first.totals) == expected
    assert sum(value for (value,) in lake_rows(clean_database, "SELECT billed_cost FROM items")) == sum(
        expected.values()
    )
    longer = [*drawn, *((account, month, currency, Decimal(1)) for account, month, currency, _ in drawn)]
    again = load(bill([row(number, *one) for number, one in enumerate(longer)]), accept_shrink=True).loads[0]
    assert _billed(again.before) == expected


def _billed(shown: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    return {
        (month, currency): Decimal(amounts["billed"])
        for month, by_currency in shown.items()
        for currency, amounts in by_currency.items()
    }
