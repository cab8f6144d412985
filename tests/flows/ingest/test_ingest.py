"""Loading bills: what is stored, what is replaced, what is refused."""

import gzip
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from config.errors import UserError
from config.organisation import Organisation
from db.database import Database
from tests import exports
from tests.flows.conftest import ROW, Bill, Load, all_rows, lake_rows, rows, state


def test_a_focus_1_0_export_loads_whole(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """FOCUS 1.0 with literal NULL, times without zone and a column of its own; the second time it is unchanged."""
    sample = tmp_path / "focus.csv"
    totals = exports.focus_1_0(sample)
    first, second = load(sample).to_json(), load(sample).to_json()
    assert (first["rows"], first["rejected"]) == (1000, 0)
    assert (first["loads"][0]["status"], first["loads"][0]["format"]) == ("loaded", "FOCUS 1.0")
    assert (second["loads"][0]["status"], second["rows"]) == ("unchanged", 1000)
    september = (
        "SELECT provider, sum(billed_cost) FROM finops.daily_costs "
        "WHERE usage_date >= '2024-09-01' AND usage_date < '2024-10-01' GROUP BY 1"
    )
    assert dict(all_rows(clean_database, september)) == totals
    assert lake_rows(clean_database, "SELECT count(*), count(extras ->> 'Id') FROM items") == [(1000, 1000)]


def test_costs_keep_eighteen_decimals(load: Load, clean_database: Database, bill: Bill) -> None:
    """No cost passes through a float."""
    cost = "123456789.100000000000000001"
    load(bill(rows(3, BilledCost=cost, EffectiveCost="1e-7")))
    assert all_rows(clean_database, "SELECT sum(billed_cost), sum(effective_cost) FROM finops.daily_costs") == [
        (Decimal("370370367.300000000000000003"), Decimal("0.0000003"))
    ]


def test_the_views_columns_come_from_the_right_focus_columns(load: Load, clean_database: Database, bill: Bill) -> None:
    """Names fall back to ids, the day is UTC, a missing list cost stays unknown."""
    row = {
        **ROW,
        "ChargePeriodStart": "2026-09-10T00:30:00+02:00",
        "ChargePeriodEnd": "2026-09-10T01:30:00+02:00",
        "BillingAccountName": "",
        "ListCost": "",
    }
    load(bill([row]))
    columns = (
        "usage_date::text, provider, billing_account, account_id, account, service, region, team, environment, "
        "list_cost, usage_quantity, usage_unit, currency"
    )
    expected = (
        "2026-09-09",
        "AWS",
        "4029",
        "2100",
        "commerce-prod",
        "Amazon Elastic Compute Cloud",
        "eu-west-1",
        "payments",
        "prod",
        None,
        24,
        "Hours",
        "USD",
    )
    assert all_rows(clean_database, f"SELECT {columns} FROM finops.daily_costs") == [expected]
    assert all_rows(clean_database, "SELECT usage_hour::text FROM finops.hourly_costs") == [("2026-09-09 22:00:00+00",)]
    assert all_rows(
        clean_database, "SELECT resource_name, first_seen::text, monthly_cost, tags ->> 'team' FROM finops.resources"
    ) == [("web-1", "2026-09-09", Decimal("1.00"), "payments")]


def test_charges_longer_than_an_hour_have_no_hour(load: Load, clean_database: Database, bill: Bill) -> None:
    """A day's charge is in the days and not in the hours, an hour's in both."""
    hour = {**ROW, "ChargePeriodEnd": "2026-09-10T01:00:00Z"}
    load(bill([ROW, hour]))
    assert all_rows(clean_database, "SELECT sum(effective_cost) FROM finops.daily_costs") == [(Decimal("2.00"),)]
    assert all_rows(clean_database, "SELECT sum(effective_cost) FROM finops.hourly_costs") == [(Decimal("1.00"),)]


def test_a_restated_month_replaces_and_says_what(load: Load, clean_database: Database, bill: Bill) -> None:
    """The month's earlier rows and cost are named; other months stay."""
    october = {
        "BillingPeriodStart": "2026-10-01",
        "BillingPeriodEnd": "2026-11-01",
        "ChargePeriodStart": "2026-10-02",
        "ChargePeriodEnd": "2026-10-03",
    }
    load(bill(rows(200)), bill(rows(10, **october), "october.csv"))
    result = load(bill(rows(180, EffectiveCost="2")))
    (replaced,) = [item.to_json() for item in result.replaced]
    assert (replaced["period"], replaced["rows"]) == ("2026-09", 200)
    assert {
        name: Decimal(amount) for name, amount in replaced["cost"]["USD"].items() if name in ("billed", "effective")
    } == {
        "billed": Decimal("250.00"),
        "effective": Decimal("200.00"),
    }
    assert {name: cost for name, (_, cost) in state(clean_database).items()} == dict.fromkeys(
        ("charges", "days", "resources"), Decimal("370.00")
    )
    assert all_rows(clean_database, "SELECT count(*) FROM finops.resources") == [(180,)]


def test_going_back_to_an_earlier_version_is_a_load(load: Load, clean_database: Database, bill: Bill) -> None:
    """`unchanged` means that what is stored is this delivery, not that it was seen once."""
    first, second = bill(rows(5), "a.csv"), bill(rows(6), "b.csv")
    assert [load(path).loads[0].status for path in (first, second, first, first)] == [
        "loaded",
        "loaded",
        "loaded",
        "unchanged",
    ]
    assert state(clean_database)["charges"][0] == 5


def test_other_allocation_rules_load_the_same_file_anew(load: Load, clean_database: Database, bill: Bill) -> None:
    """Teams are written at load, so their rules are part of what a delivery is."""
    path = bill(rows(2))
    load(path)
    rules = Organisation.model_validate({"allocation": {"team": [{"account": "commerce-*", "value": "shop"}]}})
    assert load(path, organisation=rules).loads[0].status == "loaded"
    assert all_rows(clean_database, "SELECT DISTINCT team FROM finops.daily_costs") == [("shop",)]


def test_files_given_together_are_one_delivery(load: Load, clean_database: Database, bill: Bill) -> None:
    """Parts of one month add up; the same content under two names counts once."""
    one, two = bill(rows(3), "1.csv"), bill(rows(4, SubAccountName="other"), "2.csv")
    copy = one.with_name("3.csv")
    copy.write_bytes(one.read_bytes())
    result = load(one, two, copy)
    assert state(clean_database)["charges"][0] == 7
    assert result.to_json()["rows"] == 7
    assert [entry.status for entry in result.loads] == ["loaded", "loaded", "unchanged"]
    assert {entry.status for entry in load(one, two, copy).loads} == {"unchanged"}


def test_several_accounts_and_currencies_are_kept_apart(load: Load, clean_database: Database, bill: Bill) -> None:
    """A source a billing account; a currency never meets another in a sum."""
    load(bill([*rows(2), *rows(3, BillingAccountId="77", BillingCurrency="EUR")]))
    assert all_rows(clean_database, "SELECT name FROM finops.sources ORDER BY name") == [("AWS 4029",), ("AWS 77",)]
    assert all_rows(
        clean_database, "SELECT currency, sum(effective_cost) FROM finops.daily_costs GROUP BY 1 ORDER BY 1"
    ) == [
        ("EUR", 3),
        ("USD", 2),
    ]
    load(bill(rows(5, BillingAccountId="77", BillingCurrency="EUR")))
    assert all_rows(
        clean_database, "SELECT currency, sum(effective_cost) FROM finops.daily_costs GROUP BY 1 ORDER BY 1"
    ) == [
        ("EUR", 5),
        ("USD", 2),
    ]


def test_a_named_source_takes_every_account(load: Load, clean_database: Database, bill: Bill) -> None:
    """--source overrides provider and billing account."""
    load(bill([*rows(2), *rows(3, BillingAccountId="77")]), source="everything")
    assert all_rows(clean_database, "SELECT name FROM finops.sources") == [("everything",)]


@pytest.mark.parametrize("drop", ["ProviderName", "ServiceProviderName"])
def test_focus_1_3_and_1_4_name_the_provider_otherwise(
    load: Load, clean_database: Database, bill: Bill, drop: str
) -> None:
    """ServiceProviderName stands in where ProviderName is gone."""
    row = {**ROW, "ServiceProviderName": "Microsoft", "HostProviderName": "Microsoft"}
    del row[drop]
    result = load(bill([row]))
    assert result.loads[0].format == ("FOCUS 1.4" if drop == "ProviderName" else "FOCUS 1.3")
    assert result.loads[0].provider == ("Microsoft" if drop == "ProviderName" else "AWS")


def test_unknown_columns_are_kept(load: Load, clean_database: Database, bill: Bill) -> None:
    """Columns of the provider's own go to extras under their names."""
    load(bill([{**ROW, "x_CostCenter": 'a "quoted", thing\nand a line', "x_Empty": ""}]))
    assert lake_rows(clean_database, "SELECT extras ->> 'x_CostCenter', extras ->> 'x_Empty' FROM items") == [
        ('a "quoted", thing\nand a line', None)
    ]


def test_gzip_parquet_folders_and_globs(load: Load, clean_database: Database, bill: Bill, tmp_path: Path) -> None:
    """The same rows by every way in."""
    plain = bill(rows(4))
    folder = tmp_path / "export" / "2026-09"
    folder.mkdir(parents=True)
    (folder / "part.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    pl.read_csv(plain, infer_schema=False).with_columns(
        pl.col("BilledCost").cast(pl.Decimal(20, 4)),
        pl.col("EffectiveCost").cast(pl.Float64),
        pl.col("ChargePeriodStart").str.to_datetime(time_zone="UTC"),
        pl.Series(
            "Tags",
            [[{"key": "team", "value": "search"}]] * 4,
            dtype=pl.List(pl.Struct({"key": pl.String, "value": pl.String})),
        ),
    ).write_parquet(tmp_path / "bill.parquet")
    for path in (tmp_path / "export", tmp_path / "*.csv", tmp_path / "bill.parquet"):
        assert load(path).loads[0].status in {"loaded", "unchanged"}, path
        assert {cost for _, cost in state(clean_database).values()} == {Decimal(4)}, path
    assert all_rows(clean_database, "SELECT DISTINCT team, usage_date::text FROM finops.daily_costs") == [
        ("search", "2026-09-10")
    ]


def test_byte_order_mark_utf16_and_other_separators(
    load: Load, clean_database: Database, bill: Bill, tmp_path: Path
) -> None:
    """As spreadsheets write them."""
    text = bill(rows(4, ResourceName="Grüße")).read_text()
    variants = {
        "bom.csv": b"\xef\xbb\xbf" + text.encode(),
        "utf16.csv": text.encode("utf-16"),
        "crlf.csv": text.replace("\r\n", "\n").replace("\n", "\r\n").encode(),
        "no-newline.csv": text.rstrip().encode(),
    }
    for name, content in variants.items():
        (tmp_path / name).write_bytes(content)
        assert [(one.status, one.rows) for one in load(tmp_path / name).loads] == [("loaded", 4)], name
        assert lake_rows(clean_database, "SELECT DISTINCT resource_name FROM items") == [("Grüße",)]


def test_completeness_remembers_what_recent_days_cost(load: Load, clean_database: Database, bill: Bill) -> None:
    """A row a day of the last weeks, as seen today."""
    from datetime import UTC, datetime, timedelta

    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    month = yesterday.replace(day=1)
    period = {"BillingPeriodStart": str(month), "BillingPeriodEnd": str((month + timedelta(days=32)).replace(day=1))}
    load(bill(rows(3, ChargePeriodStart=str(yesterday), ChargePeriodEnd=str(yesterday + timedelta(days=1)), **period)))
    assert all_rows(clean_database, "SELECT usage_date, cost FROM finops.completeness") == [
        (yesterday, Decimal("3.00"))
    ]


def test_a_path_that_names_nothing_says_so(load: Load, tmp_path: Path) -> None:
    """A wrong path is the caller's to mend."""
    with pytest.raises(UserError, match=r"is not there.*Check the path"):
        load(tmp_path / "nothing-*.csv")
    with pytest.raises(UserError, match="holds no bills"):
        load(tmp_path)
