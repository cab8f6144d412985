"""What FOCUS puts beside charges, kept: invoice details, billing periods, contract commitments."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from db.tables import Base
from flows.ingest.formats.focus_datasets import BILLING_PERIOD, INVOICE_DETAIL, DatasetFile, Record, missing, records
from flows.ingest.loading.placing.identity import provider_key
from flows.ingest.loading.placing.standing import Part
from flows.ingest.loading.result import LoadedFile
from flows.ingest.roads import files
from flows.ingest.roads.pieces import BillFile, BrokenFileError, Head

_AT_ONCE = 1_000  # rows of a statement


@dataclass(frozen=True)
class DatasetBill:
    """A file of a delivery that holds a dataset instead of charges."""

    file: BillFile
    digest: str
    head: Head
    layout: DatasetFile

    @property
    def format(self) -> str:
        """As loads name it."""
        return f"FOCUS {self.layout.dataset.name}"


def keep(connection: sa.Connection, bill: DatasetBill) -> LoadedFile:
    """Store the rows of a file in place of those of the same keys; a file that cannot be read is passed over with the
    reason, as no cost hangs on it. Commit is the caller's.
    """
    if lacking := missing(bill.layout):
        return LoadedFile(
            bill.file.label,
            "skipped",
            bill.format,
            error=f"{bill.format} without the column{'s' if len(lacking) > 1 else ''} {', '.join(lacking)} says "
            "nothing; it was left out.",
        )
    try:
        rows = list(records(bill.layout, _rows(bill)))
    except (ValueError, BrokenFileError) as fault:
        return LoadedFile(bill.file.label, "skipped", bill.format, error=f"{bill.format} was left out: {fault}")
    changed = _store(connection, bill.layout, rows)
    return LoadedFile(
        bill.file.label, "loaded" if changed else "unchanged", bill.format, rows=len(rows), beside_charges=True
    )


def _rows(bill: DatasetBill) -> Iterator[Sequence[str | None]]:
    names = [str(position) for position in range(len(bill.head.columns))]
    for piece in files.read_pieces(bill.file, bill.head):
        yield from piece.frame.select(names).iter_rows()


def _store(connection: sa.Connection, layout: DatasetFile, rows: list[Record]) -> int:
    """How many rows are new or other than what stood."""
    dataset = layout.dataset
    table = Base.metadata.tables[f"finops.{dataset.table}"]
    by_key = {tuple(row[name] for name in dataset.key): _completed(layout, row) for row in rows}
    changed = _drop_what_is_gone(connection, by_key.values()) if dataset is INVOICE_DETAIL else 0
    ready = list(by_key.values())
    for begin in range(0, len(ready), _AT_ONCE):
        some = ready[begin : begin + _AT_ONCE]
        statement = insert(table).values(some)
        new: dict[str, Any] = {name: statement.excluded[name] for name in some[0] if name not in dataset.key}
        if dataset is BILLING_PERIOD:  # closed since it was first called so
            new["closed_since"] = sa.case(
                (statement.excluded.closed_since.is_(None), None),
                else_=sa.func.coalesce(table.c.closed_since, statement.excluded.closed_since),
            )
        differs = sa.or_(*(table.c[name].is_distinct_from(value) for name, value in new.items()))
        changed += connection.execute(
            statement.on_conflict_do_update(index_elements=list(dataset.key), set_=new, where=differs)
        ).rowcount
    return changed


def _completed(layout: DatasetFile, row: Record) -> dict[str, Any]:
    if layout.dataset is not BILLING_PERIOD:
        return dict(row)
    closed = str(row["status"]).casefold() == "closed"
    return {
        **row,
        "provider": provider_key(str(row["invoice_issuer"])),
        "closed_since": sa.func.now() if closed else sa.null(),
    }


def _drop_what_is_gone(connection: sa.Connection, rows: Iterable[dict[str, Any]]) -> int:
    """A file holds all details of its issuers' accounts and periods: those that it no longer names are taken away."""
    table = Base.metadata.tables["finops.invoice_details"]
    details: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        place = (row["invoice_issuer"], row["billing_account_id"], row["billing_period_start"])
        details.setdefault(place, []).append(row["invoice_detail_id"])
    return sum(
        connection.execute(
            sa.delete(table).where(
                table.c.invoice_issuer == issuer,
                table.c.billing_account_id == account,
                table.c.billing_period_start == start,
                table.c.invoice_detail_id.not_in(named),
            )
        ).rowcount
        for (issuer, account, start), named in details.items()
    )


def closed_periods(connection: sa.Connection, parts: Sequence[Part]) -> set[tuple[str, date]]:
    """Of the periods of parts, by provider and first day, those that stood as closed before this transaction; a
    delivery that closes a period brings its last figures itself.
    """
    starts: list[datetime] = sorted({part.start for part in parts})
    rows = connection.execute(
        sa.text(
            "SELECT provider, billing_period_start FROM finops.billing_periods "
            "WHERE billing_period_start = ANY(:starts) AND closed_since < now()"
        ),
        {"starts": starts},
    )
    return {(row.provider, row.billing_period_start.date()) for row in rows}
