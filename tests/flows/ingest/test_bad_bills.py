"""Bills that are broken: each is refused, or its bad rows are kept apart, with a reason a person can act on."""

import gzip
from pathlib import Path

import pytest

from config.errors import UserError
from db.database import Database
from tests.flows.conftest import ROW, Bill, Load, all_rows, lake_rows, rows, state

LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("BilledCost", "12,5", "BilledCost is not a decimal number"),
        ("BilledCost", "NaN", "BilledCost is not a decimal number"),
        ("EffectiveCost", "Infinity", "EffectiveCost is not a decimal number"),
        ("EffectiveCost", "1e999999", "EffectiveCost is not a decimal number"),
        ("ListCost", "0x10", "ListCost is not a decimal number"),
        ("ListCost", "1e400", "ListCost is not a decimal number"),
        ("ListCost", "١٢", "ListCost is not a decimal number"),
        ("ListCost", "1e15", "ListCost is larger than any bill"),
        ("ConsumedQuantity", "many", "ConsumedQuantity is not a decimal number"),
        ("EffectiveCost", "", "EffectiveCost is missing"),
        ("BillingAccountId", "NULL", "BillingAccountId is missing"),
        ("BillingAccountId", "null", "BillingAccountId is missing"),
        ("ChargePeriodStart", "2026-13-01T00:00:00Z", "ChargePeriodStart is not an ISO 8601 time"),
        ("ChargePeriodEnd", "tomorrow", "ChargePeriodEnd is not an ISO 8601 time"),
        ("ChargePeriodEnd", "2026-09-09T00:00:00Z", "ChargePeriodEnd is before ChargePeriodStart"),
        ("BillingPeriodStart", "09/01/2026", "BillingPeriodStart is not an ISO 8601 time"),
        ("BillingPeriodEnd", "2026-09-01T00:00:00Z", "BillingPeriodEnd is not after BillingPeriodStart"),
        ("ChargeCategory", "usage-ish", "ChargeCategory is none of Usage, Purchase, Tax, Credit, Adjustment"),
        ("BillingCurrency", "dollars", "BillingCurrency is not an ISO 4217 code"),
        ("ResourceId", LONG, "ResourceId is longer than 4,096 characters"),
        ("ResourceId", "a\x00b", "ResourceId holds a NUL byte"),
    ],
)
def test_a_bad_row_is_kept_apart_with_its_number_and_reason(
    load: Load, clean_database: Database, bill: Bill, column: str, value: str, reason: str
) -> None:
    """One of 200 rows: the others are loaded; what is refused is shown."""
    content = [{**row, "x_Note": "fine"} for row in rows(200)]
    content[41][column] = value
    result = load(bill(content)).to_json()
    assert (result["loads"][0]["status"], result["rows"], result["rejected"]) == ("loaded", 199, 1)
    (told,) = result["loads"][0]["reasons"]
    assert told["row"] == 42
    assert told["reason"].startswith(reason)
    shown = told["reason"].removeprefix(reason).partition(": “")[2].removesuffix("”")
    assert value.replace("\x00", "").startswith(shown)
    assert all_rows(
        clean_database, "SELECT row_number, reason, content ->> 'ServiceName' FROM finops.rejected_rows"
    ) == [(42, told["reason"], "Amazon Elastic Compute Cloud")]
    assert state(clean_database)["charges"][0] == 199


@pytest.mark.parametrize(
    ("column", "value", "stored"),
    [
        ("Tags", '{"team": ', "SELECT tags ->> 'unreadable'"),
        ("Tags", "[1, 2]", "SELECT tags ->> 'unreadable'"),
        ("Tags", "[" * 100_000, "SELECT left(tags ->> 'unreadable', 3)"),
        ("SkuPriceDetails", "not JSON", "SELECT sku_price_details::text"),
        ("ResourceName", LONG, "SELECT length(resource_name)"),
        ("ServiceName", "", "SELECT service_name"),
        ("x_Note", LONG, "SELECT length(extras ->> 'x_Note')"),
    ],
)
def test_what_costs_no_money_costs_no_row(
    load: Load, clean_database: Database, bill: Bill, column: str, value: str, stored: str
) -> None:
    """Odd tags, price details, long texts and a missing service are kept as far as they can be; the amount counts."""
    content = [{**row, "SkuPriceDetails": "", "x_Note": "fine"} for row in rows(20)]
    content[4].update({column: value, "EffectiveCost": "77"})
    result = load(bill(content)).to_json()
    assert (result["loads"][0]["status"], result["rows"], result["rejected"]) == ("loaded", 20, 0)
    ((kept,),) = lake_rows(clean_database, f"{stored} FROM items WHERE effective_cost = 77")
    expected = {"Tags": value[:3], "SkuPriceDetails": None, "ServiceName": "no service"}.get(column, 4096)
    assert kept[:3] == expected if column == "Tags" else kept == expected


