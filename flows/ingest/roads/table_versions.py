"""Folders that are tables with versions: which of their files hold the newest one.

Delta Lake: the log beside the files says which were added and which taken out again (protocol of Delta transactions,
"Delta log entries" and "Checkpoints"). Of Iceberg and Hudi only that a folder is one: their older versions lie beside
the newest, so that such a folder is refused.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from config.errors import UserError
from flows.ingest.roads.archives import Skipped
from flows.ingest.roads.pieces import BillFile

_LOG = "_delta_log"
_COMMIT = re.compile(r"(\d{20})\.json", re.ASCII)
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint\b.*\.parquet", re.ASCII)
_OTHERS = {
    "Iceberg": re.compile(r"(?:^|/)metadata/[^/]*\.metadata\.json$"),
    "Hudi": re.compile(r"(?:^|/)\.hoodie/"),
}


def is_log(label: str) -> bool:
    """Whether a file is part of a table's log, which has to be read to know the others."""
    path = PurePosixPath(label)
    return path.parent.name == _LOG and bool(_COMMIT.fullmatch(path.name) or _CHECKPOINT.fullmatch(path.name))


def newest_versions(files: Sequence[BillFile], inside: Sequence[BillFile]) -> tuple[list[BillFile], list[Skipped]]:
    """The files but for those that a table no longer holds; `inside` are all of the folder. Raises `UserError` where a
    table's version cannot be told.
    """
    for kind, marks in _OTHERS.items():
        if any(marks.search(one.label) for one in inside):
            raise UserError(
                f"The folder is a table of {kind}, in which files of older versions lie beside the newest. Export the "
                "table's newest version as Parquet or CSV, and load that."
            )
    logs: dict[PurePosixPath, list[BillFile]] = defaultdict(list)
    for one in inside:
        if is_log(one.label):
            logs[PurePosixPath(one.label).parent.parent].append(one)
    left, skipped = list(files), []
    for root, log in logs.items():
        live = _live(root, log)
        below = [one for one in left if root in PurePosixPath(one.label).parents]
        if missing := sorted(live - {one.label for one in below}):
            raise UserError(
                f"The table {root} holds {len(live)} files, and {len(missing)} of them are not there: "
                f"{', '.join(PurePosixPath(name).name for name in missing[:3])}. Copy the whole folder."
            )
        gone = {one.label for one in below} - live
        skipped += [Skipped(label, f"the table {root.name} no longer holds it") for label in sorted(gone)]
        left = [one for one in left if one.label not in gone]
    return left, skipped


def _live(root: PurePosixPath, log: Sequence[BillFile]) -> set[str]:
    """The labels of the files of a Delta table's newest version."""
    commits = {int(match[1]): one for one in log if (match := _COMMIT.fullmatch(one.name))}
    checkpoints: dict[int, list[BillFile]] = defaultdict(list)
    for one in log:
        if match := _CHECKPOINT.fullmatch(one.name):
            checkpoints[int(match[1])].append(one)
    start = max(checkpoints, default=-1)
    later = sorted(version for version in commits if version > start)
    if later != list(range(start + 1, start + 1 + len(later))):
        raise UserError(f"The log of the table {root} has gaps, so that nobody can tell which files are in it.")
    live: set[str] = set()
    try:
        for file in checkpoints.get(start, []):
            live |= {_label(root, action) for action in _of_checkpoint(file)}
        for version in later:
            for line in commits[version].path.read_text(encoding="utf-8").splitlines():
                action = json.loads(line) if line.strip() else {}
                if removed := action.get("remove"):
                    live.discard(_label(root, removed))
                if added := action.get("add"):
                    live.add(_label(root, added))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"The log of the table {root} cannot be read. Copy the whole folder again.") from error
    return live


def _label(root: PurePosixPath, action: dict[str, Any]) -> str:
    """Where a file of the table lies; raises `UserError` where only part of its rows still count."""
    if action.get("deletionVector"):
        raise UserError(
            f"The table {root} marks rows of its files as deleted. Rewrite it (REORG TABLE … APPLY (PURGE)), or export "
            "its newest version as Parquet or CSV, and load that."
        )
    path = unquote(str(action["path"]))
    return path if "://" in path else str(root / path).replace("s3:/", "s3://", 1)


def _of_checkpoint(file: BillFile) -> Iterator[dict[str, Any]]:
    import duckdb

    with duckdb.connect() as connection:
        try:
            rows = connection.read_parquet(str(file.path)).project("add").filter("add IS NOT NULL").fetchall()
        except duckdb.Error as error:
            raise ValueError("no checkpoint") from error
    yield from (row for (row,) in rows)
