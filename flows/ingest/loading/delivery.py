"""One delivery: files given together replace their (source, billing period) in one transaction, or nothing changes."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg2.errors
import sqlalchemy as sa

from config.errors import UserError
from config.organisation import Organisation
from db.database import Database
from flows.ingest.loading import fetched_objects, records
from flows.ingest.loading.datasets import DatasetBill
from flows.ingest.loading.given import GivenFiles
from flows.ingest.loading.outcomes import unchanged
from flows.ingest.loading.placing import lake_files, lake_fill
from flows.ingest.loading.placing.copies import OverlapError
from flows.ingest.loading.placing.identity import Accounts, read_accounts
from flows.ingest.loading.placing.replace import lock_sources, put_in_place
from flows.ingest.loading.placing.staging import Leaf, leaves_of
from flows.ingest.loading.placing.standing import write
from flows.ingest.loading.placing.supersede import (
    Choices,
    HeldError,
    OtherSourceError,
    prepare,
)
from flows.ingest.loading.reading.apart import Stager, take_all
from flows.ingest.loading.reading.azure_pairs import joined
from flows.ingest.loading.reading.bill import Bill, files_of, open_bill, stage
from flows.ingest.loading.recommendations import RecommendationBill
from flows.ingest.loading.recording import fail, keep, record
from flows.ingest.loading.records import StoredFile
from flows.ingest.loading.result import IngestResult, LoadedFile
from flows.ingest.roads import files
from flows.ingest.roads.finding import FoundFiles, fetched, find, holds, unreadable
from flows.ingest.roads.pieces import BillFile
from flows.progress import Progress
from lake.writer import Writer

_WORK_MEMORY = "64MB"  # of one join of resources
_LOST = "The database was lost during the load; nothing was changed. Load again when it is back."
_FULL = "The database's disk is full; nothing was changed. Free some space there and load again."


class _RefusedError(Exception):
    """Ends the transaction; carries what became of the files."""

    def __init__(self, loads: list[LoadedFile]) -> None:
        super().__init__("refused")
        self.loads = loads


class _UnchangedError(Exception):
    """Ends the transaction: another process has just loaded this very delivery."""


def ingest(
    paths: Sequence[str],
    database: Database,
    organisation: Organisation,
    *,
    source: str | None = None,
    take_over: bool = False,
    accept_shrink: bool = False,
    accept: str | None = None,
    progress: Progress | None = None,
    found: FoundFiles | None = None,
    actor: str = "system",
    stager: Stager | None = None,
) -> IngestResult:
    """Load the files together as one delivery; raises `UserError` when a path cannot be read or the database is lost.

    Faults in files are results, and then nothing changes. Without a `source` it is the one of finops.yaml whose paths
    these are, else the one under which the billing account stands, else one of the account's own. `accept` is the
    digest of a delivery that was held and is taken as it is, while its files are the same. `found` are those of the
    files at the paths that are meant, all of them without it. The audit log names the `actor`. A `stager` reads the
    files of a named source elsewhere.
    """
    named = next(
        (one for one in organisation.sources if one.name == source or (source is None and holds(one, paths))), None
    )
    now = datetime.now(UTC)
    choices = Choices(
        take_over,
        accept_shrink,
        append=named is not None and named.mode == "append",
        holding=organisation.holding,
        today=now.date(),
    )
    source = source or (named.name if named else None)
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        try:
            found = found or find(list(paths), Path(folder))
            delivery = GivenFiles(database, organisation, source, {}, now, choices, actor=actor)
            if result := _unchanged_since_fetched(delivery, found):
                return _with_passed(result, found)
            expanded = fetched(found, Path(folder))
            digests = {file.label: files.digest(file) for file in expanded.files}
            fetched_objects.remember(database, found.files, expanded.files, digests)
        except OSError as error:
            raise UserError(unreadable(error)) from error
        except lake_files.LOST as error:
            raise _lost(error) from error
        try:
            delivery = replace(delivery, digests=digests)
            if accept is not None and accept == delivery.digest:
                delivery = replace(delivery, choices=replace(choices, accept_shrink=True))
            return _with_passed(_deliver(delivery, list(expanded.files), progress, stager), expanded)
        except lake_files.LOST as error:
            raise _lost(error) from error


def _lost(error: Exception) -> UserError:
    full = isinstance(getattr(error, "orig", error), psycopg2.errors.DiskFull)
    return UserError(_FULL if full else _LOST)


def _with_passed(result: IngestResult, found: FoundFiles) -> IngestResult:
    passed = (LoadedFile(one.label, "skipped", error=f"Passed over: {one.reason}.") for one in found.skipped)
    return replace(result, loads=(*result.loads, *passed))


def _unchanged_since_fetched(delivery: GivenFiles, found: FoundFiles) -> IngestResult | None:
    """What is said of objects that were all fetched before, are the same and stand: they are not fetched again."""
    digests = fetched_objects.digests(delivery.database, found.files)
    if not digests:
        return None
    with delivery.database.owner.connect() as connection:
        stored = _stands(connection, replace(delivery, digests=digests))
    return unchanged(digests, stored) if stored else None


def _deliver(
    delivery: GivenFiles, bill_files: list[BillFile], progress: Progress | None, stager: Stager | None
) -> IngestResult:
    lake_fill.fill(delivery.database)  # what an older release left in the database has to be in the lake first
    with delivery.database.owner.connect() as connection:
        stored = _stands(connection, delivery)
    if stored:
        return unchanged(delivery.digests, stored)
    opened = [open_bill(file, delivery.digests[file.label]) for file in _distinct(bill_files, delivery.digests)]
    bills = [bill for bill in opened if isinstance(bill, Bill)]
    beside = [bill for bill in opened if isinstance(bill, DatasetBill | RecommendationBill)]
    others = [load for load in opened if isinstance(load, LoadedFile)]
    failures = [load for load in others if load.status == "failed" or not (bills or beside)]
    if failures:
        return fail(delivery, [replace(load, status="failed") for load in failures])
    delivery = delivery.without({*(load.path for load in others), *(bill.file.label for bill in beside)})
    try:
        bills = joined(bills)
        with lake_files.written_or_nothing(delivery.database) as writer:
            staged = _stage(delivery, writer, bills, progress, stager) if bills else None
            with delivery.database.owner.begin() as connection:
                dataset_loads = [keep(connection, delivery, bill) for bill in beside]
                result = _load(connection, delivery, writer, staged, bills, progress) if staged else IngestResult(())
        return replace(result, loads=(*result.loads, *dataset_loads, *others))
    except _UnchangedError:
        with delivery.database.owner.connect() as connection:
            return unchanged(delivery.digests, records.standing(connection, delivery.digest))
    except _RefusedError as refused:
        return fail(delivery, refused.loads)


def _distinct(bill_files: list[BillFile], digests: dict[str, str]) -> list[BillFile]:
    """Each content once."""
    return list({digests[file.label]: file for file in reversed(bill_files)}.values())[::-1]


@dataclass(frozen=True)
class _Staged:
    """What was written of a delivery, and whose it is."""

    leaves: tuple[Leaf, ...]
    accounts: Accounts


def _load(
    connection: sa.Connection,
    delivery: GivenFiles,
    writer: Writer,
    staged: _Staged,
    bills: list[Bill],
    progress: Progress | None,
) -> IngestResult:
    connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
    connection.exec_driver_sql(f"SET LOCAL work_mem = '{_WORK_MEMORY}'")
    if progress:
        progress("Summing up and putting in place", 0, 0)
    leaves, accounts = staged.leaves, staged.accounts
    lock_sources(connection, sorted({leaf.source_id for leaf in leaves}))
    if _stands(connection, delivery):
        raise _UnchangedError
    try:
        choices, given = delivery.choices, {bill.file.label: bill.digest for bill in bills}
        changes = [
            prepare(
                connection,
                writer,
                leaf,
                files_of(bills),
                accounts,
                choices,
                records.of_files(connection, leaf.source_id, given) if choices.append else (),
            )
            for leaf in leaves
        ]
    except HeldError as held:
        raise _RefusedError([bill.outcome("held", str(held)) for bill in bills]) from held
    except (OverlapError, OtherSourceError) as refused:
        raise _RefusedError([bill.outcome("failed", str(refused)) for bill in bills]) from refused
    put_in_place(connection, writer.place, [change.leaf for change in changes], delivery.started_at.date())
    providers = {account: accounts.provider_of(account) for account in accounts.providers}
    for change in changes:
        write(connection, change.leaf, change.parts, providers)
    return record(connection, delivery, bills, changes)


def _stands(connection: sa.Connection, delivery: GivenFiles) -> list[StoredFile]:
    """The files of this very delivery where it stands whole, with its line items, and nobody takes it over."""
    if delivery.choices.take_over:
        return []
    stored = records.standing(connection, delivery.digest)
    return stored if stored and lake_files.are_whole(connection, delivery.database, delivery.digest) else []


def _stage(
    delivery: GivenFiles, writer: Writer, bills: list[Bill], progress: Progress | None, stager: Stager | None
) -> _Staged:
    """The rows of all files as line items; raises when a file is refused or all are empty."""
    with delivery.database.owner.connect() as connection:
        accounts = read_accounts(connection, delivery.source)
    # Files of a source that nobody named get theirs by who is billed, for which all have to be known together.
    apart = take_all(stager, bills, delivery.source, writer, accounts) if stager and delivery.source else ()
    for bill in bills:
        if bill.digest not in apart:
            stage(bill, writer, delivery.database, delivery.organisation.allocation, accounts, progress)
        if bill.refusal:
            raise _RefusedError([bill.outcome("failed", bill.refusal)])
    leaves = leaves_of(writer)
    if not leaves:
        raise _RefusedError(
            [bill.outcome("failed", "It holds a header and no rows: there is nothing to load.") for bill in bills]
        )
    return _Staged(leaves, accounts)
