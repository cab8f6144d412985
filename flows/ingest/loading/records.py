"""What is known of deliveries: sources, loads, rejected rows, and whether a delivery stands unchanged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from db.tables import Load, RejectedRow, Source
from flows.ingest.loading.placing.replace import Replaced, cost_to_json
from flows.ingest.loading.placing.standing import Cost

if TYPE_CHECKING:
    from db.database import Database


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken; content is a JSON object of its fields."""

    row_number: int
    reason: str
    content: str


@dataclass
class FileLoad:
    """One file of a delivery and what became of it, for one source; a file of several sources has several."""

    path: str
    format: str | None
    digest: str | None
    source_id: int | None = None
    provider: str | None = None
    months: set[str] = field(default_factory=set)
    rows: int = 0
    rejected: int = 0
    id: int | None = None


@dataclass(frozen=True)
class StoredFile:
    """A file as an earlier delivery left it."""

    digest: str
    format: str | None
    provider: str | None
    months: tuple[str, ...]
    rows: int
    rejected: int


def open_load(database: "Database", source: str) -> tuple[int, int]:
    """The id of a source, made when it is new, and an id for a load that will
    be written at the end; in a transaction of its own.
    """
    with database.owner.begin() as connection:
        connection.execute(insert(Source).values(name=source).on_conflict_do_nothing())
        source_id = connection.execute(sa.select(Source.id).where(Source.name == source)).scalar_one()
        load_id = connection.execute(
            sa.text("SELECT nextval(pg_get_serial_sequence('finops.loads', 'id'))")
        ).scalar_one()
    return source_id, load_id


def standing(connection: sa.Connection, delivery: str) -> list[StoredFile]:
    """The loads of this delivery if nothing newer replaced any of its (source, month), else nothing."""
    rows = connection.execute(
        sa.select(Load).where(Load.delivery == delivery, Load.status == "loaded").order_by(Load.id)
    ).all()
    newest = sa.text(
        "SELECT delivery FROM finops.loads WHERE status = 'loaded' AND source_id = :source "
        "AND billing_periods ? :month ORDER BY finished_at DESC, id DESC LIMIT 1"
    )
    pairs = {(row.source_id, month) for row in rows for month in row.billing_periods}
    for source, month in pairs:
        if connection.scalar(newest, {"source": source, "month": month}) != delivery:
            return []
    last = {(row.file_digest, row.source_id): row for row in rows}
    return [
        StoredFile(row.file_digest or "", row.format, row.provider, tuple(row.billing_periods), row.rows, row.rejected)
        for row in last.values()
    ]


def write(
    connection: sa.Connection,
    delivery: str,
    loads: Sequence[FileLoad],
    status: str,
    started_at: datetime,
    *,
    error: str | None = None,
    totals: Mapping[int, Cost] | None = None,
    replaced: Sequence[Replaced] = (),
) -> None:
    """Insert one row per load, with its reserved id if it has one. `totals` is keyed by load id; `replaced` goes to the
    loads of the same source and month.
    """
    for load in loads:
        before = [item.to_json() for item in replaced if item.source_id == load.source_id and item.month in load.months]
        values = {
            "source_id": load.source_id,
            "delivery": delivery,
            "path": load.path,
            "format": load.format,
            "provider": load.provider,
            "file_digest": load.digest,
            "billing_periods": sorted(load.months),
            "rows": load.rows,
            "rejected": load.rejected,
            "totals": cost_to_json((totals or {}).get(load.id or 0, {})),
            "replaced": {"periods": before} if before else {},
            "status": status,
            "error": error,
            "started_at": started_at,
            "finished_at": datetime.now(UTC),
        }
        if load.id is not None:
            values["id"] = load.id
        load.id = connection.execute(insert(Load).values(values).returning(Load.id)).scalar_one()


def write_rejected(connection: sa.Connection, load_id: int, rows: Sequence[Rejected]) -> None:
    """Keep rejected rows under a load."""
    if rows:
        connection.execute(
            insert(RejectedRow),
            [
                {
                    "load_id": load_id,
                    "row_number": row.row_number,
                    "reason": row.reason,
                    "content": json.loads(row.content),
                }
                for row in rows
            ],
        )


def of_files(connection: sa.Connection, source_id: int, digests: Mapping[str, str]) -> list[int]:
    """The ids of earlier loads of these files into a source: of their paths, or of their contents under another name;
    `digests` by path.
    """
    statement = sa.text(
        "SELECT id FROM finops.loads WHERE source_id = :source AND (path = ANY(:paths) OR file_digest = ANY(:digests))"
    )
    values = {"source": source_id, "paths": list(digests), "digests": list(digests.values())}
    return list(connection.scalars(statement, values))
