"""Odd but legitimate bills, kinds that exporters, spreadsheets and downloads make: each loads to the cent, or is
refused with a sentence that says what is wrong and what to do.
"""

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from config.errors import UserError
from config.organisation import Organisation
from config.sections.bills import Allocation
from db.database import Database
from tests.flows.conftest import ROW, Load, all_rows

_TOTAL = Decimal("215.00")
_TEAMS = Organisation(allocation=Allocation.model_validate({"team": [{"tag": ["team"]}]}))
_COSTS = ("BilledCost", "EffectiveCost", "ListCost")


def _charges(**changes: str) -> list[dict[str, str]]:
    """20 rows that add up to 215.00."""
    return [
        {
            **ROW,
            **dict.fromkeys(_COSTS, f"{day}.25"),
            "ChargePeriodStart": f"2026-09-{day:02}T00:00:00Z",
            "ChargePeriodEnd": f"2026-09-{day:02}T01:00:00Z",
            "ResourceId": f"i-{day}",
            **changes,
        }
        for day in range(1, 21)
    ]


def _text(rows: list[dict[str, str]], separator: str = ",", end: str = "\r\n") -> str:
    into = io.StringIO(newline="")
    writer = csv.DictWriter(into, list(rows[0]), delimiter=separator, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return into.getvalue()


def _dotted(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r".\1", name)


def _stands(database: Database) -> list[tuple[object, ...]]:
    return all_rows(database, "SELECT sum(billed_cost), sum(effective_cost), sum(list_cost) FROM finops.daily_costs")


BILL = _text(_charges())
_NAMED = _charges(ResourceName="Zürich")
_MANY = [{**row, "ResourceId": f"{row['ResourceId']}-{part}"} for part in range(50) for row in _charges(Tags="")]


@pytest.mark.parametrize(
    "content",
    [
        ("Cost report\r\nMade on 2026-10-02\r\n\r\n" + BILL).encode(),
        ("Cost report" + "," * 20 + "\r\n" + BILL).encode(),
        ('"sep=;"\r\n' + _text(_charges(), ";")).encode(),
        _text(_charges(), end="\r\r\n").encode(),
        (BILL + "\x1a").encode(),
        _text(_charges(), end="\n   \n").encode(),
        (_text(_charges()[:10]) + "\ufeff" + _text(_charges()[10:])).encode(),
        BILL.encode("utf-16-le"),
        BILL.encode("utf-16-be"),
        _text(_NAMED).encode("cp1252"),
        BILL.replace("web-1", "we\0b-1").encode(),
        _text(_charges(ChargeCategory="usage", BillingCurrency=" usd ")).encode(),
        _text(_charges(ChargeCategory="USAGE ", BillingAccountId="4029 ")).encode(),
        _text(
            _charges(BillingPeriodStart="2026/09/01 00:00:00", BillingPeriodEnd="2026-10-01T00:00:00Z[UTC]")
        ).encode(),
        _text(_charges(BillingPeriodStart="2026-09-01 00:00:00 GMT", BillingPeriodEnd="2026-09-30T24:00:00Z")).encode(),
        _text(_charges(), "^").encode(),
        _text(_charges(), "\x01").encode(),
        _text(_charges(), "~").encode(),
        (BILL + "\0" * 512).encode(),
        BILL.replace("\r\n", "\r\n" + ",".join(["----------"] * 21) + "\r\n", 1).encode(),
        (",".join(f"bills.{name.lower()}" for name in ROW) + BILL[BILL.index("\r\n") :]).encode(),
        (",".join(_dotted(name) for name in ROW) + BILL[BILL.index("\r\n") :]).encode(),
    ],
    ids=[
        "titles",
        "padded title",
        "quoted separator line",
        "returns twice",
        "end of file sign",
        "blanks between",
        "two files in one",
        "UTF-16 without mark",
        "UTF-16 without mark, the other end first",
        "Windows-1252",
        "NUL in a name",
        "lower case",
        "upper case and blanks",
        "slashes and a zone in brackets",
        "GMT and the end of a day",
        "carets",
        "control characters, as Hive",
        "tildes",
        "a block filled with zeros",
        "a rule under the header",
        "the table's name before each column, as Hive",
        "dots between words, as R",
    ],
)
def test_it_loads_to_the_cent(load: Load, clean_database: Database, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bill.csv"
    path.write_bytes(content)
    result = load(path)
    assert (result.loads[0].status, result.loads[0].rejected, result.loads[0].rows) == ("loaded", 0, 20)
    assert _stands(clean_database) == [(_TOTAL, _TOTAL, _TOTAL)]


def test_bytes_that_are_no_utf8_are_read_and_told(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Only the bytes that are wrong: other rows keep their UTF-8."""
    path = tmp_path / "bill.csv"
    path.write_bytes(_text(_charges(ResourceName="Zürich 計算")).encode())
    path.write_bytes(path.read_bytes().replace("Zürich".encode(), "Zürich".encode("cp1252"), 1))
    (loaded,) = load(path).loads
    assert "Windows-1252" in (loaded.note or "")
    names = all_rows(clean_database, "SELECT DISTINCT resource_name FROM finops.resources ORDER BY 1")
    assert names == [("Zürich 計算",)]


@pytest.mark.parametrize(
    "tags",
    [
        '["team:blue", "env:prod"]',
        '[{"Name": "team", "Value": "blue"}]',
        '[["team", "blue"]]',
        '[("team", "blue")]',
        'team="blue",env="prod"',
        "team=blue|env=prod",
        '\ufeff{"team": "blue"}',
        '{"team": "blue", "note": "a\\u0000b"}',
        '{"team": "blue", "note": "\\ud800"}',
    ],
)
def test_tags_of_other_makers_allocate(load: Load, clean_database: Database, tmp_path: Path, tags: str) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(_text(_charges(Tags=tags)), newline="")
    assert load(path, organisation=_TEAMS).loads[0].status == "loaded"
    assert all_rows(clean_database, "SELECT team, sum(billed_cost) FROM finops.daily_costs GROUP BY 1") == [
        ("blue", _TOTAL)
    ]


def _swallowing(first: int, last: int) -> str:
    """A bill in which a quote opens in one row and closes in another."""
    lines = _text(_MANY).split("\r\n")
    lines[first] = lines[first].replace("web-1", '"web-1')
    lines[last] = lines[last].replace("web-1", 'web-1"')
    return "\r\n".join(lines)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (_swallowing(100, 900), "A quote opens in the column ResourceName before “web-1,"),
        (_swallowing(100, 101), "closes 1 lines later: the rows between would be lost"),
        (BILL.replace("web-1", '19" rack', 1), "Line 2 has one: “"),
        (_text(_charges(BilledCost="1.000,25")), "no thousands separators"),
        (_text(_charges(BilledCost="$1.25")), "without signs and units"),
        (_text(_charges(BilledCost="(1.25)")), "negative amounts as -1.25"),
        (_text(_charges(BilledCost="n/a")), "Export 0 where nothing was charged"),
        (_text(_charges(BilledCost="'1.25")), "the marks that a spreadsheet puts around text"),
        (_text(_charges(BilledCost='="1.25"')), "the marks that a spreadsheet puts around text"),
        (_text(_charges(ChargePeriodStart="46174")), "a spreadsheet's number of a day"),
        (_text(_charges(ChargePeriodStart="2026-09-01 00:00:00 Europe/Berlin")), "names of time zones are not read"),
        (_text(_charges(ChargePeriodStart="2026-09-01 00:00:00 CEST")), "names of time zones are not read"),
        (_text(_charges(BillingPeriodStart="2026-09")), "Name the day on which the period starts"),
        (_text(_charges(BillingPeriodStart="202609")), "Name the day on which the period starts"),
        (_text(_charges(ChargePeriodStart="1780272000000")), "seconds or milliseconds since 1970"),
        (_text(_charges(ChargePeriodStart="05/06/2026")), "Day and month cannot be told apart"),
        ("<html><title>Sign in</title></html>", "It is a web page or XML, as servers answer with"),
        ('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "It says “AccessDenied”"),
        ("%PDF-1.7 ", "It is a PDF document"),
        (BILL.encode("utf-32-le").decode("latin-1"), "Save it as UTF-8"),
        ("\x04\x22\x4d\x18\0\0\0\0\0\0\0\0", "packed with LZ4"),
        ("ARROW1\0\0", "It is an Arrow (Feather) file"),
        ("\xff\xff\xff\xff\x10\0\0\0", "It is a stream of Arrow"),
        ("\x8b\x07\x80\x13\x11\x05 some \x02\x03\x04", "The file is binary"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d\n", "a pointer to a file that Git LFS keeps"),
        (BILL[BILL.index("\r\n") + 2 :], "Its first line holds values (“1.25”, “4029”, “Northwind”, “USD”)"),
        (BILL.replace(",", " "), "Its first line has one field (“"),
        (_text(_charges()).replace("BilledCost", "'BilledCost'"), "Not a FOCUS file: it lacks the column BilledCost"),
        ("'BilledCost','BillingAccountId'\n'1','2'\n", "Its fields stand in single quotes"),
        ("date,provider,cost\n2026-09-01,aws,3\n", "Its columns are “date”, “provider”, “cost”."),
        ('{"rows": [' + json.dumps(ROW) + "]}", "its rows are in “rows”"),
        ("{\n" + json.dumps(ROW)[1:], "The file is one JSON document, not a record a line."),
    ],
)
def test_it_is_refused_with_what_to_do(
    load: Load, clean_database: Database, tmp_path: Path, content: str, sentence: str
) -> None:
    """Nothing of it stands."""
    path = tmp_path / "bill.csv"
    path.write_bytes(content.encode("latin-1"))
    (refused,) = load(path).loads
    assert refused.status == "failed"
    assert sentence in (refused.error or "")
    assert _stands(clean_database) == [(None, None, None)]


def test_an_archive_with_notes_beside_its_bills(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """What is no data in it is passed over and named."""
    with zipfile.ZipFile(tmp_path / "bills.zip", "w") as archive:
        archive.writestr("1.csv", _text(_charges()[:10]))
        archive.writestr("2.csv", _text(_charges()[10:]))
        archive.writestr("readme.txt", "two parts")
    assert [one.status for one in load(tmp_path / "bills.zip").loads] == ["loaded", "loaded", "skipped"]
    assert _stands(clean_database) == [(_TOTAL, _TOTAL, _TOTAL)]


def test_an_excel_workbook_is_named(load: Load, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bill.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(UserError, match="It is an Excel workbook"):
        load(tmp_path / "bill.xlsx")


def test_a_restated_copy_is_not_added(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """The same charges with other amounts in two files of one call: which is right only a person can say."""
    (tmp_path / "first.csv").write_text(BILL, newline="")
    (tmp_path / "second.csv").write_text(_text([{**row, "BilledCost": "2.00"} for row in _charges()]), newline="")
    assert "with other amounts" in (load(tmp_path).loads[0].error or "")
    assert _stands(clean_database) == [(None, None, None)]


def test_corrections_beside_their_charges_are_added(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """They are of the same resources and days, and take money off."""
    (tmp_path / "charges.csv").write_text(BILL, newline="")
    less = dict.fromkeys(_COSTS, "-1.00")
    (tmp_path / "less.csv").write_text(_text([{**row, **less} for row in _charges()]), newline="")
    assert {one.status for one in load(tmp_path).loads} == {"loaded"}
    assert _stands(clean_database) == [(_TOTAL - 20,) * 3]


def test_columns_of_the_path(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Partitioned tables of Athena and Spark leave a column out of their files; theirs is the folder's value."""
    charges = [{name: value for name, value in row.items() if name != "BillingCurrency"} for row in _charges()]
    for currency, part in (("USD", charges[:10]), ("EUR", charges[10:])):
        folder = tmp_path / f"BillingCurrency={currency}" / "region_id=__HIVE_DEFAULT_PARTITION__"
        folder.mkdir(parents=True)
        (folder / "part-0.csv").write_text(_text(part), newline="")
    assert {one.status for one in load(tmp_path).loads} == {"loaded"}
    sums = all_rows(clean_database, "SELECT currency, sum(billed_cost) FROM finops.daily_costs GROUP BY 1 ORDER BY 1")
    assert sums == [("EUR", Decimal("157.50")), ("USD", Decimal("57.50"))]


def test_what_lies_in_a_marked_folder_is_no_data(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """A table's log and checkpoints lie beside its parts; where all lies below such a folder, it is data."""
    place = tmp_path / ".bills" / "table"
    (place / "_delta_log").mkdir(parents=True)
    (place / "_delta_log" / "1.csv").write_text("version,add\n1,x\n")
    (place / "part-0.csv").write_text(BILL, newline="")
    assert sorted(one.status for one in load(place).loads) == ["loaded", "skipped"]
    assert load(place / "part-0.csv").loads[0].status == "unchanged"


def test_an_empty_archive_is_named(load: Load, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bill.zip", "w"):
        pass
    with pytest.raises(UserError, match="holds no bills: it is empty"):
        load(tmp_path / "bill.zip")


def test_a_number_of_other_digits_is_refused(load: Load, tmp_path: Path) -> None:
    (tmp_path / "bill.csv").write_text(_text(_charges(BilledCost="١.٢٥")), newline="")
    assert "with the digits 0 to 9" in (load(tmp_path / "bill.csv").loads[0].error or "")


def test_what_stands_for_a_minus_is_named(load: Load, tmp_path: Path) -> None:
    (tmp_path / "bill.csv").write_text(_text(_charges(BilledCost="−1.25")), newline="")
    assert "Export negative amounts as -1.25" in (load(tmp_path / "bill.csv").loads[0].error or "")
