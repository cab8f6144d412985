"""Files of one delivery that hold the same charges: several runs of an export, a CSV beside its gzip, hours beside
    days.

Copies are found by comparing days and rows, for names and places of files differ from one exporter to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

import sqlalchemy as sa

from flows.ingest.loading.staging import Leaf

_SAME = 0.8  # share of the smaller file's rows that stand in the other from which on it is a copy
_APART = 0.2  # and up to which the two are parts of one bill
_SAMPLED = 200_000  # rows that are compared; of more, a sample
# What two exports of one charge agree on, whatever the version of FOCUS or the order of columns.
_ROW = (
    "hashtextextended(concat_ws('|', charge_period_start, charge_period_end, service_name, coalesce(resource_id, ''), "
    "coalesce(sub_account_id, ''), coalesce(sub_account_name, ''), coalesce(region_id, ''), charge_category, "
    "coalesce(charge_description, ''), coalesce(sku_id, ''), {costs}), 0)"
)
_SAME_CHARGES = _ROW.format(costs="trim_scale(billed_cost), trim_scale(effective_cost)")
# A restated charge has another amount; what is taken off a charge has another sign or class.
_SAME_BUT_FOR_COSTS = _ROW.format(
    costs="coalesce(charge_class, ''), coalesce(pricing_category, ''), coalesce(commitment_discount_status, ''), "
    "sign(billed_cost), sign(effective_cost)"
)


@dataclass(frozen=True)
class File:
    """What is known of one file of a delivery."""

    label: str
    modified: float


@dataclass(frozen=True)
class Dropped:
    """Rows of a file that were left out of an account's period, because another file holds them too."""

    load: int
    kept: int
    rows: int
    account: str
    start: datetime


class OverlapError(Exception):
    """Two files hold partly the same charges of an account; the message names them."""


@dataclass(frozen=True)
class _Share:
    """One file's part of an account's period."""

    load: int
    days: Mapping[date, float]
    rows: int
    hours: float

    @property
    def last_day(self) -> date:
        return max(self.days)


def drop_copies(connection: sa.Connection, leaf: Leaf, files: Mapping[int, File]) -> list[Dropped]:
    """Delete from a leaf what stands in it twice, the newest file's rows are kept; raises `OverlapError`."""
    if len(leaf.loads) < 2:
        return []
    dropped: list[Dropped] = []
    for (account, start), shares in _shares(connection, leaf).items():
        standing = {share.load: share for share in shares}
        for one, other in combinations(sorted(shares, key=lambda share: share.load), 2):
            if one.load not in standing or other.load not in standing or not one.days.keys() & other.days.keys():
                continue
            common = _common(connection, leaf, account, start, one, other)
            if common < _APART and not _same_days(one, other):
                if _common(connection, leaf, account, start, one, other, _SAME_BUT_FOR_COSTS) >= _SAME:
                    names = sorted((files[one.load].label, files[other.load].label))
                    raise OverlapError(
                        f"{names[0]} and {names[1]} hold the same charges of account {account} in {leaf.month} with "
                        "other amounts, as if the bill was restated between them. Load only the newer one."
                    )
                continue
            if _APART <= common < _SAME:
                names = sorted((files[one.load].label, files[other.load].label))
                raise OverlapError(
                    f"{names[0]} and {names[1]} hold partly the same charges of account {account} in "
                    f"{leaf.month}: {common:.0%} of the smaller one's rows stand in the other too. Load only the one "
                    "that is right."
                )
            old, new = sorted((one, other), key=lambda share: _age(share, files))
            gone = _delete(connection, leaf, account, start, old.load)
            dropped.append(Dropped(old.load, new.load, gone, account, start))
            del standing[old.load]
    return dropped


def _age(share: _Share, files: Mapping[int, File]) -> tuple[date, float, int, float, str]:
    """What the newest and most complete file has most of: later days, finer hours, more rows, a later date and name."""
    file = files[share.load]
    return (share.last_day, -share.hours, share.rows, file.modified, file.label)


def _shares(connection: sa.Connection, leaf: Leaf) -> dict[tuple[str, datetime], list[_Share]]:
    """Each file's days, cost per day, rows and shortest charge, by account and period."""
    rows = connection.exec_driver_sql(
        "SELECT billing_account_id, billing_period_start, load_id, (charge_period_start AT TIME ZONE 'UTC')::date AS "  # noqa: S608 - its names are constants, its values are bound
        "day, "
        "coalesce(sum(billed_cost), 0)::float8 AS cost, count(*) AS rows, "
        "min(extract(epoch FROM charge_period_end - charge_period_start))::float8 / 3600 AS hours "
        f"FROM {leaf.table} WHERE billed_cost <> 0 OR effective_cost <> 0 GROUP BY 1, 2, 3, 4"
    ).all()
    days: dict[tuple[str, datetime, int], dict[date, float]] = {}
    counts: dict[tuple[str, datetime, int], tuple[int, float]] = {}
    for account, start, load, day, cost, count, hours in rows:
        key = (account, start, load)
        days.setdefault(key, {})[day] = cost
        before = counts.get(key, (0, hours))
        counts[key] = (before[0] + count, min(before[1], hours))
    shares: dict[tuple[str, datetime], list[_Share]] = {}
    for (account, start, load), by_day in days.items():
        shares.setdefault((account, start), []).append(_Share(load, by_day, *counts[account, start, load]))
    return {key: files for key, files in shares.items() if len(files) > 1}


def _same_days(one: _Share, other: _Share) -> bool:
    """Whether hours and days of the same charges stand side by side: another grain, the same cost on each shared
    day.
    """
    shared = one.days.keys() & other.days.keys()
    return (
        abs(one.hours - other.hours) > 1
        and sum(abs(one.days[day]) for day in shared) > 0
        and all(abs(one.days[day] - other.days[day]) < 0.01 for day in shared)
    )


def _common(
    connection: sa.Connection,
    leaf: Leaf,
    account: str,
    start: datetime,
    one: _Share,
    other: _Share,
    row: str = _SAME_CHARGES,
) -> float:
    """Share of the smaller file's rows that stand in the other, from a sample where there are many."""
    every = max(1, min(one.rows, other.rows) // _SAMPLED)
    common, smaller = connection.execute(
        sa.text(
            f"""
            WITH rows AS (
                SELECT load_id, {row} AS hash FROM {leaf.table}
                WHERE load_id IN (:one, :other) AND billing_account_id = :account AND billing_period_start = :start
                AND (billed_cost <> 0 OR effective_cost <> 0)
            ), counted AS (
                SELECT hash, count(*) FILTER (WHERE load_id = :one) AS ones, count(*) FILTER (WHERE load_id = :other)
                AS others
                FROM rows WHERE hash % :every = 0 GROUP BY hash
            )
            SELECT coalesce(sum(least(ones, others)), 0), least(coalesce(sum(ones), 0), coalesce(sum(others), 0))
            FROM counted
            """  # noqa: S608 - its names are constants, its values are bound
        ),
        {"one": one.load, "other": other.load, "account": account, "start": start, "every": every},
    ).one()
    return float(common) / float(smaller) if smaller else 0.0


def _delete(connection: sa.Connection, leaf: Leaf, account: str, start: datetime, load: int) -> int:
    statement = sa.text(
        f"DELETE FROM {leaf.table} WHERE load_id = :load AND billing_account_id = :account "  # noqa: S608 - its names are constants, its values are bound
        "AND billing_period_start = :start"
    )
    return connection.execute(statement, {"load": load, "account": account, "start": start}).rowcount
