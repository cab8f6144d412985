"""One file of a delivery on its way into the lake: read, checked, written, or refused with the reason."""

import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flows.ingest.formats import focus, recommendations
from flows.ingest.formats.advice import advice
from flows.ingest.formats.checks import VALUE_SHOWN
from flows.ingest.formats.detect import Focus, NotFocus, detect
from flows.ingest.formats.focus_datasets import DatasetFile
from flows.ingest.formats.known import recognise
from flows.ingest.formats.native import Native, NotTaken, Sums
from flows.ingest.loading import records
from flows.ingest.loading.datasets import DatasetBill
from flows.ingest.loading.placing.copies import File
from flows.ingest.loading.placing.identity import Accounts
from flows.ingest.loading.placing.replace import cost_to_json
from flows.ingest.loading.placing.staging import by_leaf
from flows.ingest.loading.placing.standing import Part, cost_of
from flows.ingest.loading.placing.supersede import LeafChange
from flows.ingest.loading.reading.ahead import ahead, behind
from flows.ingest.loading.reading.line_items import Maps, typed
from flows.ingest.loading.recommendations import RecommendationBill
from flows.ingest.loading.records import FileLoad, Rejected
from flows.ingest.loading.result import LoadedFile
from flows.ingest.roads import files
from flows.ingest.roads.pieces import BillFile, BrokenFileError, Head, Piece, UnreadableFile

if TYPE_CHECKING:
    import polars as pl

    from config.sections.bills import Allocation
    from db.database import Database
    from flows.progress import Progress
    from lake.writer import Writer

_NOT_UTF8 = (
    "Some texts are not UTF-8; they were read as Windows-1252. Where names look wrong, save the file as UTF-8 and load "
    "it again."
)
_REFUSED_SHARE = 0.01  # of the rows or of the cost
_REJECTED_KEPT = 10_000  # rejected rows kept a file; all are counted


@dataclass
class Bill:
    """A file of charges, FOCUS or what `native` makes FOCUS of; `loads` by source name and `own`, the sums of its own
    cost column, fill while it is staged, `refusal` is set when nothing of it may be taken.
    """

    file: BillFile
    digest: str
    head: Head
    layout: Focus
    native: Native | None = None
    own: Sums = field(default_factory=dict)
    loads: dict[str, FileLoad] = field(default_factory=dict)
    rejected: int = 0
    rejections: list[Rejected] = field(default_factory=list)
    seconds: float = 0.0
    refusal: str | None = None
    note: str | None = None  # what was kept as it could not be read, told with the load

    @property
    def format(self) -> str:
        """The file's format by its name and version."""
        return self.native.format if self.native else self.layout.version

    def records(self) -> list[FileLoad]:
        """What is recorded of the file: a load per source, or one without any when it has no rows."""
        return list(self.loads.values()) or [FileLoad(self.file.label, self.format, self.digest)]

    def outcome(self, status: str, error: str | None = None) -> LoadedFile:
        """What became of the file."""
        loads = self.loads.values()
        return LoadedFile(
            path=self.file.label,
            status=status,
            format=self.format,
            provider=", ".join(sorted({load.provider for load in loads if load.provider})) or None,
            billing_periods=tuple(sorted({month for load in loads for month in load.months})),
            rows=0 if status in ("failed", "held", "skipped") else sum(load.rows for load in loads),
            rejected=self.rejected,
            seconds=self.seconds,
            error=error,
            note=self.note,
            rejections=tuple(self.rejections),
        )

    def leave_out(self, changes: Sequence[LeafChange], labels: Mapping[int | None, str]) -> None:
        """Take the rows that another file holds too off the count, and say so."""
        for change in changes:
            for dropped in change.dropped:
                for load in self.loads.values():
                    if load.id == dropped.load:
                        load.rows -= dropped.rows
                        self.note = (
                            f"{dropped.rows:,} rows of {change.leaf.month} were left out: "
                            f"{labels.get(dropped.kept_load)} holds the same charges and is newer or finer."
                        )

    def loaded(self, changes: Sequence[LeafChange]) -> LoadedFile:
        """The outcome of a file that was taken, with what stands of it now and what stood before."""
        ids = {load.id for load in self.loads.values()}
        mine = [change for change in changes if change.leaf.loads & ids]
        if self.note and self.loads and not any(load.rows for load in self.loads.values()):
            return self.outcome("skipped", self.note)
        brought: dict[str, list[Part]] = {}
        stood: dict[str, list[Part]] = {}
        for change in mine:  # one per billing account and month
            brought.setdefault(change.leaf.month, []).extend(part for part in change.parts if part.load in ids)
            if change.before:
                stood.setdefault(change.leaf.month, []).extend(change.before)
        return replace(
            self.outcome("loaded"),
            totals={month: cost_to_json(cost_of(parts)) for month, parts in brought.items()},
            before={month: cost_to_json(cost_of(parts)) for month, parts in stood.items()},
        )


