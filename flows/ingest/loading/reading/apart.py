"""A file of a delivery that is read and written by another process than the one that puts it in place."""

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import UserError
from flows.ingest.formats import azure_costs
from flows.ingest.formats.native import Sums
from flows.ingest.loading.placing.identity import Accounts
from flows.ingest.loading.placing.lake_files import written_or_nothing
from flows.ingest.loading.reading.bill import Bill, open_bill, stage
from flows.ingest.loading.records import FileLoad, Rejected
from flows.ingest.roads import files
from flows.ingest.roads.finding import expand
from flows.ingest.roads.pieces import BillFile
from lake.catalogue import LakeFile

if TYPE_CHECKING:
    from config.organisation import Organisation
    from db.database import Database
    from lake.writer import Writer


@dataclass(frozen=True)
class StagedFile:
    """What another process has made of a file: what a `Bill` holds when it is staged, its files of the lake, and whose
    rows they are.
    """

    loads: dict[str, FileLoad]
    own: Sums
    rejected: int
    rejections: list[Rejected]
    seconds: float
    refusal: str | None
    note: str | None
    files: list[LakeFile]
    providers: dict[str, Counter[str]]


# Stages files of a source, by their digests, or says what was in the way; who asks stages those that it leaves out.
Stager = Callable[[Sequence[Bill], str], Mapping[str, StagedFile | BaseException]]


def can_go_apart(bill: Bill) -> bool:
    """Whether a file is read without looking at others: how Azure's exports are read depends on what is beside them."""
    return not azure_costs.is_azure(bill.native)


def stage_apart(
    file: BillFile, digest: str, source: str, database: "Database", organisation: "Organisation"
) -> StagedFile:
    """Read, check and write one file of a source; what is written nobody sees until the delivery is put in place.

    A file that is not on this machine is fetched by its address. Raises `UserError` where it cannot be, or is another
    by now.
    """
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        bill = open_bill(_here(file, digest, Path(folder)), digest)
        if not isinstance(bill, Bill):
            raise UserError(f"{file.label} has changed while it was read; nothing was changed. Load again.")
        accounts = Accounts(source, {})
        with written_or_nothing(database) as writer:
            stage(bill, writer, database, organisation.allocation, accounts, None)
            writer.flush()
    return StagedFile(
        bill.loads,
        bill.own,
        bill.rejected,
        bill.rejections,
        bill.seconds,
        bill.refusal,
        bill.note,
        writer.files,
        accounts.providers,
    )


def take_all(
    stager: Stager, bills: Sequence[Bill], source: str, writer: "Writer", accounts: Accounts
) -> Collection[str]:
    """Have files staged elsewhere, and let them be as if they had been here: the digests of those that were. What was
    in the way of one is raised when all are known, so that every file that was written is.
    """
    apart = stager(bills, source)
    for bill in bills:
        if isinstance(staged := apart.get(bill.digest), StagedFile):
            _take(staged, bill, writer, accounts)
    for problem in apart.values():
        if isinstance(problem, BaseException):
            raise problem
    return apart


def _take(staged: StagedFile, bill: Bill, writer: "Writer", accounts: Accounts) -> None:
    bill.loads, bill.own = staged.loads, staged.own
    bill.rejected, bill.rejections = staged.rejected, staged.rejections
    bill.seconds, bill.refusal, bill.note = staged.seconds, staged.refusal, staged.note
    for account, counts in staged.providers.items():
        accounts.providers.setdefault(account, Counter()).update(counts)
    writer.files += staged.files


def _here(file: BillFile, digest: str, folder: Path) -> BillFile:
    if file.path.is_file():
        return file
    found = expand([file.label], folder).files
    if len(found) != 1 or files.digest(found[0]) != digest:
        raise UserError(
            f"{file.label} cannot be read by a worker of FINOPS_INGEST_TASK_RUNNER; nothing was changed. Let all "
            "workers see the same folders, or load from a bucket."
        )
    return found[0]
