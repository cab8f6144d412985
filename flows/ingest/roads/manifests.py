"""The manifests that exporters lay beside their files: which run of an export is the newest, and whether it is whole.

Azure writes one into the folder of each run (`runInfo`, `blobs`); AWS's Cost and Usage Report one into the folder of
the period, a copy into that of each run (`assemblyId`, `reportKeys`); AWS Data Exports one a period (`dataFiles`).
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from config.errors import UserError
from flows.ingest.roads.archives import Skipped
from flows.ingest.roads.pieces import BillFile

LARGEST = 10_000_000  # bytes; a manifest is far smaller
_SHOWN = 3
_DAYS = re.compile(r"\d{8}-\d{8}", re.ASCII)  # the name of a period's folder, and the value in that of a partition's
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Manifest:
    """What one manifest says: whose it is (export and period), when it ran, and the paths of its files."""

    label: str
    export: tuple[str, ...]
    ran: str
    files: tuple[str, ...]


def newest_runs(files: Sequence[BillFile], beside: Iterable[BillFile]) -> tuple[list[BillFile], list[Skipped]]:
    """The files but for those of older runs, which are named with the run that took their place; `beside` are the
    JSON files of the same folder. Raises `UserError` where files of a newest run are missing.
    """
    runs: dict[tuple[str, ...], list[Manifest]] = defaultdict(list)
    for file in beside:
        if "manifest" in file.name.casefold() and file.size <= LARGEST and (manifest := read(file)):
            runs[manifest.export].append(manifest)
    anywhere = {_end(name) for manifests in runs.values() for one in manifests for name in one.files}
    skipped: list[Skipped] = []
    left = list(files)
    for manifests in runs.values():
        current = _newest(manifests)
        if current is None:
            continue  # nothing says which is newer; the charges are compared
        listed = {_end(name) for name in current.files}
        here = {_end(file.label) for file in left}
        if not listed & here:
            continue  # the manifest of files that lie elsewhere
        if missing := sorted(listed - here):
            names = ", ".join(missing[:_SHOWN])
            raise UserError(
                f"{current.label} lists {len(listed)} files, and {len(missing)} of them are not there: {names}. Copy "
                "the whole run, or name the files that you want to load."
            )
        older = {_end(name) for one in manifests for name in one.files} - listed
        periods = {folder for file in left if _end(file.label) in listed for folder in _periods(file.label)}
        remaining: list[BillFile] = []
        for file in left:
            beyond = _end(file.label) not in anywhere and periods & _periods(file.label)
            if beyond or _end(file.label) in older:
                skipped.append(Skipped(file.label, f"an older run of the export; {current.label} lists the newest"))
            else:
                remaining.append(file)
        left = remaining
    return left, skipped


def read(file: BillFile) -> Manifest | None:
    """A manifest of one of the three kinds; None for any other file."""
    try:
        content = json.loads(file.path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, Mapping):
        return None
    if isinstance(run := content.get("runInfo"), Mapping):
        export = _text(content.get("exportConfig"), "exportName") or _above(file.label, 3)
        names = tuple(_text(blob, "blobName") for blob in _listed(content, "blobs"))
        key = ("azure", export, _text(run, "startDate"))
        return _manifest(file, key, _text(run, "submittedTime"), names)
    if "reportKeys" in content:
        period = _text(content.get("billingPeriod"), "start")
        names = tuple(str(key) for key in _listed(content, "reportKeys"))
        return _manifest(file, ("cur", str(content.get("reportName")), period), "", names)
    if "dataFiles" in content:
        names = tuple(str(name) for name in _listed(content, "dataFiles"))
        period = next((part for part in PurePosixPath(file.label).parts if _is_period(part)), "")
        run = _above(names[0], 1) if names else ""
        return _manifest(file, ("export", file.name, period), "" if _is_period(run) else run, names)
    return None


def _newest(manifests: Sequence[Manifest]) -> Manifest | None:
    """The last to run; of those that do not say when, the one that lies highest, beside the runs."""

    def key(one: Manifest) -> tuple[str, int]:
        return one.ran, -len(PurePosixPath(one.label).parts)

    newest = max(manifests, key=key)
    return None if any(key(one) == key(newest) and one.files != newest.files for one in manifests) else newest


def _manifest(file: BillFile, export: tuple[str, ...], ran: str, names: tuple[str, ...]) -> Manifest | None:
    names = tuple(unquote(name) for name in names if name)
    return Manifest(file.label, export, ran, names) if names else None


def _listed(content: Mapping[str, Any], name: str) -> list[Any]:
    value = content.get(name)
    return value if isinstance(value, list) else []


def _text(content: object, name: str) -> str:
    return str(content.get(name) or "") if isinstance(content, Mapping) else ""


def _end(name: str) -> str:
    """Folder and name, by which a file is known wherever the folders above it were copied to."""
    return "/".join(PurePosixPath(name).parts[-2:])


def _above(label: str, levels: int) -> str:
    parts = PurePosixPath(label).parts
    return parts[-1 - levels] if len(parts) > levels else ""


def _is_period(name: str) -> bool:
    """Whether a folder is named as a period: `20261101-20261130`, `BILLING_PERIOD=2026-11`."""
    return bool(_DAYS.fullmatch(name) or _MONTH.match(name.partition("=")[2]))


def _periods(label: str) -> set[PurePosixPath]:
    """The folder of the period in which the file lies, itself or in a run's folder; none where none is named so."""
    folder = PurePosixPath(label).parent
    return {place for place in (folder, folder.parent) if _is_period(place.name)}
