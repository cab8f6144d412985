"""Texts of every kind in a bill, and real exports."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db.database import Database
from flows.ingest.formats.detect import Focus, detect
from flows.ingest.formats.tags import as_json
from flows.ingest.formats.times import read_time
from tests import exports
from tests.flows.conftest import ROW, Bill, Load, all_rows, lake_rows, rows, state
from tests.flows.ingest.formats.builders import write_csv


def test_a_bill_cut_off_in_its_middle_changes_nothing(
    load: Load, clean_database: Database, bill: Bill, tmp_path: Path
) -> None:
    """Rows copied before the end was missed are gone again."""
    load(bill(rows(7)))
    whole = bill(rows(60_000), "large.csv").read_bytes()
    (tmp_path / "large.csv.gz").write_bytes(gzip.compress(whole)[:-50_000])
    pl.read_csv(tmp_path / "large.csv", infer_schema=False).write_parquet(tmp_path / "large.parquet")
    (tmp_path / "large.parquet").write_bytes((tmp_path / "large.parquet").read_bytes()[:-1000])
    for name in ("large.csv.gz", "large.parquet"):
        assert "cut off" in (load(tmp_path / name).loads[0].error or "")
        assert state(clean_database)["charges"][0] == 7


@pytest.mark.parametrize(
    ("export", "named"),
    [
        (exports.aws_cur, "AWS legacy CUR"),
        (exports.azure, "Azure cost export"),
        (exports.azure_amortized, "Azure cost export, amortized"),
        (exports.oracle, "Oracle cost report"),
    ],
)
def test_an_export_loads_to_the_cent(load: Load, clean_database: Database, tmp_path: Path, export, named: str) -> None:
    """What it adds up to by its own column is what stands."""
    export_rows, total = export()
    (loaded,) = load(write_csv(tmp_path / "export.csv", export_rows)).loads
    assert (loaded.status, loaded.format, loaded.rejected) == ("loaded", named, 0)
    cents = f"{total:.2f}"
    assert [list(amounts.values()) for by in loaded.own.values() for amounts in by.values()] == [[cents]]
    assert all_rows(clean_database, "SELECT sum(effective_cost) FROM finops.daily_costs") == [(total,)]


def test_a_near_match_is_named() -> None:
    """It looks like a known export; its costs cannot be read."""
    found = detect(("lineItem/UsageAccountId", "lineItem/LineItemType", "bill/PayerAccountId", "product/sku"))
    assert not isinstance(found, Focus)
    assert "It looks like AWS legacy CUR" in found.reason


def test_one_missing_column_is_named() -> None:
    """And that the rest is FOCUS."""
    found = detect(tuple(name for name in ROW if name != "ChargeCategory"))
    assert not isinstance(found, Focus)
    assert found.reason.startswith(
        "Not a FOCUS file: it lacks the column ChargeCategory. The nearest known format is FOCUS"
    )


@given(st.text(max_size=60))
def test_any_text_is_a_time_or_is_not(text: str) -> None:
    """Reading never raises, and what it gives sorts as time."""
    read = read_time(text)
    assert read is None or (len(read) >= 19 and read[10] == " ")


@given(
    st.one_of(
        st.text(max_size=80), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4).map(json.dumps)
    )
)
def test_any_text_is_tags_or_is_not(text: str) -> None:
    """Reading never raises, and gives a dictionary."""
    written, tags, readable = as_json(text)
    assert isinstance(json.loads(written), dict)
    assert readable or not tags


_CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1, max_size=5))
@example([("", "", "\x00"), ("a", "b", "c\x00d")])
def test_wild_text_is_stored_as_it_is_or_refused(
    load: Load, clean_database: Database, bill: Bill, cells: list[tuple[str, str, str]]
) -> None:
    """Quotes, line breaks, backslashes, commas: nothing shifts, nothing breaks the load."""
    content = [{**ROW, "ResourceId": a, "ResourceName": b, "Tags": json.dumps({"team": c})} for a, b, c in cells]
    filler = rows(100 * len(cells), ResourceName="filler")
    result = load(bill([*content, *filler]), accept_shrink=True)
    assert not result.failed
    stored = lake_rows(
        clean_database,
        "SELECT resource_id, resource_name FROM items WHERE resource_name IS DISTINCT FROM 'filler'",
    )
    stored = [pair for pair in stored if not any("\ufeff" in (text or "") for text in pair)]
    kept = [(a, b) for a, b, _ in cells if "\x00" not in a + b and "\ufeff" not in a + b]  # unreadable tags cost no row
    expected = [tuple(None if text in ("", "NULL") else text for text in pair) for pair in kept]
    assert sorted(map(str, stored)) == sorted(map(str, expected))
