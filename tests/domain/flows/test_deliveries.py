"""What is told of deliveries: the tag keys of the newest month; no amount is added up over currencies."""

from pathlib import Path

from config.organisation import Organisation
from db.database import Database
from domain.flows.deliveries import tag_keys
from flows.ingest.loading.delivery import ingest
from lake.place import open_place
from tests.flows.conftest import ROW, rows
from tests.flows.ingest.formats.builders import write_csv

_OLDER = {
    "BillingPeriodStart": "2026-08-01T00:00:00Z",
    "BillingPeriodEnd": "2026-09-01T00:00:00Z",
    "ChargePeriodStart": "2026-08-10T00:00:00Z",
    "ChargePeriodEnd": "2026-08-11T00:00:00Z",
}


def test_tag_keys_by_the_share_of_cost_that_bears_them(clean_database: Database, tmp_path: Path) -> None:
    """Of the newest month; values that are empty bear nothing; the dearest key comes first."""
    content = [
        *rows(2, EffectiveCost="3", Tags='{"team": "a", "stage": ""}'),
        *rows(1, EffectiveCost="1", Tags='{"team": "b", "app": "shop"}'),
        *rows(1, EffectiveCost="1", Tags=""),
        *rows(5, EffectiveCost="9", Tags='{"old": "x"}', **_OLDER),
    ]
    assert not ingest([str(write_csv(tmp_path / "bill.csv", content))], clean_database, Organisation()).failed
    place = open_place(clean_database.lake)
    with clean_database.app.connect() as connection:
        found = tag_keys(connection, place, 10)
        assert tag_keys(connection, place, 1) == found[:1]
    assert [(row["key"], row["values"], row["cost"], row["share"]) for row in found] == [
        ("team", 2, 7, 87.5),
        ("app", 1, 1, 12.5),
    ]


def test_without_bills_there_are_none(clean_database: Database) -> None:
    with clean_database.app.connect() as connection:
        assert tag_keys(connection, open_place(clean_database.lake), 10) == []


def test_a_tag_bears_a_share_of_each_currency(clean_database: Database, tmp_path: Path) -> None:
    """A yen is no dollar: 1,000 of them without a tag take nothing from the share of the dollars."""
    charges = [
        {**ROW, "EffectiveCost": "30", "Tags": '{"team": "a"}'},
        {**ROW, "EffectiveCost": "10", "Tags": ""},
        {**ROW, "EffectiveCost": "1000", "Tags": "", "BillingCurrency": "JPY"},
        {**ROW, "EffectiveCost": "3000", "Tags": '{"owner": "b"}', "BillingCurrency": "JPY"},
    ]
    assert not ingest([str(write_csv(tmp_path / "bill.csv", charges))], clean_database, Organisation()).failed
    with clean_database.owner.connect() as connection:
        rows = tag_keys(connection, open_place(clean_database.lake), 10)
    assert [(row["key"], row["currency"], row["cost"], row["share"]) for row in rows] == [
        ("owner", "JPY", 3000, 75),
        ("team", "USD", 30, 75),
    ]
