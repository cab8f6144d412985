"""One delivery: files given together replace their (source, billing period) in one transaction, or nothing changes."""

import errno
import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg2
import psycopg2.errors
import sqlalchemy as sa

from db.engines import Database
from flows.loading import records
from flows.loading.bill import Bill, open_bill, stage
from flows.loading.records import FileLoad, Stored
from flows.loading.replace import Cost, lock_sources, put_in_place, totals_by_load
from flows.loading.result import IngestResult, LoadedFile
from flows.loading.staging import Staging
from flows.progress import Progress
from flows.sources import files
from flows.sources.files import BillFile
from flows.sources.finding import expand
from settings import Organisation, UserError

_CODE = "1"  # raise when the meaning of stored rows changes, so that the same files are loaded anew
_WORK_MEMORY = "256MB"  # of one sum; the sums of a month of hours fit
_OTHER_FAILED = "Nothing was changed, because another file of this delivery was refused. Mend or leave out that file and load again."
_LOST = "The database was lost during the load; nothing was changed. Load again when it is back."
_FULL = "The database's disk is full; nothing was changed. Free some space there and load again."


@dataclass(frozen=True)
class _Delivery:
    """What is loaded and where to. `digests` by the path as given; `digest` says whether it is the same as another."""

    database: Database
    organisation: Organisation
    source: str | None
    digests: dict[str, str]
    started_at: datetime

    @property
    def digest(self) -> str:
        """Over the contents of the files, wherever they lie, and over all that decides how they are stored."""
        rules = self.organisation.allocation.model_dump(mode="json")
        parts = [_CODE, self.source or "", json.dumps(rules, sort_keys=True), *sorted(set(self.digests.values()))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class _RefusedError(Exception):
    """Ends the transaction; carries what became of the files."""

    def __init__(self, loads: list[LoadedFile]) -> None:
        super().__init__("refused")
        self.loads = loads


class _UnchangedError(Exception):
    """Ends the transaction: another process has just loaded this very delivery."""


def ingest(
    paths: Sequence[str], database: Database, organisation: Organisation, *, source: str | None = None, progress: Progress | None = None
) -> IngestResult:
    """Load the files together as one delivery; raises `UserError` when a path cannot be read or the database is lost.

    Faults in files are results, and then nothing changes.
    """
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        try:
            found = expand(list(paths), Path(folder))
            digests = {file.label: files.digest(file) for file in found}
        except OSError as error:
            raise UserError(_unreadable(error)) from error
        try:
            return _deliver(_Delivery(database, organisation, source, digests, datetime.now(UTC)), found, progress)
        except (psycopg2.OperationalError, psycopg2.InterfaceError, sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            full = isinstance(getattr(error, "orig", error), psycopg2.errors.DiskFull)
            raise UserError(_FULL if full else _LOST) from error


def _unreadable(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk of {tempfile.gettempdir()} is full, where bills are fetched to. Free some space, or set TMPDIR to another folder."
    return f"{error.filename or 'A file'} cannot be read: {error.strerror or error}. Nothing was changed; check its permissions and load again."


def _deliver(delivery: _Delivery, found: list[BillFile], progress: Progress | None) -> IngestResult:
    with delivery.database.owner.connect() as connection:
        stored = records.standing(connection, delivery.digest)
    if stored:
        return _unchanged(delivery, stored)
    opened = [open_bill(file, delivery.digests[file.label]) for file in _distinct(found, delivery.digests)]
    failures = [bill for bill in opened if isinstance(bill, LoadedFile)]
    if failures:
        return _fail(delivery, failures)
    bills = [bill for bill in opened if isinstance(bill, Bill)]
    try:
        with delivery.database.owner.begin() as connection:
            return _load(connection, delivery, bills, progress)
    except _UnchangedError:
        with delivery.database.owner.connect() as connection:
            return _unchanged(delivery, records.standing(connection, delivery.digest))
    except _RefusedError as refused:
        return _fail(delivery, refused.loads)


def _distinct(found: list[BillFile], digests: dict[str, str]) -> list[BillFile]:
    """Each content once."""
    return list({digests[file.label]: file for file in reversed(found)}.values())[::-1]


def _load(connection: sa.Connection, delivery: _Delivery, bills: list[Bill], progress: Progress | None) -> IngestResult:
    connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
    connection.exec_driver_sql(f"SET LOCAL work_mem = '{_WORK_MEMORY}'")
    staging = Staging(connection)
    try:
        for bill in bills:
            stage(bill, staging, delivery.database, delivery.organisation.allocation, delivery.source, progress)
            if bill.refusal:
                raise _RefusedError([bill.outcome("failed", bill.refusal)])
        leaves = staging.finish()
    finally:
        staging.close()
    if not leaves:
        raise _RefusedError([bill.outcome("failed", "It holds a header and no rows: there is nothing to load.") for bill in bills])
    if progress:
        progress("Summing up and putting in place", 0, 0)
    lock_sources(connection, sorted({leaf.source_id for leaf in leaves}))
    if records.standing(connection, delivery.digest):
        raise _UnchangedError
    replaced = put_in_place(connection, leaves, delivery.started_at.date())
    totals = totals_by_load(connection, leaves)
    loads = [load for bill in bills for load in bill.records()]
    records.write(connection, delivery.digest, loads, "loaded", delivery.started_at, totals=totals, replaced=replaced)
    for bill in bills:
        records.write_rejected(connection, bill.records()[0].id or 0, bill.rejections)
    outcomes = {bill.digest: bill.outcome("loaded") for bill in bills}
    return IngestResult(
        _each_once(delivery, outcomes), tuple(replaced), _add_up(totals), tuple(load.id for load in loads if load.id is not None)
    )


def _each_once(delivery: _Delivery, outcomes: dict[str, LoadedFile]) -> tuple[LoadedFile, ...]:
    """An outcome a path; a path whose content another path had before is `unchanged` and adds nothing."""
    shown: dict[str, LoadedFile] = {}
    for path, digest in delivery.digests.items():
        first = next((other for other in shown if delivery.digests[other] == digest), None)
        if first is None:
            shown[path] = outcomes[digest]
        else:
            shown[path] = LoadedFile(path, "unchanged", outcomes[digest].format, error=f"The same content as {first}, which counts once.")
    return tuple(shown.values())


def _unchanged(delivery: _Delivery, stored: list[Stored]) -> IngestResult:
    """The files as the same delivery left them."""
    outcomes = {}
    for path, digest in delivery.digests.items():
        same = [load for load in stored if load.digest == digest]
        if digest in outcomes or not same:
            continue
        outcomes[digest] = LoadedFile(
            path=path,
            status="unchanged",
            format=same[0].format,
            provider=", ".join(sorted({load.provider for load in same if load.provider})) or None,
            billing_periods=tuple(sorted({month for load in same for month in load.months})),
            rows=sum(load.rows for load in same),
            rejected=sum(load.rejected for load in same),
        )
    return IngestResult(_each_once(delivery, outcomes))


def _fail(delivery: _Delivery, failures: list[LoadedFile]) -> IngestResult:
    """Record what was refused; the other files of the delivery are failed with it."""
    by_path = {load.path: load for load in failures}
    loads = tuple(by_path.get(path) or LoadedFile(path, "failed", error=_OTHER_FAILED) for path in delivery.digests)
    with delivery.database.owner.begin() as connection:
        for load in loads:
            row = FileLoad(load.path, load.format, delivery.digests[load.path], provider=load.provider, rejected=load.rejected)
            row.months.update(load.billing_periods)
            records.write(connection, delivery.digest, [row], "failed", delivery.started_at, error=load.error)
            records.write_rejected(connection, row.id or 0, load.rejections)
    return IngestResult(loads)


def _add_up(totals: dict[int, Cost]) -> Cost:
    sums: Cost = {}
    for load in totals.values():
        for currency, amounts in load.items():
            into = sums.setdefault(currency, dict.fromkeys(amounts, Decimal(0)))
            for kind, amount in amounts.items():
                into[kind] += amount
    return sums
