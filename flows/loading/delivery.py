"""One delivery: its files are found, checked, staged, and replace their (source, billing period) in one transaction."""

import hashlib
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db.engines import Database
from flows.loading import records
from flows.loading.records import FileLoad, Rejected, Stored
from flows.loading.replace import lock_sources, put_in_place, totals_by_load
from flows.loading.result import IngestResult, LoadedFile
from flows.loading.staging import Staging, by_leaf
from flows.progress import Progress
from flows.sources import files, focus
from flows.sources.detect import Focus, NotFocus, detect
from flows.sources.files import BillFile, BrokenFileError, Head, Unreadable
from settings import Organisation

if TYPE_CHECKING:
    import polars as pl

_CODE = "1"  # raise when the meaning of stored rows changes, so that the same files are loaded anew
_REFUSED_SHARE = 0.01  # of the rows or of the cost
_REJECTED_KEPT = 10_000  # rejected rows kept a file; all are counted
_OTHER_FAILED = "Nothing was changed, because another file of this delivery was refused. Mend or leave out that file and load again."


class _RefusedError(Exception):
    """Ends the transaction; carries what became of the files."""

    def __init__(self, loads: list[LoadedFile]) -> None:
        super().__init__("refused")
        self.loads = loads


class _UnchangedError(Exception):
    """Ends the transaction: another process has just loaded this very delivery."""


@dataclass
class _Item:
    """A file on its way."""

    file: BillFile
    digest: str
    head: Head
    layout: Focus
    loads: dict[str, FileLoad] = field(default_factory=dict)
    rejected: int = 0
    rejections: list[Rejected] = field(default_factory=list)
    seconds: float = 0.0
    refusal: str | None = None


def ingest(
    paths: Sequence[str], database: Database, organisation: Organisation, *, source: str | None = None, progress: Progress | None = None
) -> IngestResult:
    """Load the files together as one delivery; raises `UserError` when a path names nothing. Faults in files are results, and then nothing changes."""
    started_at = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        found = files.expand(list(paths), Path(folder))
        digests = {file.label: files.digest(file) for file in found}
        delivery = _delivery_digest(digests, organisation, source)
        with database.owner.connect() as connection:
            stored = records.standing(connection, delivery)
        if stored:
            return _unchanged(found, digests, stored)
        items, failures = _open(found, digests)
        if failures:
            return _fail(database, delivery, digests, failures, started_at)
        try:
            with database.owner.begin() as connection:
                return _load(connection, database, organisation, items, delivery, source, started_at, progress)
        except _UnchangedError:
            with database.owner.connect() as connection:
                return _unchanged(found, digests, records.standing(connection, delivery))
        except _RefusedError as refused:
            return _fail(database, delivery, digests, refused.loads, started_at)


