"""One file of a delivery on its way into staging: read, checked, copied, or refused with the reason."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.loading import records
from flows.loading.records import FileLoad, Rejected
from flows.loading.result import LoadedFile
from flows.loading.staging import CopyRefusedError, Staging, by_leaf
from flows.sources import files, focus
from flows.sources.detect import Focus, NotFocus, detect
from flows.sources.files import BillFile, BrokenFileError, Head, Unreadable

if TYPE_CHECKING:
    import polars as pl

    from db.engines import Database
    from flows.progress import Progress
    from settings import Allocation

_REFUSED_SHARE = 0.01  # of the rows or of the cost
_REJECTED_KEPT = 10_000  # rejected rows kept a file; all are counted


@dataclass
class Bill:
    """A FOCUS file; `loads` by source name fills while it is staged, `refusal` is set when nothing of it may be taken."""

    file: BillFile
    digest: str
    head: Head
    layout: Focus
    loads: dict[str, FileLoad] = field(default_factory=dict)
    rejected: int = 0
    rejections: list[Rejected] = field(default_factory=list)
    seconds: float = 0.0
    refusal: str | None = None

    def records(self) -> list[FileLoad]:
        """What is recorded of the file: a load a source, or one without any when it has no rows."""
        return list(self.loads.values()) or [FileLoad(self.file.label, self.layout.version, self.digest)]

    def outcome(self, status: str, error: str | None = None) -> LoadedFile:
        """What became of the file."""
        loads = self.loads.values()
        return LoadedFile(
            path=self.file.label,
            status=status,
            format=self.layout.version,
            provider=", ".join(sorted({load.provider for load in loads if load.provider})) or None,
            billing_periods=tuple(sorted({month for load in loads for month in load.months})),
            rows=0 if status == "failed" else sum(load.rows for load in loads),
            rejected=self.rejected,
            seconds=self.seconds,
            error=error,
            rejections=tuple(self.rejections),
        )


def open_bill(file: BillFile, digest: str) -> Bill | LoadedFile:
    """The file with its format, or what is wrong with it."""
    head = files.read_head(file)
    if isinstance(head, Unreadable):
        return LoadedFile(file.label, "failed", error=head.reason)
    layout = detect(head.columns)
    if isinstance(layout, NotFocus):
        return LoadedFile(file.label, "failed", layout.format, error=layout.reason)
    return Bill(file, digest, head, layout)


def stage(
    bill: Bill, staging: Staging, database: "Database", allocation: "Allocation", source: str | None, progress: "Progress | None"
) -> None:
    """Copy a file's good rows into leaves and keep the others; sets the reason when the file must be refused."""
    began = time.monotonic()
    reader = focus.Reader(bill.layout, allocation)
    cost: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    try:
        for piece in files.read_pieces(bill.file, bill.head):
            checked = reader.check(piece)
            _add(cost, checked.cost)
            _add(lost, checked.rejected_cost)
            _keep(bill, checked.rejected)
            for name, month, rows in by_leaf(checked.rows, focus.SOURCE, focus.MONTH):
                load = _load_of(bill, source or name, rows, database)
                load.months.add(month)
                load.rows += rows.height
                staging.add(load.source_id or 0, month, load.id or 0, rows)
            if progress:
                progress(f"Loading {bill.file.path.name}", int(piece.share * bill.file.size), bill.file.size)
        staging.wait()
        bill.refusal = _refusal(bill, cost, lost)
    except BrokenFileError as broken:
        bill.refusal = str(broken)
    except CopyRefusedError as refused:
        bill.refusal = f"Postgres refuses a row of it: {refused}. Mend that row and load again."
    bill.seconds = time.monotonic() - began


def _add(sums: "Counter[str]", more: dict[str, float]) -> None:
    for currency, amount in more.items():
        sums[currency] += amount  # type: ignore[assignment]  # a Counter adds floats too


def _keep(bill: Bill, rejected: "pl.DataFrame") -> None:
    bill.rejected += rejected.height
    bill.rejections += [Rejected(*row) for row in rejected.head(_REJECTED_KEPT - len(bill.rejections)).iter_rows()]


def _load_of(bill: Bill, source: str, rows: "pl.DataFrame", database: "Database") -> FileLoad:
    """The file's load of a source, with its ids."""
    if source not in bill.loads:
        source_id, load_id = records.open_load(database, source)
        provider = rows.get_column("provider_name")[0]
        bill.loads[source] = FileLoad(bill.file.label, bill.layout.version, bill.digest, source_id, provider, id=load_id)
    return bill.loads[source]


def _refusal(bill: Bill, cost: "Counter[str]", lost: "Counter[str]") -> str | None:
    """Why a file is refused: more than 1 % of its rows, or of its cost in a currency, would be left out."""
    main = max(cost, key=lambda currency: cost[currency], default="")
    for sums in (cost, lost):  # what has no currency counts with the file's main one
        sums[main] += sums.pop("", 0) if main else 0
    total = bill.rejected + sum(load.rows for load in bill.loads.values())
    heavy = [currency for currency, amount in lost.items() if currency and amount > _REFUSED_SHARE * cost[currency]]
    if bill.rejected > _REFUSED_SHARE * total:
        share = f"{bill.rejected:,} of {total:,} rows"
    elif heavy:
        share = f"rows that hold {100 * lost[heavy[0]] / cost[heavy[0]]:.1f} % of the cost in {heavy[0]}"
    else:
        return None
    reasons = Counter(row.reason for row in bill.rejections)
    named = "; ".join(f"{reason} ({count:,} rows)" for reason, count in reasons.most_common(3))
    return f"Refused, because {share} cannot be taken and the limit is 1 %: {named}. The first is row {bill.rejections[0].row_number}."
