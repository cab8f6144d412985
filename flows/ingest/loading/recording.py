"""What became of a delivery, written down with it."""

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from flows.ingest.loading import datasets, own_totals, recommendations, records
from flows.ingest.loading.datasets import DatasetBill
from flows.ingest.loading.given import GivenFiles
from flows.ingest.loading.outcomes import each_once
from flows.ingest.loading.placing.standing import costs_by_load
from flows.ingest.loading.placing.supersede import LeafChange, standing_after, total
from flows.ingest.loading.reading.bill import Bill
from flows.ingest.loading.recommendations import RecommendationBill
from flows.ingest.loading.records import FileLoad
from flows.ingest.loading.result import IngestResult, LoadedFile

_OTHER_FAILED = (
    "Nothing was changed, because another file of this delivery was refused. Mend or leave out that file "
    "and load again."
)


def keep(connection: sa.Connection, delivery: GivenFiles, bill: DatasetBill | RecommendationBill) -> LoadedFile:
    """Store a file that lies beside the charges, and record it under a delivery of its own: it replaces no charges."""
    kept = (
        datasets.keep(connection, bill)
        if isinstance(bill, DatasetBill)
        else recommendations.keep(connection, bill, delivery.started_at)
    )
    row = FileLoad(kept.path, kept.format, bill.digest, rows=kept.rows)
    records.write(connection, f"{delivery.digest} beside", [row], kept.status, delivery.started_at, error=kept.error)
    return kept


def record(
    connection: sa.Connection, delivery: GivenFiles, bills: list[Bill], changes: list[LeafChange]
) -> IngestResult:
    """Write down what became of each file, and say it."""
    labels = {load.id: bill.file.label for bill in bills for load in bill.records()}
    for bill in bills:
        bill.leave_out(changes, labels)
    for bill, sentence in own_totals.differences(bills, changes):
        bill.note = " ".join(filter(None, (bill.note, sentence)))
    totals = {
        load: total(costs) for load, costs in costs_by_load(part for change in changes for part in change.parts).items()
    }
    replaced = [item for change in changes if (item := change.replaced)]
    loads = [load for bill in bills for load in bill.records()]
    records.write(connection, delivery.digest, loads, "loaded", delivery.started_at, totals=totals, replaced=replaced)
    for bill in bills:
        records.write_rejected(connection, bill.records()[0].id or 0, bill.rejections)
    outcomes = {bill.digest: replace(bill.loaded(changes), own=own_totals.as_json(bill)) for bill in bills}
    _audit(connection, delivery, loads)
    return IngestResult(
        each_once(delivery.digests, outcomes, delivery.loaded),
        tuple(replaced),
        total(list(totals.values())),
        tuple(load.id for load in loads if load.id is not None),
        standing_after(changes),
    )


def _audit(connection: sa.Connection, delivery: GivenFiles, loads: list[FileLoad]) -> None:
    """That bills were loaded, by whom and which: with the load, or not at all."""
    periods = sorted({month for load in loads for month in load.months})
    details = {
        "files": sorted({load.path for load in loads}),
        "billing_periods": periods,
        "rows": sum(load.rows for load in loads),
        "rejected": sum(load.rejected for load in loads),
        "delivery": delivery.digest,
    }
    with Session(connection) as session:
        audit.append(session, delivery.actor, "bills.loaded", delivery.source or "bills", details)
        session.commit()


def fail(delivery: GivenFiles, failures: list[LoadedFile]) -> IngestResult:
    """Record what was refused; the other files of the delivery fail with it, or wait with what is held."""
    by_path = {load.path: load for load in failures}
    held = next((load.error for load in failures if load.status == "held"), None)
    status, why = ("held", held) if held else ("failed", _OTHER_FAILED)
    loads = tuple(by_path.get(path) or LoadedFile(path, status, error=why) for path in delivery.digests)
    with delivery.database.owner.begin() as connection:
        for load in loads:
            row = FileLoad(
                load.path, load.format, delivery.digests[load.path], provider=load.provider, rejected=load.rejected
            )
            row.months.update(load.billing_periods)
            records.write(connection, delivery.digest, [row], load.status, delivery.started_at, error=load.error)
            records.write_rejected(connection, row.id or 0, load.rejections)
    return IngestResult(loads, digest=delivery.digest)
