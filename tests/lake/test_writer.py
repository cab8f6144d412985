"""Files of a load, and what becomes of them when it comes to nothing."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from config.errors import UserError
from lake import writer as writing
from lake.columns import polars_type
from lake.place import Place, open_place
from lake.writer import Writer, read
from tests.lake.conftest import END, START, frame


def test_a_file_holds_one_account_and_period(place: Place) -> None:
    """So that one of them can be replaced without touching the other."""
    writer = Writer(place)
    writer.add(3, "2026-09", 7, frame(4))
    writer.add(3, "2026-09", 7, frame(2, account="5000"))
    writer.add(3, "2026-09", 7, frame(1))
    writer.flush()
    assert sorted((file.accounts, file.rows, file.start, file.end) for file in writer.files) == [
        (("4029",), 5, START, END),
        (("5000",), 2, START, END),
    ]


def test_tag_keys_are_kept_by_team(place: Place) -> None:
    """Who sees a team's rows is not told what others call theirs."""
    writer = Writer(place)
    entries = [[{"key": name, "value": "x"}] for name in ("owner", "Secret-Project", "none", "cost-center")]
    tags = pl.Series("tags", entries, pl.List(pl.Struct({"key": pl.String, "value": pl.String})))
    rows = frame(4).with_columns(tags.cast(polars_type("map")))
    writer.add(3, "2026-09", 7, rows)
    writer.flush()
    (file,) = writer.files
    assert file.tag_keys == {"payments": ["cost-center", "owner"], "search": ["Secret-Project"], "": ["none"]}
    assert all(place.full(file.path).stat().st_size == file.bytes for file in writer.files)


def test_many_accounts_share_a_file(place: Place) -> None:
    """Thousands of small files would cost more than what they hold."""
    writer = Writer(place)
    for number in range(50):
        writer.add(3, "2026-09", 7, frame(1, account=f"a{number:02}"))
    writer.flush()
    assert [(len(file.accounts), file.rows) for file in writer.files] == [(50, 50)]


def test_memory_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough rows are written before the load ends."""
    monkeypatch.setattr(writing, "_ROWS_A_FILE", 10)
    writer = Writer(place)
    for _ in range(4):
        writer.add(3, "2026-09", 7, frame(6))
    assert [file.rows for file in writer.files] == [12, 12]


def test_a_load_that_came_to_nothing_leaves_nothing(place: Place) -> None:
    """Its files go, and their folders with them."""
    writer = Writer(place)
    writer.add(3, "2026-09", 7, frame(4))
    writer.flush()
    writer.discard()
    assert list(place.every()) == []


def test_a_lake_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / "lake").write_text("a file stands in the way", encoding="utf-8")
    writer = Writer(open_place(tmp_path / "lake"))
    writer.add(3, "2026-09", 7, frame(4))
    with pytest.raises(UserError, match="nothing was changed"):
        writer.flush()


@pytest.mark.parametrize("address", ["", "gs://bucket/lake"])
def test_an_address_that_is_no_folder_is_refused(address: str) -> None:
    """Nothing is written into the folder that happens to be the current one."""
    with pytest.raises(UserError, match="FINOPS_LAKE"):
        open_place(address)


def test_tags_are_written_with_a_dictionary_and_read_as_texts(place: Place) -> None:
    """Each key and value stands once in a file; whoever reads it gets what was written."""
    writer = Writer(place)
    writer.add(3, "2026-09", 7, frame(400))
    writer.flush()
    (file,) = writer.files
    assert read(place, file).equals(frame(400), null_equal=True)
    full = str(place.full(file.path))
    encodings = duckdb.execute("SELECT encodings FROM parquet_metadata(?) WHERE path_in_schema LIKE 'tags%'", [full])
    assert all("DICTIONARY" in one for (one,) in encodings.fetchall())
    (kind,) = duckdb.execute("SELECT any_value(typeof(tags)) FROM read_parquet(?)", [full]).fetchall()[0]
    assert kind == "MAP(VARCHAR, VARCHAR)"