def test_a_row_with_too_many_fields_is_kept_apart(load: Load, bill: Bill) -> None:
    """A comma without quotes shifts nothing silently."""
    path = bill(rows(200))
    lines = path.read_text().splitlines()
    lines[7] += ",one,more"
    path.write_text("\n".join(lines))
    assert load(path).to_json()["loads"][0]["reasons"] == [
        {"row": 7, "reason": "more fields than the header has: “one”"}
    ]


def test_empty_lines_are_no_rows_and_do_not_shift_the_numbers(load: Load, bill: Bill) -> None:
    """Some exports end with them; a bad row after one is still found by its number in the file."""
    path = bill(rows(200))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:100], "", *lines[100:], "too,few", "", ""]))
    result = load(path).to_json()
    assert (result["rows"], result["rejected"]) == (200, 1)
    assert result["loads"][0]["reasons"][0]["row"] == 202


def test_one_absurd_cost_refuses_the_file(load: Load, clean_database: Database, bill: Bill) -> None:
    """1e99 is a number, and would drown every sum; as it is also nearly all of
    the file's cost, nothing of it is taken.
    """
    content = rows(500)
    content[3]["BilledCost"] = "1e99"
    assert "BilledCost is larger than any bill" in (load(bill(content)).loads[0].error or "")
    assert state(clean_database)["charges"][0] == 0


def test_a_file_that_may_not_be_read_is_named(load: Load, bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the path; planted, for root reads everything."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/bills/september.csv")

    path = bill(rows(5))
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match=r"/bills/september\.csv cannot be read: Permission denied"):
        load(path)


def test_a_full_disk_while_fetching_is_named(load: Load, bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the folder, and how to choose another."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flows.ingest.loading.delivery.fetched", full)
    with pytest.raises(UserError, match=r"is full, where bills are fetched to.*TMPDIR"):
        load(bill(rows(5)))