def _delivery_digest(digests: dict[str, str], organisation: Organisation, source: str | None) -> str:
    """Over the contents of the files, wherever they lie, and over all that decides how they are stored."""
    rules = organisation.allocation.model_dump(mode="json")
    parts = [_CODE, source or "", json.dumps(rules, sort_keys=True), *sorted(set(digests.values()))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _open(found: list[BillFile], digests: dict[str, str]) -> tuple[list[_Item], list[LoadedFile]]:
    """Files with their format, each content once; or the files that have none."""
    items: list[_Item] = []
    failures: list[LoadedFile] = []
    for file in found:
        head = files.read_head(file)
        if isinstance(head, Unreadable):
            failures.append(LoadedFile(file.label, "failed", error=head.reason))
            continue
        layout = detect(head.columns)
        if isinstance(layout, NotFocus):
            failures.append(LoadedFile(file.label, "failed", layout.format, error=layout.reason))
        elif digests[file.label] not in {item.digest for item in items}:
            items.append(_Item(file, digests[file.label], head, layout))
    return items, failures


def _load(
    connection: sa.Connection,
    database: Database,
    organisation: Organisation,
    items: list[_Item],
    delivery: str,
    source: str | None,
    started_at: datetime,
    progress: Progress | None,
) -> IngestResult:
    connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
    connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
    staging = Staging(connection)
    try:
        for item in items:
            _stage(item, staging, database, organisation, source, progress)
        leaves = staging.finish()
    finally:
        staging.close()
    refused = [item for item in items if item.refusal]
    if refused or not leaves:
        raise _RefusedError(
            [_outcome(item, "failed", item.refusal or "It holds a header and no rows: nothing to load.") for item in refused or items]
        )
    lock_sources(connection, [leaf.source_id for leaf in leaves])
    if records.standing(connection, delivery):
        raise _UnchangedError
    replaced = put_in_place(connection, leaves, started_at.date())
    totals = totals_by_load(connection, leaves)
    finished_at = datetime.now(UTC)
    loads = [load for item in items for load in _loads_of(item)]
    records.write(connection, delivery, loads, "loaded", started_at=started_at, finished_at=finished_at, totals=totals, replaced=replaced)
    for item in items:
        records.write_rejected(connection, _loads_of(item)[0].id or 0, item.rejections)
    return IngestResult(
        tuple(_outcome(item, "loaded") for item in items), tuple(replaced), _add_up(totals), tuple(load.id for load in loads if load.id)
    )


def _stage(
    item: _Item, staging: Staging, database: Database, organisation: Organisation, source: str | None, progress: Progress | None
) -> None:
    """Copy a file's good rows into leaves and keep the others; sets the reason when the file must be refused."""
    began = time.monotonic()
    reader = focus.Reader(item.layout, organisation.allocation)
    cost: dict[str, float] = {}
    lost: dict[str, float] = {}
    try:
        for piece in files.read_pieces(item.file, item.head):
            checked = reader.check(piece)
            for sums, more in ((cost, checked.cost), (lost, checked.rejected_cost)):
                for currency, amount in more.items():
                    sums[currency] = sums.get(currency, 0) + amount
            item.rejected += checked.rejected.height
            kept = checked.rejected.head(_REJECTED_KEPT - len(item.rejections))
            item.rejections += [Rejected(*row) for row in kept.iter_rows()]
            for name, month, rows in by_leaf(checked.rows, focus.SOURCE, focus.MONTH):
                load = _load_of(item, source or name, rows, database)
                load.months.add(month)
                load.rows += rows.height
                staging.add(load.source_id or 0, month, load.id or 0, rows)
            if progress:
                progress(f"Loading {item.file.path.name}", int(piece.share * item.file.size), item.file.size)
        item.refusal = _refusal(item, cost, lost)
    except BrokenFileError as broken:
        item.refusal = str(broken)
    item.seconds = time.monotonic() - began


def _load_of(item: _Item, source: str, rows: "pl.DataFrame", database: Database) -> FileLoad:
    """The file's load of a source, with its ids."""
    if source not in item.loads:
        source_id, load_id = records.open_load(database, source)
        provider = rows.get_column("provider_name")[0]
        item.loads[source] = FileLoad(item.file.label, item.layout.version, item.digest, source_id, provider, id=load_id)
    return item.loads[source]


def _refusal(item: _Item, cost: dict[str, float], lost: dict[str, float]) -> str | None:
    """Why a file is refused: more than 1 % of its rows, or of its cost in a currency, would be left out."""
    total = item.rejected + sum(load.rows for load in item.loads.values())
    if item.rejected > _REFUSED_SHARE * total:
        share = f"{item.rejected:,} of {total:,} rows"
    elif heavy := [currency for currency, amount in lost.items() if amount > _REFUSED_SHARE * cost[currency]]:
        share = f"rows that hold {100 * lost[heavy[0]] / cost[heavy[0]]:.1f} % of the cost in {heavy[0] or 'no currency'}"
    else:
        return None
    reasons = Counter(row.reason for row in item.rejections)
    named = "; ".join(f"{reason} ({count:,} rows)" for reason, count in reasons.most_common(3))
    return f"Refused, because {share} cannot be taken and the limit is 1 %: {named}. The first is row {item.rejections[0].row_number}."


def _loads_of(item: _Item) -> list[FileLoad]:
    """What is recorded of a file: a load a source, or one without any when it has no rows."""
    return list(item.loads.values()) or [FileLoad(item.file.label, item.layout.version, item.digest)]


def _outcome(item: _Item, status: str, error: str | None = None) -> LoadedFile:
    loads = list(item.loads.values())
    return LoadedFile(
        item.file.label,
        status,
        item.layout.version,
        ", ".join(sorted({load.provider for load in loads if load.provider})) or None,
        tuple(sorted({month for load in loads for month in load.months})),
        0 if status == "failed" else sum(load.rows for load in loads),
        item.rejected,
        item.seconds,
        error,
        tuple(item.rejections),
    )


def _unchanged(found: list[BillFile], digests: dict[str, str], stored: list[Stored]) -> IngestResult:
    """The files as the same delivery left them."""
    shown = []
    for file in found:
        same = [load for load in stored if load.digest == digests[file.label]]
        providers = sorted({load.provider for load in same if load.provider})
        months = sorted({month for load in same for month in load.months})
        shown.append(
            LoadedFile(
                file.label,
                "unchanged",
                same[0].format if same else None,
                ", ".join(providers) or None,
                tuple(months),
                sum(load.rows for load in same),
                sum(load.rejected for load in same),
            )
        )
    return IngestResult(tuple(shown))


def _fail(database: Database, delivery: str, digests: dict[str, str], failures: list[LoadedFile], started_at: datetime) -> IngestResult:
    """Record what was refused; the other files of the delivery are failed with it."""
    by_path = {load.path: load for load in failures}
    loads = tuple(by_path.get(path) or LoadedFile(path, "failed", error=_OTHER_FAILED) for path in digests)
    with database.owner.begin() as connection:
        for load in loads:
            row = FileLoad(
                load.path, load.format, digests[load.path], provider=load.provider, months=set(load.billing_periods), rejected=load.rejected
            )
            records.write(connection, delivery, [row], "failed", started_at=started_at, finished_at=datetime.now(UTC), error=load.error)
            records.write_rejected(connection, row.id or 0, load.rejections)
    return IngestResult(loads)


def _add_up(totals: dict[int, dict[str, dict[str, Decimal]]]) -> dict[str, dict[str, Decimal]]:
    sums: dict[str, dict[str, Decimal]] = {}
    for load in totals.values():
        for currency, amounts in load.items():
            into = sums.setdefault(currency, {"billed": Decimal(0), "effective": Decimal(0)})
            for kind, amount in amounts.items():
                into[kind] += amount
    return sums
