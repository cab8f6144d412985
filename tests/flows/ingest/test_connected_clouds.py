"""Each cloud as docs/connect-clouds.md says it: files of its true shape, by its road, to its total and its teams."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import boto3
import duckdb
import moto
import pytest

from config.organisation import Organisation
from db.database import Database
from tests.flows.conftest import Load, all_rows

BUCKET = "your-billing-bucket"
_TOTAL = Decimal("215.00")  # 1.25 + 2.25 + … + 20.25
_DAYS = "range(1, 21) AS days(day)"
_HAVE = "SELECT team, environment, sum(billed_cost), sum(effective_cost) FROM finops.daily_costs GROUP BY 1, 2"
_START = "TIMESTAMP '2026-05-01' + to_days(CAST(day AS INTEGER) - 1)"
_FOCUS = f"""
    CAST(day + 0.25 AS {{cost}}) AS BilledCost, CAST(day + 0.25 AS {{cost}}) AS EffectiveCost,
    CAST(day + 0.25 AS {{cost}}) AS ListCost, CAST(day + 0.25 AS {{cost}}) AS ContractedCost, 'USD' AS BillingCurrency,
    TIMESTAMP '2026-05-01' AS BillingPeriodStart, TIMESTAMP '2026-06-01' AS BillingPeriodEnd,
    {_START} AS ChargePeriodStart, {_START} + INTERVAL 1 HOUR AS ChargePeriodEnd, 'Usage' AS ChargeCategory,
    'shop-prod' AS SubAccountName, 'sub-1' AS SubAccountId, 'Machines' AS ServiceName, 'i-' || day AS ResourceId"""


@pytest.fixture
def organisation() -> Organisation:
    """The guide's finops.yaml."""
    return Organisation.model_validate(
        {
            "sources": [
                {"name": "aws", "paths": f"s3://{BUCKET}/focus/", "schedule": "daily"},
                {"name": "cur", "paths": f"s3://{BUCKET}/cur2/", "schedule": "daily"},
            ],
            "allocation": {
                "team": [{"tag": ["team", "owner"]}, {"account": "sandbox*", "value": "platform"}],
                "environment": [{"tag": ["environment", "env"]}, {"account": "*-prod", "value": "prod"}],
            },
        }
    )


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket of a pretended S3."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with moto.mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield BUCKET


