"""The rules of today over what was loaded under others: it ends as a load under them would, and no bill is read."""

from decimal import Decimal
from pathlib import Path

import pytest

from config.errors import UserError
from config.organisation import Organisation
from config.sections.bills import Allocation
from db.database import Database
from flows.ingest.loading.reallocate import Reallocated, reallocate
from lake import catalogue
from lake.place import open_place
from tests.flows.conftest import ROW, Bill, Load, all_rows, rows, state

BY_TEAM = Allocation.model_validate({"team": [{"tag": ["team"]}]})
RULES = Allocation.model_validate(
    {
        "team": [{"tag": ["owner"]}, {"account": "commerce*", "value": "commerce"}],
        "environment": [{"tag": ["env"]}],
        "application": [{"resource": "^web", "value": "shop"}, {"service": "Amazon*", "value": "base"}],
    }
)
_HAVE = """
    SELECT team, environment, application, currency, sum(effective_cost), sum(billed_cost) FROM finops.{table}
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""


def _charges() -> list[dict[str, str]]:
    return [
        *rows(3, Tags='{"user:Owner": "search", "env": "prod"}'),
        *rows(3, Tags='{"team": "payments", "owner": ["x"]}', ResourceName="db-1"),
        *rows(3, Tags="", SubAccountName="sandbox", BillingCurrency="EUR"),
        {**ROW, "BillingPeriodStart": "2026-08-01", "BillingPeriodEnd": "2026-09-01", "Tags": '{"owner": "old"}'},
    ]


def _have(database: Database) -> list[list[tuple[object, ...]]]:
    tables = ("daily_costs", "resource_costs")
    return [all_rows(database, _HAVE.format(table=table)) for table in tables]


def _again(load: Load, database: Database, path: Path) -> Reallocated:
    load(path, organisation=Organisation(allocation=BY_TEAM))
    return reallocate(database, RULES)


def test_it_ends_as_a_load_under_the_rules(load: Load, clean_database: Database, bill: Bill) -> None:
    """Sums by day and resource, line items, resources, every currency."""
    path = bill(_charges())
    load(path, organisation=Organisation(allocation=RULES), accept_shrink=True)
    right, owners = _have(clean_database), all_rows(clean_database, "SELECT resource_id, team FROM finops.resources")
    load(path, organisation=Organisation(allocation=BY_TEAM))
    assert _have(clean_database) != right
    done = reallocate(clean_database, RULES)
    assert (_have(clean_database), done.months, done.changed) == (right, 2, ("2026-08", "2026-09"))
    assert sorted(all_rows(clean_database, "SELECT resource_id, team FROM finops.resources")) == sorted(owners)
    assert state(clean_database)["charges"][0] == len(_charges())


def test_it_says_who_has_what(load: Load, clean_database: Database, bill: Bill) -> None:
    """By team and currency, with what each had before."""
    done = _again(load, clean_database, bill(_charges()))
    teams = [(one.value, one.currency, one.was, one.now) for one in done.moved if one.dimension == "team"]
    assert set(teams) == {
        ("payments", "USD", Decimal(3), Decimal(0)),
        (None, "USD", Decimal(4), Decimal(0)),
        ("search", "USD", Decimal(0), Decimal(3)),
        ("commerce", "USD", Decimal(0), Decimal(3)),
        ("old", "USD", Decimal(0), Decimal(1)),
    }
    assert done.sentence().startswith("10 line items changed hands, in 2 of 2 months")


def test_the_same_rules_change_nothing(load: Load, clean_database: Database, bill: Bill) -> None:
    """Not even a file is written anew."""
    _again(load, clean_database, bill(_charges()))
    with clean_database.owner.connect() as connection:
        before = catalogue.standing(connection)
    done = reallocate(clean_database, RULES)
    with clean_database.owner.connect() as connection:
        assert catalogue.standing(connection) == before
    assert (done.rows, done.moved) == (0, ())
    assert "nothing was changed" in done.sentence()


def test_without_rules_nobody_owns_anything(load: Load, clean_database: Database, bill: Bill) -> None:
    load(bill(_charges()), organisation=Organisation(allocation=BY_TEAM))
    reallocate(clean_database, Allocation.model_validate({"team": [], "environment": [], "application": []}))
    assert {row[0] for row in _have(clean_database)[0]} == {None}


def test_line_items_that_are_gone_are_named(load: Load, clean_database: Database, bill: Bill) -> None:
    """Nothing is changed in their month."""
    load(bill(_charges()), organisation=Organisation(allocation=BY_TEAM))
    with clean_database.owner.connect() as connection:
        (first, *_) = catalogue.standing(connection)
    open_place(clean_database.lake).delete(first.path)
    with pytest.raises(UserError, match=f"Line items of {first.month} are gone"):
        reallocate(clean_database, RULES)
    assert "search" not in {row[0] for row in _have(clean_database)[0]}
