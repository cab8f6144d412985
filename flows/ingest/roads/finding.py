"""The files of a delivery, found from paths, globs, folders and s3:// addresses."""

import errno
import glob
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from config.errors import UserError
from config.sections.bills import BillSource
from flows.ingest.roads import buckets
from flows.ingest.roads.archives import Skipped, unpacked
from flows.ingest.roads.buckets import BucketObject
from flows.ingest.roads.manifests import LARGEST, newest_runs
from flows.ingest.roads.pieces import BillFile
from flows.ingest.roads.table_versions import is_log, newest_versions

# Beside bills there lie manifests, checksums and notes; what may be data is read, or the delivery is refused.
_MANIFEST = "manifest"  # in the name of a JSON file that lists data
_NOT_DATA = (
    ".json",
    ".md",
    ".txt",
    ".sql",
    ".yaml",
    ".yml",
    ".xml",
    ".html",
    ".pdf",
    ".png",
    ".md5",
    ".sha256",
    ".log",
    ".xlsx",
    ".py",
    ".sh",
    ".ini",
    ".cfg",
    ".toml",
    ".crc",
    ".sig",
    ".asc",
)
_UNFINISHED = (".crdownload", ".part", ".partial", ".filepart", ".download", ".aria2", ".opdownload")


@dataclass(frozen=True)
class FoundFiles:
    """The files of a delivery, and those that were passed over with the reason."""

    files: tuple[BillFile, ...]
    skipped: tuple[Skipped, ...] = ()


def expand(paths: list[str], downloads: Path) -> FoundFiles:
    """The files named by paths, globs, folders (recursively) and s3:// addresses (fetched into `downloads`), each once
    and unpacked; raises `UserError`.
    """
    return fetched(find(paths, downloads), downloads)


def find(paths: list[str], downloads: Path) -> FoundFiles:
    """The files named by paths, as they lie: packed ones as they are, objects of buckets not fetched but for the
    manifests beside them. Raises `UserError`.
    """
    files: dict[str, BillFile] = {}
    skipped: list[Skipped] = []
    for text in paths:
        named = _in_bucket(text, downloads) if text.startswith("s3://") else _local(text)
        skipped += named.skipped
        for one in named.files:
            files.setdefault(one.label if isinstance(one, BucketObject) else str(one.path.resolve()), one)
    return FoundFiles(tuple(files.values()), tuple(skipped))


def fetched(found: FoundFiles, downloads: Path) -> FoundFiles:
    """The files that were found, on this machine, each once and unpacked; raises `UserError`."""
    files: dict[Path, BillFile] = {}
    skipped = list(found.skipped)
    for packed in found.files:
        here = buckets.fetch(packed) if isinstance(packed, BucketObject) else packed
        inside = _unpacked(here, downloads / "unpacked")
        skipped += inside.skipped
        for one in inside.files:
            files.setdefault(one.path.resolve(), one)
    return FoundFiles(tuple(files.values()), tuple(skipped))


def _unpacked(packed: BillFile, folder: Path) -> FoundFiles:
    """The file itself, or those files of an archive that may be bills."""
    inside = list(unpacked(packed, folder))
    files = [one for one in inside if isinstance(one, BillFile)]
    skipped = tuple(one for one in inside if isinstance(one, Skipped))
    if files and all(one.label == packed.label for one in files):
        return FoundFiles(tuple(files), skipped)
    sorted_files = _sorted_out(packed.label, files)
    return FoundFiles(sorted_files.files, (*skipped, *sorted_files.skipped))


def holds(source: BillSource, paths: Sequence[str]) -> bool:
    """Whether all these paths are among a source's: the same, below one of them, or matched by its pattern."""
    return bool(paths) and all(any(_within(path, place) for place in source.paths) for path in paths)


def _within(path: str, place: str) -> bool:
    if "://" not in path and "://" not in place:
        path, place = (str(Path(one).expanduser().absolute()) for one in (path, place))
    folder = place.rstrip("/")
    return path.rstrip("/") == folder or path.startswith(f"{folder}/") or fnmatchcase(path, place)


