"""A lake in a bucket: written, read, kept here as copies, away, and emptied behind our back."""

import os
import time
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from config.errors import UserError
from lake.bucket import UNUSED, BucketPlace
from lake.place import open_place
from lake.writer import Writer
from tests.lake.conftest import frame


@pytest.fixture
def place(s3_server: ThreadedMotoServer, tmp_path: Path) -> BucketPlace:
    opened = open_place("s3://house/the/lake", str(tmp_path / "copies"))
    assert isinstance(opened, BucketPlace)
    return opened


def _keys() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket="house")
    return [item["Key"] for item in listed.get("Contents", [])]


def _written(place: BucketPlace) -> str:
    writer = Writer(place)
    writer.add(3, "2026-09", 7, frame(4))
    writer.flush()
    return writer.files[0].path


def test_files_are_sent_and_fetched_once(place: BucketPlace, tmp_path: Path) -> None:
    """Another machine has no copies; a copy that is there is read though the object is gone."""
    path = _written(place)
    assert _keys() == [f"the/lake/{path}"]
    assert [name for name, _ in place.every()] == [path]
    other = open_place("s3://house/the/lake", str(tmp_path / "elsewhere"))
    assert not other.full(path).exists()
    assert other.fetch([path]) == []
    assert other.full(path).read_bytes() == place.full(path).read_bytes()
    boto3.client("s3").delete_object(Bucket="house", Key=f"the/lake/{path}")
    assert other.fetch([path]) == []
    assert other.missing([path]) == [path]


def test_what_is_gone_is_told(place: BucketPlace, tmp_path: Path) -> None:
    """By listing and by fetching, and nothing half-fetched is left."""
    other = open_place("s3://house/the/lake", str(tmp_path / "elsewhere"))
    lost = [f"source=1/month=2026-{number:02d}/load=1-a.parquet" for number in range(1, 13)]
    assert other.missing(lost[:2]) == lost[:2]
    assert other.missing(lost) == lost
    assert other.fetch(lost) == lost
    assert [one for one in (tmp_path / "elsewhere").rglob("*") if one.is_file()] == []


def test_a_load_that_came_to_nothing_leaves_nothing(place: BucketPlace) -> None:
    writer = Writer(place)
    writer.add(3, "2026-09", 7, frame(4))
    writer.flush()
    writer.discard()
    assert _keys() == []
    assert not place.full(writer.files[0].path).exists()


def test_a_bucket_that_is_away_is_named(
    place: BucketPlace, s3_server: ThreadedMotoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While writing and while reading; nothing is raised for what cannot be deleted."""
    path = _written(place)
    s3_server.stop()
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    away = open_place("s3://house/the/lake", f"{place.folder}-away")
    with pytest.raises(UserError, match="s3://house/the/lake cannot be written to"):
        _written(away)  # type: ignore[arg-type]  # it is in a bucket
    with pytest.raises(UserError, match="cannot be read"):
        away.fetch([path])
    away.delete(path)
    assert place.fetch([path]) == []


def test_copies_that_nobody_reads_go(place: BucketPlace) -> None:
    """The objects stay."""
    path = _written(place)
    place.tidy()
    assert place.full(path).exists()
    long_ago = time.time() - UNUSED - 60
    os.utime(place.full(path), (long_ago, long_ago))
    place.tidy()
    assert not place.full(path).exists()
    assert place.fetch([path]) == []
    assert place.full(path).exists()


def test_other_objects_of_the_bucket_are_not_ours(place: BucketPlace) -> None:
    """Neither beside the prefix nor below it."""
    client = boto3.client("s3")
    for key in ("the/lakeside.parquet", "the/lake/notes.txt", "x.parquet"):
        client.put_object(Bucket="house", Key=key, Body=b"x")
    assert list(place.every()) == []