def _parquet(path: Path, select: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def _put(path: Path, key: str) -> None:
    boto3.client("s3").upload_file(str(path), BUCKET, key)


def _is_right(database: Database, currency: str = "USD") -> None:
    assert all_rows(database, _HAVE) == [("blue", "prod", _TOTAL, _TOTAL)]
    assert all_rows(database, "SELECT DISTINCT currency FROM finops.daily_costs") == [(currency,)]


def test_aws_focus(
    load: Load, clean_database: Database, tmp_path: Path, bucket: str, organisation: Organisation
) -> None:
    """Parquet with maps beside its manifest, in two parts; the second time nothing is new."""
    for part, half in enumerate(("day <= 10", "day > 10")):
        select = (
            f"SELECT {_FOCUS.format(cost='DOUBLE')}, '111' AS BillingAccountId, 'AWS' AS ProviderName, "
            "MAP {'user_team': 'blue'} AS Tags, MAP {'edp': 0.5} AS x_Discounts, "
            f"MAP {{'InstanceType': 'm5.large'}} AS SkuPriceDetails FROM {_DAYS} WHERE {half}"
        )
        file = _parquet(tmp_path / f"{part}.parquet", select)
        _put(file, f"focus/mine/data/BILLING_PERIOD=2026-05/mine-0000{part}.snappy.parquet")
    names = [f"s3://{bucket}/focus/mine/data/BILLING_PERIOD=2026-05/mine-0000{part}.snappy.parquet" for part in (0, 1)]
    (tmp_path / "m.json").write_text(json.dumps({"exportName": "mine", "dataFiles": names}))
    _put(tmp_path / "m.json", "focus/mine/metadata/BILLING_PERIOD=2026-05/mine-Manifest.json")
    for status, address in (("loaded", f"s3://{bucket}/focus/"), ("unchanged", f"s3://{bucket}/focus")):
        statuses = [one.status for one in load(address, organisation=organisation).loads]
        assert statuses == [status, status, "skipped"]
        _is_right(clean_database)
    assert all_rows(clean_database, "SELECT name FROM finops.sources") == [("aws",)]


def test_aws_cur_2_that_keeps_its_runs(
    load: Load, clean_database: Database, tmp_path: Path, bucket: str, organisation: Organisation
) -> None:
    """The older run is passed over and named."""
    for run, upto in (("2026-05-11T00-00-00Z-a", 10), ("2026-06-02T00-00-00Z-b", 20)):
        select = (
            "SELECT '111' AS bill_payer_account_id, TIMESTAMP '2026-05-01' AS bill_billing_period_start_date, "
            "TIMESTAMP '2026-06-01' AS bill_billing_period_end_date, '222' AS line_item_usage_account_id, "
            "'shop-prod' AS line_item_usage_account_name, 'Usage' AS line_item_line_item_type, "
            f"{_START} AS line_item_usage_start_date, {_START} + INTERVAL 1 HOUR AS line_item_usage_end_date, "
            "'USD' AS line_item_currency_code, CAST(day + 0.25 AS DOUBLE) AS line_item_unblended_cost, "
            "'AmazonEC2' AS line_item_product_code, MAP {'user_team': 'blue'} AS resource_tags, "
            f"MAP {{'product_name': 'Machines'}} AS product FROM {_DAYS} WHERE day <= {upto}"
        )
        key = f"cur2/mine/data/BILLING_PERIOD=2026-05/{run}/mine-00001.snappy.parquet"
        _put(_parquet(tmp_path / f"{run}.parquet", select), key)
        (tmp_path / "m.json").write_text(json.dumps({"exportName": "mine", "dataFiles": [f"s3://{bucket}/{key}"]}))
        _put(tmp_path / "m.json", f"cur2/mine/metadata/BILLING_PERIOD=2026-05/{run}/mine-Manifest.json")
    loads = load(f"s3://{bucket}/cur2/", organisation=organisation).loads
    assert [one.format for one in loads if one.status == "loaded"] == ["AWS CUR 2.0"]
    assert [one.path for one in loads if "an older run" in (one.error or "")] == [
        f"s3://{bucket}/cur2/mine/data/BILLING_PERIOD=2026-05/2026-05-11T00-00-00Z-a/mine-00001.snappy.parquet"
    ]
    _is_right(clean_database)


def test_azure_focus_without_overwriting(
    load: Load, clean_database: Database, tmp_path: Path, organisation: Organisation
) -> None:
    """A folder a run with its manifest, decimals, a tag in capitals."""
    for run, upto, at in (("1111", 10, "2026-05-11"), ("2222", 20, "2026-06-01")):
        folder = tmp_path / "focus" / "daily" / "20260501-20260531" / run
        select = (
            f"SELECT {_FOCUS.format(cost='DECIMAL(38, 18)')}, '/providers/Microsoft.Billing/billingAccounts/1:2' AS "
            f"BillingAccountId, 'Microsoft' AS ProviderName, '{{\"Team\":\"blue\"}}' AS Tags FROM {_DAYS} "
            f"WHERE day <= {upto}"
        )
        _parquet(folder / "part_0_0001.snappy.parquet", select)
        manifest = {
            "exportConfig": {"exportName": "daily"},
            "runInfo": {"runId": run, "submittedTime": f"{at}T06:00:00Z", "startDate": "2026-05-01T00:00:00"},
            "blobs": [{"blobName": f"focus/daily/20260501-20260531/{run}/part_0_0001.snappy.parquet"}],
        }
        (folder / "manifest.json").write_text(json.dumps(manifest))
    load(tmp_path / "focus", organisation=organisation)
    _is_right(clean_database)


def test_google_focus_and_detailed_export(
    load: Load, clean_database: Database, tmp_path: Path, organisation: Organisation
) -> None:
    """Labels as lists of key and value; credits within the rows of the detailed export, which comes in euros."""
    labels = "[{'key': 'team', 'value': 'blue'}]"
    select = (
        f"SELECT {_FOCUS.format(cost='DECIMAL(38, 9)')}, '01A-B' AS BillingAccountId, 'Google Cloud' AS ProviderName, "
        f"{labels} AS x_Labels, [] :: STRUCT(key VARCHAR, value VARCHAR)[] AS x_ProjectLabels FROM {_DAYS}"
    )
    load(_parquet(tmp_path / "focus" / "000000000000.parquet", select), organisation=organisation)
    _is_right(clean_database)
    select = (
        "SELECT '02A-B' AS billing_account_id, {'id': '6F', 'description': 'Machines'} AS service, "
        "{'id': 'S', 'description': 'Core'} AS sku, {'id': 'shop', 'name': 'shop-prod'} AS project, "
        f"{labels} AS labels, {_START} AS usage_start_time, {_START} + INTERVAL 1 HOUR AS usage_end_time, "
        "CAST(day + 1.25 AS DOUBLE) AS cost, [{'amount': -1.0, 'type': 'SUSTAINED_USAGE_DISCOUNT'}] AS credits, "
        f"'EUR' AS currency, {{'month': '202605'}} AS invoice, 'regular' AS cost_type FROM {_DAYS}"
    )
    load(_parquet(tmp_path / "detailed" / "000000000000.parquet", select), organisation=organisation)
    have = all_rows(
        clean_database, f"{_HAVE.replace('GROUP BY 1, 2', 'WHERE currency = :eur GROUP BY 1, 2')}", eur="EUR"
    )
    assert have == [("blue", "prod", _TOTAL, _TOTAL)]


def test_oracle_files_that_add_up(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Its names of columns, six hours a file, given again with the next one."""
    organisation = Organisation.model_validate(
        {
            "sources": [{"name": "oracle", "paths": str(tmp_path), "mode": "append"}],
            "allocation": {"team": [{"tag": ["team"]}], "environment": [{"account": "*-prod", "value": "prod"}]},
        }
    )
    for half in ("day <= 10", "day > 10"):
        select = (
            f"SELECT {_FOCUS.format(cost='DOUBLE')}, 'ocid1' AS BillingAccountId, 'Oracle' AS Provider, 'Oracle' AS "
            "Publisher, 'Oracle' AS InvoiceIssuer, 'eu-frankfurt-1' AS Region, 1 AS UsageQuantity, "
            f'\'{{"team":"blue"}}\' AS Tags FROM {_DAYS} WHERE {half}'
        )
        plain = tmp_path / "plain"
        duckdb.execute(f"COPY ({select}) TO '{plain}' (FORMAT csv)")
        (tmp_path / f"0000-{len(half)}.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()
        assert not load(tmp_path, organisation=organisation).failed
    _is_right(clean_database)
