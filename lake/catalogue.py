"""Which files hold what stands: rows of `finops.lake_files`, written in the transaction that changes the sums."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import sqlalchemy as sa


@dataclass(frozen=True)
class LakeFile:
    """A file of one load: line items of a billing account and period, or of many accounts where the load has many.
    `path` is relative to the lake; `tag_keys` are the keys of each team's tags, as many as are kept, under "" those of
    rows without a team.
    """

    path: str
    source_id: int
    load_id: int
    accounts: tuple[str, ...]
    start: datetime
    end: datetime
    rows: int
    bytes: int
    first_day: date
    last_day: date
    tag_keys: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def month(self) -> str:
        """Its billing month, `YYYY-MM`."""
        return f"{self.start.astimezone(UTC):%Y-%m}"

    def holds(self) -> set[tuple[str, datetime, datetime]]:
        """Its billing accounts, with the period."""
        return {(account, self.start, self.end) for account in self.accounts}


_COLUMNS = (
    "path, source_id, load_id, billing_accounts, billing_period_start, billing_period_end, rows, bytes, "
    "first_day, last_day, tag_keys"
)
_PUBLISH = sa.text(
    f"INSERT INTO finops.lake_files ({_COLUMNS}) VALUES (:path, :source, :load, CAST(:accounts AS jsonb), :start, "  # noqa: S608 - its names are constants, its values are bound
    ":end, :rows, :bytes, :first, :last, CAST(:keys AS jsonb))"
)


_IN_MONTH = (
    "source_id = :source AND billing_period_start >= CAST(:month AS timestamp) AT TIME ZONE 'UTC' AND "
    "billing_period_start < (CAST(:month AS timestamp) + interval '1 month') AT TIME ZONE 'UTC'"
)
_USED = sa.text(
    f"SELECT EXISTS (SELECT FROM finops.daily_costs WHERE {_IN_MONTH} AND usage_date >= :first AND "  # noqa: S608 - its parts are constants
    "usage_date < :after) OR EXISTS (SELECT FROM finops.lake_files WHERE "
    f"{_IN_MONTH} AND retired_at IS NULL AND last_day >= :first AND first_day < :after)"
)


def publish(connection: sa.Connection, files: Sequence[LakeFile]) -> None:
    """Let readers see files as soon as the caller's transaction commits."""
    if files:
        connection.execute(
            _PUBLISH,
            [
                {
                    "path": file.path,
                    "source": file.source_id,
                    "load": file.load_id,
                    "accounts": json.dumps(file.accounts),
                    "start": file.start,
                    "end": file.end,
                    "rows": file.rows,
                    "bytes": file.bytes,
                    "first": file.first_day,
                    "last": file.last_day,
                    "keys": json.dumps(dict(file.tag_keys)),
                }
                for file in files
            ],
        )


def retire(connection: sa.Connection, paths: Sequence[str]) -> None:
    """Let no reader that comes after the commit see files; who has listed them before may read on."""
    statement = sa.text(
        "UPDATE finops.lake_files SET retired_at = now() WHERE path = ANY(:paths) AND retired_at IS NULL"
    )
    if paths:
        connection.execute(statement, {"paths": list(paths)})


def standing(
    connection: sa.Connection,
    *,
    source: int | None = None,
    months: tuple[date, date] | None = None,
    days: tuple[date, date] | None = None,
) -> list[LakeFile]:
    """The files that stand: of a source, of billing periods that start in `months`, with usage in `days`; both half
    open.
    """
    conditions = ["retired_at IS NULL"]
    values: dict[str, object] = {}
    if source is not None:
        conditions.append("source_id = :source")
        values["source"] = source
    if months is not None:
        conditions.append(
            "billing_period_start >= CAST(CAST(:start AS date) AS timestamp) AT TIME ZONE 'UTC' "
            "AND billing_period_start < CAST(CAST(:end AS date) AS timestamp) AT TIME ZONE 'UTC'"
        )
        values |= {"start": months[0], "end": months[1]}
    if days is not None:
        conditions.append("last_day >= :first AND first_day < :after")
        values |= {"first": days[0], "after": days[1]}
    rows = connection.execute(
        sa.text(f"SELECT {_COLUMNS} FROM finops.lake_files WHERE {' AND '.join(conditions)} ORDER BY id"),  # noqa: S608 - its names are constants, its values are bound
        values,
    )
    return [
        LakeFile(
            row.path,
            row.source_id,
            row.load_id,
            tuple(row.billing_accounts),
            row.billing_period_start,
            row.billing_period_end,
            row.rows,
            row.bytes,
            row.first_day,
            row.last_day,
            row.tag_keys,
        )
        for row in rows
    ]


def incomplete(connection: sa.Connection, days: tuple[date, date] | None = None) -> list[tuple[int, str]]:
    """Sources' months (`YYYY-MM`) whose files do not hold as many line items as stand; of `days`, half open, those with
    usage in them.
    """
    month = "to_char(billing_period_start AT TIME ZONE 'UTC', 'YYYY-MM')"
    stand, lie = (
        f"SELECT source_id, {month} AS month, sum(rows) AS rows FROM finops.{table} GROUP BY 1, 2"  # noqa: S608 - its names are constants
        for table in ("billed_periods", "lake_files WHERE retired_at IS NULL")
    )
    statement = sa.text(
        f"SELECT source_id, month FROM ({stand}) p FULL JOIN ({lie}) f USING (source_id, month) "  # noqa: S608 - its names are constants
        "WHERE coalesce(p.rows, 0) <> coalesce(f.rows, 0) ORDER BY 1, 2"
    )
    source_months = [(int(row.source_id), str(row.month)) for row in connection.execute(statement)]
    return [one for one in source_months if days is None or _is_used(connection, one, days)]


def _is_used(connection: sa.Connection, month: tuple[int, str], days: tuple[date, date]) -> bool:
    """Whether a line item that stands, or a file that should not, has usage in days."""
    values = {"source": month[0], "month": date.fromisoformat(f"{month[1]}-01"), "first": days[0], "after": days[1]}
    return bool(connection.scalar(_USED, values))


def all_paths(connection: sa.Connection) -> set[str]:
    """Every file of the catalogue, retired or not."""
    return set(connection.scalars(sa.text("SELECT path FROM finops.lake_files")))


def retired_before(connection: sa.Connection, moment: datetime) -> list[str]:
    """The files that nobody can still be reading."""
    statement = sa.text("SELECT path FROM finops.lake_files WHERE retired_at < :moment")
    return list(connection.scalars(statement, {"moment": moment}))


def forget(connection: sa.Connection, paths: Sequence[str]) -> None:
    """Drop the rows of files that are deleted."""
    connection.execute(sa.text("DELETE FROM finops.lake_files WHERE path = ANY(:paths)"), {"paths": list(paths)})
