"""The allocation rules of today over the line items that stand, without fetching a bill again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa

from config.sections.bills import Allocation
from db.focus import ALLOCATED
from flows.ingest.allocation import expression, rules_of, tag_value
from flows.ingest.loading.placing.lake_files import written_or_nothing
from flows.ingest.loading.placing.replace import lock_sources, put_in_place
from flows.ingest.loading.placing.staging import Leaf
from lake import catalogue
from lake.rows import fetch
from lake.writer import read

if TYPE_CHECKING:
    import polars as pl

    from db.database import Database
    from flows.progress import Progress
    from lake.writer import Writer

_SUMS = " UNION ALL ".join(
    f"SELECT '{name}' AS dimension, {name} AS value, currency, sum(effective_cost) AS cost FROM finops.daily_costs "  # noqa: S608 - its names are constants
    "GROUP BY 1, 2, 3"
    for name in ALLOCATED
)
_Key = tuple[str, str | None, str]


@dataclass(frozen=True)
class Moved:
    """What a team, environment or application had of all history and has now, effective cost in a currency; a value of
    None is unallocated.
    """

    dimension: str
    value: str | None
    currency: str
    was: Decimal
    now: Decimal


@dataclass(frozen=True)
class Reallocated:
    """How many months were looked at, and how many of them and rows changed hands; `moved` are sums that changed."""

    months: int
    changed: tuple[str, ...]
    rows: int
    moved: tuple[Moved, ...]

    def sentence(self) -> str:
        """What was done, for people."""
        looked = f"{self.months:,} month{'' if self.months == 1 else 's'}"
        if not self.months:
            return "Nothing is loaded yet, so there is nothing to allocate."
        if not self.rows:
            return f"The rules give every line item of {looked} what it has: nothing was changed."
        rows = f"{self.rows:,} line item{'' if self.rows == 1 else 's'}"
        return f"{rows} changed hands, in {len(self.changed):,} of {looked}. Effective cost of all that is loaded:"


def reallocate(database: "Database", allocation: Allocation, progress: "Progress | None" = None) -> Reallocated:
    """Give every line item that stands the team, environment and application that the rules say now.

    A source's month a transaction, so that a run that is cut short has done whole months and the next one goes on.
    Raises `UserError` where line items are gone.
    """
    with database.owner.connect() as connection:
        files = catalogue.standing(connection)
        before = _sums(connection)
    months: dict[tuple[int, str], int] = {}
    for file in files:
        months[file.source_id, file.month] = months.get((file.source_id, file.month), 0) + file.bytes
    changed: set[str] = set()
    rows = done = 0
    for (source, month), size in sorted(months.items()):
        done += size
        if progress:
            progress("Allocating", done, sum(months.values()))
        if count := _month(database, Leaf(source, month), allocation):
            changed.add(month)
            rows += count
    with database.owner.connect() as connection:
        after = _sums(connection)
    return Reallocated(len({month for _, month in months}), tuple(sorted(changed)), rows, _moved(before, after))


def _month(database: "Database", leaf: Leaf, allocation: Allocation) -> int:
    """How many rows of a source's month changed hands."""
    with written_or_nothing(database) as writer, database.owner.begin() as connection:
        connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        lock_sources(connection, [leaf.source_id])
        standing = catalogue.standing(connection, source=leaf.source_id, months=leaf.days)
        fetch(writer.place, standing)
        counts = {file.path: _rewritten(writer, file, leaf, allocation) for file in standing}
        if not any(counts.values()):
            return 0
        writer.flush()
        leaf.files.extend([*(file for file in standing if not counts[file.path]), *writer.files])
        put_in_place(connection, writer.place, [leaf], datetime.now(UTC).date())
        return sum(counts.values())


def _rewritten(writer: "Writer", file: catalogue.LakeFile, leaf: Leaf, allocation: Allocation) -> int:
    """Hand a file's rows to the writer where some of them change hands; how many do."""
    import polars as pl

    rows = read(writer.place, file)
    new = allocated(rows, allocation)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}|new")) for name in ALLOCATED)
    count = rows.hstack(new.rename({name: f"{name}|new" for name in ALLOCATED})).select(differs.sum()).item()
    if count:
        writer.add(leaf.source_id, leaf.month, file.load_id, rows.with_columns(new.get_columns()))
    return int(count)


def allocated(rows: "pl.DataFrame", allocation: Allocation) -> "pl.DataFrame":
    """The team, environment and application of line items."""
    import polars as pl

    rules = rules_of(allocation)
    ordered = [rule for several in rules.values() for rule in several]
    memo: dict[tuple[tuple[str, str | None], ...] | None, tuple[str | None, ...]] = {None: (None,) * len(ordered)}
    values = []
    for tags in rows.get_column("tags").to_list():
        pairs = None if tags is None else _pairs(tags)
        if pairs not in memo:
            plain: dict[str, object] = {key: _plain(value) for key, value in pairs or ()}
            memo[pairs] = tuple(tag_value(plain, rule) for rule in ordered)
        values.append(memo[pairs])
    names = [f"|{position}" for position in range(len(ordered))]
    held = pl.DataFrame(values, schema=dict.fromkeys(names, pl.String), orient="row") if names else rows.select()
    columns, position = [], 0
    for name, several in rules.items():
        columns.append(expression(several, names[position : position + len(several)]).alias(name))
        position += len(several)
    return rows.hstack(held).with_columns(columns).select(list(rules))


def _pairs(tags: object) -> tuple[tuple[str, str | None], ...]:
    """A map as an engine gives it: a dictionary, or a list of key and value."""
    if isinstance(tags, Mapping):
        return tuple(tags.items())
    return tuple((one["key"], one["value"]) for one in tags) if isinstance(tags, list) else ()


def _plain(value: str | None) -> object:
    """A tag's value as the bill had it: lists and objects are kept as JSON and give nobody a team."""
    if value is None or value[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _sums(connection: sa.Connection) -> dict[_Key, Decimal]:
    rows = connection.execute(sa.text(_SUMS))
    return {(row.dimension, row.value, row.currency): row.cost for row in rows}


def _moved(before: Mapping[_Key, Decimal], after: Mapping[_Key, Decimal]) -> tuple[Moved, ...]:
    """The sums that changed, the largest change of each dimension first."""
    nothing = Decimal(0)
    moved = [
        Moved(*key, before.get(key, nothing), after.get(key, nothing))
        for key in before.keys() | after.keys()
        if before.get(key, nothing) != after.get(key, nothing)
    ]
    order = {name: place for place, name in enumerate(ALLOCATED)}
    return tuple(sorted(moved, key=lambda one: (order[one.dimension], -abs(one.now - one.was), one.value or "")))
