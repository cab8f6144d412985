"""Files of one delivery that hold the same charges: several runs of an export, a CSV beside its gzip, hours beside
    days.

Copies are found by comparing days and rows, for names and places of files differ from one exporter to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import TYPE_CHECKING

from analysis.wording.formatting import percent
from flows.ingest.loading.placing.lake_files import take_out
from flows.ingest.loading.placing.staging import Leaf, line_items

if TYPE_CHECKING:
    import duckdb

    from lake.writer import Writer

_SAME = 0.8  # share of the smaller file's rows that stand in the other from which on it is a copy
_APART = 0.2  # and up to which the two are parts of one bill
_SAMPLED = 200_000  # rows that are compared; of more, a sample
# What two exports of one charge agree on, whatever the version of FOCUS or the order of columns.
_ROW = (
    "hash(charge_period_start, charge_period_end, service_name, coalesce(resource_id, ''), "
    "coalesce(sub_account_id, ''), coalesce(sub_account_name, ''), coalesce(region_id, ''), charge_category, "
    "coalesce(charge_description, ''), coalesce(sku_id, ''), {costs})"
)
_SAME_CHARGES = _ROW.format(costs="billed_cost, effective_cost")
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
    kept_load: int
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


def drop_copies(writer: "Writer", leaf: Leaf, files: Mapping[int, File]) -> list[Dropped]:
    """Take out of a leaf what stands in it twice, the newest file's rows are kept; raises `OverlapError`."""
    if len(leaf.loads) < 2:
        return []
    with line_items(writer.place, leaf) as engine:
        dropped = _copies(engine, leaf, files)
    for load, start in sorted({(one.load, one.start) for one in dropped}):
        gone = {one.account for one in dropped if (one.load, one.start) == (load, start)}
        for file in [file for file in leaf.files if (file.load_id, file.start) == (load, start)]:
            take_out(writer, leaf, file, gone)
    return dropped


def _copies(engine: "duckdb.DuckDBPyConnection", leaf: Leaf, files: Mapping[int, File]) -> list[Dropped]:
    dropped: list[Dropped] = []
    for (account, start), shares in _shares(engine).items():
        standing = {share.load: share for share in shares}
        for one, other in combinations(sorted(shares, key=lambda share: share.load), 2):
            if one.load not in standing or other.load not in standing or not one.days.keys() & other.days.keys():
                continue
            common = _common(engine, account, start, one, other)
            if common < _APART and not _same_days(one, other):
                if _common(engine, account, start, one, other, _SAME_BUT_FOR_COSTS) >= _SAME:
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
                    f"{leaf.month}: {percent(common)} of the smaller one's rows stand in the other too. Load only the "
                    "one that is right."
                )
            old, new = sorted((one, other), key=lambda share: _age(share, files))
            dropped.append(Dropped(old.load, new.load, _rows(engine, account, start, old.load), account, start))
            del standing[old.load]
    return dropped


def _age(share: _Share, files: Mapping[int, File]) -> tuple[date, float, int, float, str]:
    """What the newest and most complete file has most of: later days, finer hours, more rows, a later date and name."""
    file = files[share.load]
    return (share.last_day, -share.hours, share.rows, file.modified, file.label)


def _shares(engine: "duckdb.DuckDBPyConnection") -> dict[tuple[str, datetime], list[_Share]]:
    """Each file's days, cost per day, rows and shortest charge, by account and period."""
    rows = engine.execute(
        "SELECT billing_account_id, billing_period_start, load_id, usage_date, "
        "CAST(coalesce(sum(billed_cost), 0) AS DOUBLE), count(*), "
        "min(epoch_us(charge_period_end) - epoch_us(charge_period_start)) / 3.6e9 "
        "FROM line_items WHERE billed_cost <> 0 OR effective_cost <> 0 GROUP BY 1, 2, 3, 4"
    ).fetchall()
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
    engine: "duckdb.DuckDBPyConnection",
    account: str,
    start: datetime,
    one: _Share,
    other: _Share,
    row: str = _SAME_CHARGES,
) -> float:
    """Share of the smaller file's rows that stand in the other, from a sample where there are many."""
    every = max(1, min(one.rows, other.rows) // _SAMPLED)
    counts = engine.execute(
        f"""
        WITH rows AS (
            SELECT load_id, {row} AS hash FROM line_items
            WHERE load_id IN ($one, $other) AND billing_account_id = $account AND billing_period_start = $start
            AND (billed_cost <> 0 OR effective_cost <> 0)
        ), counted AS (
            SELECT hash, count(*) FILTER (WHERE load_id = $one) AS ones,
            count(*) FILTER (WHERE load_id = $other) AS others
            FROM rows WHERE hash % $every = 0 GROUP BY hash
        )
        SELECT coalesce(sum(least(ones, others)), 0), least(coalesce(sum(ones), 0), coalesce(sum(others), 0))
        FROM counted
        """,  # noqa: S608 - its names are constants, its values are bound
        {"one": one.load, "other": other.load, "account": account, "start": start, "every": every},
    ).fetchall()
    common, smaller = counts[0]
    return float(common) / float(smaller) if smaller else 0.0


def _rows(engine: "duckdb.DuckDBPyConnection", account: str, start: datetime, load: int) -> int:
    counts = engine.execute(
        "SELECT count(*) FROM line_items WHERE load_id = $load AND billing_account_id = $account "
        "AND billing_period_start = $start",
        {"load": load, "account": account, "start": start},
    ).fetchall()
    return int(counts[0][0])