def test_a_bucket_that_refuses_is_named(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address, what AWS said, and what to check."""
    import boto3
    from botocore.exceptions import ClientError

    class Refusing:
        def get_paginator(self, _: str) -> "Refusing":
            return self

        def paginate(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "ListObjectsV2")

    monkeypatch.setattr(boto3, "client", lambda _: Refusing())
    with pytest.raises(UserError, match=r"s3://bills/focus/ cannot be read: .*AccessDenied.*credentials"):
        load("s3://bills/focus/")


def test_a_folder_of_mixed_things_takes_its_bills(load: Load, bill: Bill, tmp_path: Path) -> None:
    """What is hidden, a marker or no bill by its name is left alone; a file
    that only calls itself a bill stops the delivery.
    """
    folder = tmp_path / "mixed"
    folder.mkdir()
    bill(rows(5)).rename(folder / "bill.csv")
    for name in ("readme.txt", ".hidden.csv", "_SUCCESS", "_part.csv", "manifest.json"):
        (folder / name).write_text("junk")
    assert load(folder).to_json()["rows"] == 5
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    assert load(folder).failed


def test_more_than_one_percent_of_the_rows_refuses_the_file(load: Load, clean_database: Database, bill: Bill) -> None:
    """What was there stays; the reasons are told and kept."""
    load(bill(rows(10)))
    before = state(clean_database)
    content = rows(200)
    for number in (3, 5, 8):
        content[number]["BilledCost"] = "oops"
    result = load(bill(content, "bad.csv"))
    assert result.failed
    assert result.to_json()["rows"] == 0
    assert result.loads[0].error == (
        "Refused, because 3 of 200 rows cannot be taken and the limit is 1 %. Row 4: BilledCost is not a decimal "
        "number like 1234.56: “oops” (so are 2 more rows). Export plain numbers, such as 1234.56 or -1.25."
    )
    assert state(clean_database) == before
    assert all_rows(clean_database, "SELECT status, rejected FROM finops.loads ORDER BY id DESC LIMIT 1") == [
        ("failed", 3)
    ]
    assert all_rows(clean_database, "SELECT array_agg(row_number ORDER BY row_number) FROM finops.rejected_rows") == [
        ([4, 6, 9],)
    ]


def test_exactly_one_percent_is_taken(load: Load, bill: Bill) -> None:
    """The limit is above 1 %."""
    content = rows(200)
    content[3]["ChargePeriodEnd"] = content[5]["ChargePeriodEnd"] = "oops"
    assert load(bill(content)).to_json()["rejected"] == 2


def test_more_than_one_percent_of_the_cost_refuses_the_file(load: Load, clean_database: Database, bill: Bill) -> None:
    """One row can hold the month, in one currency of several too."""
    content = [*rows(500), *rows(500, BillingCurrency="EUR", EffectiveCost="100", BilledCost="100")]
    content[3].update(ChargePeriodEnd="oops", EffectiveCost="50", BilledCost="-50")
    result = load(bill(content))
    assert "rows that hold 7.4 % of the cost in USD" in (result.loads[0].error or "")
    assert state(clean_database)["charges"][0] == 0


def test_one_refused_file_stops_the_delivery(load: Load, clean_database: Database, bill: Bill, tmp_path: Path) -> None:
    """Half a month would be worse than none."""
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    result = load(bill(rows(5)), tmp_path / "other.csv")
    assert [(one.status, one.error) for one in result.loads] == [
        (
            "failed",
            (
                "Nothing was changed, because another file of this delivery was refused. Mend or leave out that file "
                "and "
                "load again."
            ),
        ),
        ("failed", result.loads[1].error),
    ]
    assert "Not a FOCUS file" in (result.loads[1].error or "")
    assert state(clean_database)["charges"][0] == 0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "The file is empty."),
        ("blank.csv", b"\n\n", "The file is empty."),
        ("mark.csv", b"\xef\xbb\xbf", "The file is empty."),
        (
            "late.csv",
            b"\n" + ",".join(ROW).encode() + b"\n",
            "It holds a header and no rows: there is nothing to load.",
        ),
        ("returns.csv", b"a,b\r1,2\r", "its first line cannot be read"),
        ("line.csv", b"x" * 500_000, "its first line cannot be read"),
        ("odd.csv", ",".join(ROW).encode("utf-16")[:-1], "The file's text is not valid UTF-16"),
        ("page.csv", b"<html><body>Access denied</body></html>", "It is a web page or XML"),
        ("header.csv", ",".join(ROW).encode() + b"\n", "It holds a header and no rows: there is nothing to load."),
        (
            "cut.csv.gz",
            gzip.compress(",".join(ROW).encode() + b"\n" + b"x," * 300_000)[:200],
            "The gzip file is cut off before its end.",
        ),
        ("not.csv.gz", b"\x1f\x8b" + b"junk" * 10, "The gzip file is damaged"),
        ("cut.parquet", b"PAR1" + b"\x15" * 100, "The Parquet file is damaged or cut off"),
        (
            "picture.csv",
            b"\x89PNG\r\x00\x1a\n\x00\x00",
            "The file is binary: it is neither CSV nor Parquet, nor one of them packed.",
        ),
        ("quote.csv", ",".join(ROW).encode() + b'\n"never closed,1,2,3\n', "not valid CSV|a quote|cannot be taken"),
        ("twice.csv", ",".join([*ROW, "BilledCost"]).encode() + b"\n", "The column BilledCost is there twice."),
        ("other.csv", b"name,age\nbob,3\n", "It is no other format known here either"),
    ],
)
def test_a_file_that_is_no_bill_says_why(load: Load, tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """The sentence names the fault."""
    import re

    (tmp_path / name).write_bytes(content)
    result = load(tmp_path / name)
    assert result.failed
    assert re.search(says, result.loads[0].error or "", re.IGNORECASE), result.loads[0].error
