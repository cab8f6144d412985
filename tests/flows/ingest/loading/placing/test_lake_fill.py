"""Line items of an older release are moved, those that are lost are named, files of many accounts are written anew."""

from pathlib import Path

import pytest

from config.errors import UserError
from db import focus
from db.database import Database
from db.maintenance import upgrade
from flows.ingest.loading.placing.lake_fill import OLD, Lost, fill, lost
from tests.flows.conftest import Bill, Load, all_rows, lake_rows, rows, state

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


def _files(database: Database) -> list[Path]:
    paths = all_rows(database, "SELECT path FROM finops.lake_files WHERE retired_at IS NULL ORDER BY path")
    return [Path(database.lake) / path for (path,) in paths]


def _as_before_the_lake(database: Database) -> None:
    """The database as an earlier release would hold the same bills, brought to this one."""
    texts = ("tags", "extras", "sku_price_details")
    names = [name for name, _ in focus.FILE_COLUMNS if name not in ("usage_date", "instance_type")]
    chosen = [f"CAST(to_json({name}) AS VARCHAR)" if name == "tags" else name for name in names]
    items = lake_rows(database, f"SELECT {', '.join(chosen)} FROM items")
    upgrade.downgrade(database, "0003")
    values = ", ".join("%s::jsonb" if name in texts else "%s" for name in names)
    with database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE finops.loads SET status = 'loaded'")
        connection.exec_driver_sql("DELETE FROM finops.lake_files")
        connection.exec_driver_sql(
            "CREATE TABLE finops.charges_202609 PARTITION OF finops.charges FOR VALUES "
            "FROM ('2026-09-01+00') TO ('2026-10-01+00') PARTITION BY LIST (source_id)"
        )
        connection.exec_driver_sql(
            "CREATE TABLE finops.charges_202609_s1_a PARTITION OF finops.charges_202609 FOR VALUES IN (1)"
        )
        for item in items:
            connection.exec_driver_sql(
                f"INSERT INTO finops.charges (source_id, load_id, {', '.join(names)}) VALUES (1, 1, {values})", item
            )
    upgrade.upgrade(database)


def test_what_an_older_release_kept_is_moved(load: Load, bill: Bill, clean_database: Database) -> None:
    """The same rows in every column; the table goes, and a second move finds nothing."""
    path = bill(rows(5, SkuPriceDetails='{"InstanceType": "m5.large"}', BilledCost="1.000000000000000001"))
    load(path)
    before = lake_rows(clean_database, "SELECT * FROM items ORDER BY resource_id")
    _as_before_the_lake(clean_database)
    (incomplete,) = lost(clean_database)
    assert (incomplete.month, incomplete.paths) == ("2026-09", (str(path),))
    assert [(one.month, one.rows) for one in fill(clean_database)] == [("2026-09", 5)]
    assert lake_rows(clean_database, "SELECT * FROM items ORDER BY resource_id") == before
    assert all_rows(clean_database, f"SELECT to_regclass('{OLD}')") == [(None,)]
    assert fill(clean_database) == []
    assert lost(clean_database) == []
    state(clean_database)


def test_the_next_load_moves_too(load: Load, bill: Bill, clean_database: Database) -> None:
    """What it replaces and what it leaves is all there."""
    load(bill(rows(5)), source="many")
    _as_before_the_lake(clean_database)
    load(bill(rows(2, BillingAccountId="other")), source="many")
    assert state(clean_database)["charges"] == (7, 7)


def test_lost_files_are_named_and_the_same_bill_brings_them_back(
    load: Load, bill: Bill, clean_database: Database
) -> None:
    """It does not count as unchanged while its line items are gone."""
    path = bill(rows(5))
    load(path)
    for file in _files(clean_database):
        file.unlink()
    assert lost(clean_database) == [Lost("AWS 4029", "2026-09", (str(path),))]
    assert load(path).loads[0].status == "loaded"
    assert lost(clean_database) == []
    assert load(path).loads[0].status == "unchanged"
    state(clean_database)


def test_accounts_whose_files_are_gone_are_loaded_together(load: Load, bill: Bill, clean_database: Database) -> None:
    """One of them alone would leave sums without the other's line items: that is refused, and nothing changes."""
    one, other = (bill(rows(3, BillingAccountId=account), f"{account}.csv") for account in ("a1", "a2"))
    for path in (one, other):
        load(path, source="both")
    for file in _files(clean_database):
        file.unlink()
    with pytest.raises(UserError, match="all accounts of a month together"):
        load(one, source="both")
    assert all_rows(clean_database, "SELECT sum(billed_cost) FROM finops.billed_periods") == [(7.5,)]
    assert not load(one, other, source="both").failed
    assert state(clean_database)["charges"] == (6, 6)
