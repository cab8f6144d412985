"""What a file says of itself."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from config.errors import UserError
from lake.columns import with_dictionaries, with_texts
from lake.footer import forget_frame
from lake.place import Place
from lake.writer import Writer
from tests.lake.conftest import frame


def test_a_file_says_nothing_of_the_frame_it_was(tmp_path: Path) -> None:
    """Its size, its rows and its dictionaries stay; the texts of its maps are texts to every reader."""
    path = tmp_path / "x.parquet"
    with_dictionaries(frame(500)).write_parquet(path)
    size = path.stat().st_size
    assert isinstance(pl.read_parquet(path).schema["tags"].key, pl.Categorical)
    forget_frame(path)
    read = pl.read_parquet(path)
    assert read.schema["tags"].key == pl.String
    assert with_texts(read).equals(frame(500))
    assert path.stat().st_size == size
    encodings = duckdb.sql(f"SELECT encodings FROM parquet_metadata('{path}') WHERE path_in_schema LIKE 'tags%'")
    assert all("DICTIONARY" in one for (one,) in encodings.fetchall())
    forget_frame(path)  # a second time there is nothing to forget


def test_every_file_of_the_lake_is_like_that(place: Place) -> None:
    """As engines need that know of frames."""
    writer = Writer(place)
    writer.add(1, "2026-09", 7, frame(30))
    writer.flush()
    assert b"ARROW:schema" not in place.full(writer.files[0].path).read_bytes()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\xff\xff\xff\xffPAR1", b"a,b\n1,2\n1,2\n"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    """And left as it is."""
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(UserError):
        forget_frame(path)
    assert path.read_bytes() == content
