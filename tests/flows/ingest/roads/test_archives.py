"""Packed files are unpacked, one in the other too; what cannot be is said in a sentence."""

import bz2
import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from config.errors import UserError
from flows.ingest.roads.archives import Skipped, unpacked
from flows.ingest.roads.pieces import BillFile

TEXT = b"a,b\n1,2\n"


def _tar(name: str, content: bytes) -> bytes:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return into.getvalue()


def _zip(name: str, content: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr(name, content)
    return into.getvalue()


def _read(path: Path, folder: Path) -> list[bytes]:
    return [one.path.read_bytes() for one in unpacked(BillFile(path, path.name), folder) if isinstance(one, BillFile)]


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        _zip("bill.csv", TEXT),
        _tar("bill.csv", TEXT),
        bz2.compress(TEXT),
        gzip.compress(_zip("bill.csv", TEXT)),
        _zip("inner.zip", _zip("bill.csv", TEXT)),
    ],
    ids=["bare", "zip", "tar.gz", "bz2", "zip in gzip", "zip in zip"],
)
def test_what_is_inside_is_read(tmp_path: Path, content: bytes) -> None:
    """Whatever the file is called."""
    (tmp_path / "delivery").write_bytes(content)
    assert _read(tmp_path / "delivery", tmp_path / "unpacked") == [TEXT]


# A frame of Zstandard as its library writes the text: a header and one raw block.
_FRAME = bytes.fromhex("28b52ffd2008410000") + TEXT


def test_zstandard_is_read_over_all_frames(tmp_path: Path) -> None:
    """Alone and within a zip; what is cut off or damaged is never read as less."""
    for name, content in (("a", _FRAME + _FRAME), ("b", _zip("bill.csv.zst", _FRAME + _FRAME))):
        (tmp_path / name).write_bytes(content)
        assert _read(tmp_path / name, tmp_path / f"unpacked-{name}") == [TEXT + TEXT]
    for name, content in (("c", _FRAME + _FRAME[:-3]), ("d", _FRAME + b"no frame at all")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match="cannot be unpacked"):
            _read(tmp_path / name, tmp_path / f"unpacked-{name}")


def test_gzip_in_gzip_is_opened_once(tmp_path: Path) -> None:
    """The inner one is read as every gzip of text is."""
    (tmp_path / "bill.csv.gz").write_bytes(gzip.compress(gzip.compress(TEXT)))
    (inside,) = _read(tmp_path / "bill.csv.gz", tmp_path / "again")
    assert gzip.decompress(inside) == TEXT


def test_a_name_from_an_archive_leads_nowhere(tmp_path: Path) -> None:
    """`../../etc/passwd` is written under the folder like any other."""
    (tmp_path / "evil.zip").write_bytes(_zip("../../outside.csv", TEXT))
    assert _read(tmp_path / "evil.zip", tmp_path / "deep" / "unpacked") == [TEXT]
    assert not (tmp_path / "outside.csv").exists()


@pytest.mark.parametrize("cut", [30, 60])
def test_a_damaged_archive_is_a_sentence(tmp_path: Path, cut: int) -> None:
    """Cut off, and packed too often."""
    whole = _tar("bill.csv", TEXT * 1000)
    (tmp_path / "cut.tar.gz").write_bytes(whole[:-cut])
    with pytest.raises(UserError, match=r"cannot be unpacked|damaged"):
        _read(tmp_path / "cut.tar.gz", tmp_path / "unpacked")
    content = TEXT
    for _ in range(6):
        content = _zip("inner.zip", content)
    (tmp_path / "deep.zip").write_bytes(content)
    with pytest.raises(UserError, match="packed more than 3 times"):
        _read(tmp_path / "deep.zip", tmp_path / "deep")


def test_what_a_mac_adds_is_passed_over_and_named(tmp_path: Path) -> None:
    """Its copies of file attributes are no data."""
    (tmp_path / "mac.zip").write_bytes(_zip("__MACOSX/._bill.csv", b"x"))
    (skipped,) = unpacked(BillFile(tmp_path / "mac.zip", "mac.zip"), tmp_path / "unpacked")
    assert isinstance(skipped, Skipped)
    assert skipped.label == "mac.zip/__MACOSX/._bill.csv"