def _local(text: str) -> FoundFiles:
    if not text.strip():
        raise UserError("A path is empty. Name a file, a folder or an s3:// address.")
    if "://" in text:
        raise UserError(
            f"{text} cannot be read: only s3:// addresses and files of this machine can. Copy it here first."
        )
    path = Path(text).expanduser()
    if path.is_file():
        return FoundFiles((BillFile(path, text),))
    if path.is_dir():
        return _sorted_out(text, [BillFile(file, str(file)) for file in sorted(path.rglob("*")) if file.is_file()])
    matches = sorted(name for name in glob.glob(str(path), recursive=True) if Path(name).is_file())  # noqa: PTH207 - the path may be absolute
    if not matches:
        raise UserError(
            f"{text} is not there: no such file, folder or match. Check the path; quote a glob so that the shell "
            "leaves it alone."
        )
    return FoundFiles(tuple(BillFile(Path(name), name) for name in matches))


def _sorted_out(address: str, inside: Sequence[BillFile]) -> FoundFiles:
    """A folder's files: what may be data, and what is passed over."""
    files: list[BillFile] = []
    skipped: list[Skipped] = []
    root = os.path.commonpath([PurePosixPath(file.label).parent for file in inside]) if inside else ""
    for file in inside:
        reason = _no_data(file, root)
        if reason is None:
            files.append(file)
        else:
            skipped.append(Skipped(file.label, reason))
    if not files:  # BigQuery calls its JSON lines .json, which beside other data are manifests and notes
        files = [file for file in inside if file.name.endswith(".json") and _MANIFEST not in file.name.casefold()]
        skipped = [one for one in skipped if one.label not in {file.label for file in files}]
    if not files:
        names = ", ".join(Path(one.label).name for one in skipped[:5])
        raise UserError(f"{address} holds no bills{f', only {names}' if names else ': it is empty'}.")
    files, gone = newest_versions(files, inside)
    files, older = newest_runs(files, [file for file in inside if file.name.endswith(".json")])
    return FoundFiles(tuple(files), (*skipped, *gone, *older))


def _no_data(file: BillFile, root: str) -> str | None:
    """Why a file of a folder is no data; None when it may be. Raises `UserError` for a download that still runs."""
    name = file.name
    if name.startswith((".", "_")):
        return "its name marks it as no data"
    if any(part.startswith((".", "_")) for part in PurePosixPath(file.label.removeprefix(root)).parts):
        return "its folder's name marks it as no data"
    if name.lower().endswith(_NOT_DATA):
        return "it is no CSV or Parquet file"
    if re.fullmatch(r"(sha\d*|md5|check)sums?", name, re.IGNORECASE | re.ASCII):
        return "it holds checksums"
    if re.fullmatch(r"thumbs\.db|readme|licen[cs]e|notice|changelog|icon\r", name, re.IGNORECASE):
        return "its name marks it as no data"
    if name.lower().endswith(_UNFINISHED):
        raise UserError(
            f"{file.label} is a download that is not finished. Wait for it, or take it away, and load again."
        )
    return "it is empty" if not file.size else None


def _in_bucket(address: str, downloads: Path) -> FoundFiles:
    """An object, or every one under a prefix, a folder or a pattern with *."""
    listed = buckets.listed(address, downloads)
    if len(listed) == 1 and listed[0].label == address:
        return FoundFiles((listed[0],))
    return _sorted_out(address, [buckets.fetch(one) if _is_manifest(one) else one for one in listed])


def _is_manifest(file: BillFile) -> bool:
    name = file.name.casefold()
    return (name.endswith(".json") and _MANIFEST in name and file.size <= LARGEST) or is_log(file.label)


def unreadable(error: OSError) -> str:
    """Why the bills cannot be read, and what to do."""
    if error.errno == errno.ENOSPC:
        return (
            f"The disk of {tempfile.gettempdir()} is full, where bills are fetched to. Free some space, or set "
            "TMPDIR to another folder."
        )
    return (
        f"{error.filename or 'A file'} cannot be read: {error.strerror or error}. Nothing was changed; check its "
        "permissions and load again."
    )
