"""Packed files: zip, tar, gzip, bzip2, xz and Zstandard, one in the other too, unpacked into files that can be read."""

import bz2
import gzip
import hashlib
import lzma
import shutil
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from config.errors import UserError
from flows.ingest.roads.pieces import BillFile
from flows.ingest.roads.signatures import EXCEL, is_excel

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LAYERS = 3  # a gzip of a tar of a gzip; more is a bomb
_LARGEST = 64 * 1024**3  # bytes that one archive may unpack to
_MEMBERS = 10_000
_CHUNK = 1024 * 1024
_GZIP = b"\x1f\x8b"
_SINGLE: dict[bytes, Callable[..., Any]] = {
    _GZIP: gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": zstd.open,
}


@dataclass(frozen=True)
class Skipped:
    """A file that was found and not read, with the reason."""

    label: str
    reason: str


def unpacked(file: BillFile, folder: Path, layer: int = 0) -> Iterator[BillFile | Skipped]:
    """The file itself, or what it holds when it is packed; a gzip of text stays as it is, for it is read as it is.

    Raises `UserError` for an archive that is damaged, encrypted or unpacks beyond all bounds.
    """
    try:
        if zipfile.is_zipfile(file.path) and _starts(file.path, b"PK"):
            yield from _zip(file, folder, layer)
        elif tarfile.is_tarfile(file.path):
            yield from _tar(file, folder, layer)
        elif opener := _packed_twice(file.path):
            yield from unpacked(_decompress(file, folder, opener), folder, _deeper(file, layer))
        else:
            yield file
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        lzma.LZMAError,
        zstd.ZstdError,
        EOFError,
        zlib.error,
        RuntimeError,
    ) as error:
        raise UserError(
            f"{file.label} cannot be unpacked: it is damaged, cut off, encrypted or packed in an unusual way. Fetch it "
            "again, or unpack it by hand."
        ) from error


def _starts(path: Path, magic: bytes) -> bool:
    with path.open("rb") as handle:
        return handle.read(len(magic)) == magic


def _packed_twice(path: Path) -> Callable[..., Any] | None:
    """How to unpack a file: bzip2, xz and Zstandard always, gzip only where something packed is inside."""
    start = next((magic for magic in _SINGLE if _starts(path, magic)), None)
    if start != _GZIP:
        return _SINGLE.get(start or b"")
    try:
        with gzip.open(path) as handle:
            inside = handle.read(8)
    except (OSError, EOFError, zlib.error):
        return None  # the reader of bills says what is wrong with it
    return _SINGLE[_GZIP] if inside.startswith((*_SINGLE, b"PK\x03\x04", b"PAR1")) else None


def _zip(file: BillFile, folder: Path, layer: int) -> Iterator[BillFile | Skipped]:
    with zipfile.ZipFile(file.path) as archive:
        if is_excel(archive.namelist()):
            raise UserError(f"{file.label} cannot be read. {EXCEL}")
        members = [member for member in archive.infolist() if not member.is_dir()]
        _bounded(file, len(members), sum(member.file_size for member in members))
        for member in members:
            with archive.open(member) as source:
                yield from _member(file, folder, layer, member.filename, source)


def _tar(file: BillFile, folder: Path, layer: int) -> Iterator[BillFile | Skipped]:
    with tarfile.open(file.path) as archive:
        count = size = 0
        for member in archive:
            if not member.isfile():
                continue
            count, size = count + 1, size + member.size
            _bounded(file, count, size)
            source = archive.extractfile(member)
            if source is not None:
                yield from _member(file, folder, layer, member.name, source)


def _member(file: BillFile, folder: Path, layer: int, name: str, source: IO[bytes]) -> Iterator[BillFile | Skipped]:
    label = f"{file.label}/{name}"
    if Path(name).name.startswith((".", "_")) or "__MACOSX" in name:
        yield Skipped(label, "its name marks it as no data")
        return
    target = _target(folder, label)
    with target.open("wb") as into:
        shutil.copyfileobj(source, into, _CHUNK)
    yield from unpacked(BillFile(target, label), folder, _deeper(file, layer))


def _decompress(file: BillFile, folder: Path, opener: Callable[..., IO[bytes]]) -> BillFile:
    target = _target(folder, file.label)
    size = 0
    with opener(file.path, "rb") as source, target.open("wb") as into:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            _bounded(file, 1, size)
            into.write(chunk)
    return BillFile(target, file.label)


def _target(folder: Path, label: str) -> Path:
    """A path under the folder that no name from an archive can lead out of."""
    place = folder / hashlib.sha256(label.encode()).hexdigest()[:16]
    place.mkdir(parents=True, exist_ok=True)
    return place / f"{len(list(place.iterdir()))}{Path(label).suffix[:20]}"


def _deeper(file: BillFile, layer: int) -> int:
    if layer >= _LAYERS:
        raise UserError(f"{file.label} is packed more than {_LAYERS} times. Unpack it by hand.")
    return layer + 1


def _bounded(file: BillFile, count: int, size: int) -> None:
    if count > _MEMBERS or size > _LARGEST:
        raise UserError(f"{file.label} holds more than {_MEMBERS:,} files or {_LARGEST >> 30} GB. Unpack it by hand.")