def open_bill(file: BillFile, digest: str) -> Bill | DatasetBill | RecommendationBill | LoadedFile:
    """The file with its format, or what is wrong with it."""
    head = files.read_head(file)
    if isinstance(head, UnreadableFile):
        return LoadedFile(file.label, "skipped" if head.empty else "failed", error=head.reason)
    if (advice := recommendations.recognise(head.columns)) is not None:
        return RecommendationBill(file, digest, head, advice)
    native = recognise(head.columns)
    if isinstance(native, NotTaken):
        return LoadedFile(file.label, "failed", native.format, error=native.reason)
    layout = detect(native.names if native else head.columns)
    if isinstance(layout, DatasetFile):
        return DatasetBill(file, digest, head, layout)
    if isinstance(layout, NotFocus):
        return LoadedFile(file.label, "failed", layout.format, error=layout.reason)
    return Bill(file, digest, head, layout, native)


def files_of(bills: Sequence[Bill]) -> dict[int, File]:
    """The files by the ids of their loads."""
    return {
        load.id: File(bill.file.label, bill.file.path.stat().st_mtime)
        for bill in bills
        for load in bill.records()
        if load.id is not None
    }


def stage(
    bill: Bill,
    writer: "Writer",
    database: "Database",
    allocation: "Allocation",
    accounts: Accounts,
    progress: "Progress | None",
) -> None:
    """Write a file's good rows as line items that nobody sees yet and keep the others; sets the reason when the file
    must be refused.
    """
    began = time.monotonic()
    reader, maps = focus.Reader(bill.layout, allocation), Maps()
    cost: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    mended = False
    try:
        with behind() as write:
            for piece in ahead(focus_pieces(bill)):
                mended |= piece.mended
                checked = reader.check(piece)
                _add(cost, checked.cost)
                _add(lost, checked.rejected_cost)
                _keep(bill, checked.rejected)
                for name, month, rows in by_leaf(_with_sources(checked.rows, accounts), focus.SOURCE, focus.MONTH):
                    load = _load_of(bill, name, rows, database)
                    load.months.add(month)
                    load.rows += rows.height
                    write(_write, writer, load, month, rows, maps)
                if progress:
                    progress(f"Loading {bill.file.path.name}", int(piece.share * bill.file.size), bill.file.size)
        bill.refusal = _refusal(bill, cost, lost)
        notes = [bill.native.note] if bill.native and bill.native.note else []
        if reader.unreadable_tags:
            notes.append(
                f"The tags of some rows could not be read ({reader.unreadable_tags:,} different texts); they are kept "
                "as text."
            )
        if mended:
            notes.append(_NOT_UTF8)
        bill.note = " ".join(notes) or None
    except BrokenFileError as broken:
        bill.refusal = str(broken)
    bill.seconds = time.monotonic() - began


def _write(writer: "Writer", load: FileLoad, month: str, rows: "pl.DataFrame", maps: Maps) -> None:
    writer.add(load.source_id or 0, month, load.id or 0, typed(rows, maps))


def focus_pieces(bill: Bill) -> Generator[Piece]:
    """The file's pieces as FOCUS, while its own sums are taken."""
    rows = 0
    for piece in files.read_pieces(bill.file, bill.head):
        if bill.native is None:
            yield piece
            continue
        for key, amount in bill.native.sums(piece.frame).items():
            bill.own[key] = bill.own.get(key, 0.0) + amount
        yield replace(piece, frame=bill.native.mapped(piece.frame, rows))
        rows += piece.frame.height


def _with_sources(rows: "pl.DataFrame", accounts: Accounts) -> "pl.DataFrame":
    """The rows with the name of their source in place of provider and account."""
    import polars as pl

    keys = rows.group_by(focus.SOURCE, "billing_account_id", maintain_order=True).len()
    names = [accounts.source_of(provider, account, count) for provider, account, count in keys.iter_rows()]
    lookup = keys.drop("len").with_columns(pl.Series("|name", names, dtype=pl.String))
    named = rows.join(lookup, on=[focus.SOURCE, "billing_account_id"], how="left", maintain_order="left")
    return named.drop(focus.SOURCE).rename({"|name": focus.SOURCE})


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
        bill.loads[source] = FileLoad(bill.file.label, bill.format, bill.digest, source_id, provider, id=load_id)
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
    reasons = Counter(row.reason.split(VALUE_SHOWN)[0] for row in bill.rejections)
    first = bill.rejections[0]
    reason, _, value = first.reason.partition(VALUE_SHOWN)
    others = "; ".join(
        f"{other} ({count:,} row{'s' if count > 1 else ''})"
        for other, count in reasons.most_common(4)
        if other != reason
    )
    what = advice(reason, value.removesuffix("”"))
    return (
        f"Refused, because {share} cannot be taken and the limit is 1 %. Row {first.row_number:,}: {first.reason}"
        f"{f' (so are {reasons[reason] - 1:,} more rows)' if reasons[reason] > 1 else ''}."
        f"{f' Others: {others}.' if others else ''}{f' {what}' if what else ''}"
    )
