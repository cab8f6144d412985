"""Line items whose file no longer holds just what stands are written anew."""

from db.database import Database
from tests.flows.conftest import Bill, Load, all_rows, rows, state

_ACCOUNTS = 25  # more than get a file each
_FILES = "SELECT jsonb_array_length(billing_accounts) FROM finops.lake_files WHERE retired_at IS NULL"


def _charges(cost: str, accounts: range) -> list[dict[str, str]]:
    return [
        charge
        for number in accounts
        for charge in rows(1, BillingAccountId=f"a{number}", BilledCost=cost, EffectiveCost=cost)
    ]


def test_one_account_of_many_is_replaced(load: Load, bill: Bill, clean_database: Database) -> None:
    """The file that they shared goes; charges, sums and lake (which `state` compares) hold the same afterwards."""
    load(bill(_charges("1", range(_ACCOUNTS))), source="many")
    assert all_rows(clean_database, _FILES) == [(_ACCOUNTS,)]
    load(bill(_charges("3", range(1))), source="many")
    after = state(clean_database)
    assert after["charges"][1] == after["days"][1]
    assert after["charges"][1] == _ACCOUNTS + 2


def test_an_account_of_many_that_another_source_takes_over(load: Load, bill: Bill, clean_database: Database) -> None:
    load(bill(_charges("1", range(_ACCOUNTS))), source="many")
    load(bill(_charges("3", range(1))), source="one", take_over=True)
    after = state(clean_database)
    assert after["charges"][1] == after["days"][1]
    assert after["charges"] == (_ACCOUNTS, _ACCOUNTS + 2)
