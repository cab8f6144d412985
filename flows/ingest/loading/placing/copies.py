"""Files of one delivery that hold the same charges: several runs of an export, a CSV beside its gzip, hours beside
days, a month's summary beside its days.

Copies are found by comparing days and rows, for names and places of files differ from one exporter to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

from analysis.wording.formatting import percent
from flows.ingest.loading.placing.identity import ACCOUNT_PATH, account_key
from flows.ingest.loading.placing.lake_files import take_out
from flows.ingest.loading.placing.staging import Leaf, line_items

if TYPE_CHECKING:
    import duckdb

    from lake.writer import Writer

K = TypeVar("K")

_SAME = 0.8  # share of the smaller file's rows that stand in the other from which on it is a copy
_APART = 0.2  # and up to which the two are parts of one bill
_SAMPLED = 200_000  # rows that are compared; of more, a sample
_LEAST_DAYS = 3  # that two files have to agree on to the cent, for fewer may be alike by chance
_CENT = 0.01  # sums of days are floats, and exports round
_ACCOUNT = f"regexp_replace(billing_account_id, '{ACCOUNT_PATH}', '')"
# What two exports of one charge agree on, whatever the version of FOCUS or the order of columns.
_ROW = (
    "hash(billing_currency, charge_period_start, charge_period_end, service_name, lower(coalesce(resource_id, '')), "
    "coalesce(sub_account_id, ''), coalesce(sub_account_name, ''), coalesce(region_id, ''), charge_category, "
    "coalesce(charge_description, ''), coalesce(sku_id, ''), {costs})"
)
_SAME_CHARGES = _ROW.format(costs="billed_cost, effective_cost")
# A restated charge has another amount; what is taken off a charge has another sign or class.
_SAME_BUT_FOR_COSTS = _ROW.format(
    costs="coalesce(charge_class, ''), coalesce(pricing_category, ''), coalesce(commitment_discount_status, ''), "
    "sign(billed_cost), sign(effective_cost)"
)
_SAME_BUT_FOR_NAMES = (
    "hash(billing_currency, charge_period_start, charge_period_end, lower(resource_id), billed_cost, effective_cost)"
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
    days: Mapping[tuple[date, str], float]  # a day and currency -> billed cost
    rows: int
    hours: float
    has_resources: bool

    @property
    def last_day(self) -> date:
        return max(day for day, _ in self.days)

    @property
    def totals(self) -> dict[str, float]:
        """Billed cost by currency."""
        sums: dict[str, float] = {}
        for (_, currency), cost in self.days.items():
            sums[currency] = sums.get(currency, 0.0) + cost
        return sums


def drop_copies(writer: "Writer", leaf: Leaf, files: Mapping[int, File]) -> list[Dropped]:
    """Take out of a leaf what stands in it twice, the newest file's rows are kept; raises `OverlapError`."""
    if len(leaf.loads) < 2:
        return []
    with line_items(writer.place, leaf) as engine:
        dropped = _copies(engine, leaf, files)
    for load, start in sorted({(one.load, one.start) for one in dropped}):
        gone = {one.account for one in dropped if (one.load, one.start) == (load, start)}
        for file in [file for file in leaf.files if (file.load_id, file.start) == (load, start)]:
            take_out(writer, leaf, file, {account for account in file.accounts if account_key(account) in gone})
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
                restated = _common(engine, account, start, one, other, _SAME_BUT_FOR_COSTS) >= _SAME
                if restated or _named_otherwise(engine, account, start, one, other):
                    raise OverlapError(_refusal(_names(files, one, other), account, leaf.month, restated))
                if shared := _same_at_the_edge(engine, account, start, one, other):
                    raise OverlapError(
                        f"{_names(files, one, other)} hold the same charges of account {account} on "
                        f"{_days(shared)}. Load files that do not overlap."
                    )
                continue
            if _APART <= common < _SAME:
                raise OverlapError(
                    f"{_names(files, one, other)} hold partly the same charges of account {account} in "
                    f"{leaf.month}: {percent(common)} of the smaller one's rows stand in the other too. Load only the "
                    "one that is right."
                )
            old, new = sorted((one, other), key=lambda share: _age(share, files))
            dropped.append(Dropped(old.load, new.load, _rows(engine, account, start, old.load), account, start))
            del standing[old.load]
    return dropped


def _names(files: Mapping[int, File], one: _Share, other: _Share) -> str:
    return " and ".join(sorted((files[one.load].label, files[other.load].label)))


def _refusal(names: str, account: str, month: str, restated: bool) -> str:
    if restated:
        return (
            f"{names} hold the same charges of account {account} in {month} with other amounts, as if the bill was "
            "restated between them. Load only the newer one."
        )
    return (
        f"{names} add up to the same on every day of account {account} in {month}, though their charges are named or "
        "split otherwise, as if they were two exports of one bill. Load only one of them."
    )


def _age(share: _Share, files: Mapping[int, File]) -> tuple[date, float, int, float, str]:
    """What the newest and most complete file has most of: later days, finer hours, more rows, a later date and name."""
    file = files[share.load]
    return (share.last_day, -share.hours, share.rows, file.modified, file.label)


def _shares(engine: "duckdb.DuckDBPyConnection") -> dict[tuple[str, datetime], list[_Share]]:
    """Each file's days, cost per day, rows and shortest charge, by account and period."""
    rows = engine.execute(
        f"SELECT {_ACCOUNT}, billing_period_start, load_id, usage_date, billing_currency, "  # noqa: S608 - its names are constants
        "CAST(coalesce(sum(billed_cost), 0) AS DOUBLE), count(*), "
        "min(epoch_us(charge_period_end) - epoch_us(charge_period_start)) / 3.6e9, "
        "bool_or(coalesce(resource_id, '') <> '') "
        "FROM line_items WHERE billed_cost <> 0 OR effective_cost <> 0 GROUP BY 1, 2, 3, 4, 5"
    ).fetchall()
    days: dict[tuple[str, datetime, int], dict[tuple[date, str], float]] = {}
    counts: dict[tuple[str, datetime, int], tuple[int, float, bool]] = {}
    for account, start, load, day, currency, cost, count, hours, named in rows:
        key = (account, start, load)
        days.setdefault(key, {})[day, currency] = cost
        before = counts.get(key, (0, hours, False))
        counts[key] = (before[0] + count, min(before[1], hours), before[2] or named)
    shares: dict[tuple[str, datetime], list[_Share]] = {}
    for (account, start, load), by_day in days.items():
        shares.setdefault((account, start), []).append(_Share(load, by_day, *counts[account, start, load]))
    return {key: files for key, files in shares.items() if len(files) > 1}


def _same_days(one: _Share, other: _Share) -> bool:
    """Whether hours and days of the same charges stand side by side, or a month and its days: another grain, the same
    cost on each shared day or altogether.
    """
    if abs(one.hours - other.hours) <= 1:
        return False
    shared = one.days.keys() & other.days.keys()
    each = sum(abs(one.days[day]) for day in shared) > 0 and all(
        _equal(one.days[day], other.days[day]) for day in shared
    )
    return each or (max(len(one.days), len(other.days)) >= _LEAST_DAYS and _same_sums(one.totals, other.totals))


def _named_otherwise(
    engine: "duckdb.DuckDBPyConnection", account: str, start: datetime, one: _Share, other: _Share
) -> bool:
    """Whether two files are exports of one bill that name its charges otherwise: they add up to the same on each of
    several days that are not alike themselves, and either their resources do too, or only one names resources.
    """
    several = len(one.days) >= _LEAST_DAYS and max(one.days.values()) - min(one.days.values()) > _CENT
    if not several or not _same_sums(one.days, other.days):
        return False
    if not (one.has_resources and other.has_resources):
        return one.has_resources != other.has_resources
    return _common(engine, account, start, one, other, _SAME_BUT_FOR_NAMES) >= _SAME


def _same_at_the_edge(
    engine: "duckdb.DuckDBPyConnection", account: str, start: datetime, one: _Share, other: _Share
) -> list[date]:
    """The days that two files share, of some that only one has, where they hold the same charges on them: exports of
    neighbouring days that overlap.
    """
    shared = {day for day, _ in one.days.keys() & other.days.keys()}
    apart = {day for share in (one, other) for day, _ in share.days} - shared
    same = apart and _common(engine, account, start, one, other, days=sorted(shared)) >= _SAME
    return sorted(shared) if same else []


def _days(days: Sequence[date]) -> str:
    """`2026-05-11`, `3 days from 2026-05-11 on`."""
    return str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]} on"


def _same_sums(one: Mapping[K, float], other: Mapping[K, float]) -> bool:
    return (
        one.keys() == other.keys() and all(_equal(cost, other[key]) for key, cost in one.items()) and any(one.values())
    )


def _equal(one: float, other: float) -> bool:
    return abs(one - other) < _CENT


def _common(
    engine: "duckdb.DuckDBPyConnection",
    account: str,
    start: datetime,
    one: _Share,
    other: _Share,
    row: str = _SAME_CHARGES,
    days: Sequence[date] | None = None,
) -> float:
    """Share of the smaller file's rows, or of those of some days, that stand in the other; from a sample where there
    are many.
    """
    every = max(1, min(one.rows, other.rows) // _SAMPLED)
    counts = engine.execute(
        f"""
        WITH rows AS (
            SELECT load_id, {row} AS hash FROM line_items
            WHERE load_id IN ($one, $other) AND {_ACCOUNT} = $account AND billing_period_start = $start
            AND (billed_cost <> 0 OR effective_cost <> 0)
            AND ($days IS NULL OR usage_date IN (SELECT unnest(CAST($days AS DATE[]))))
        ), counted AS (
            SELECT hash, count(*) FILTER (WHERE load_id = $one) AS ones,
            count(*) FILTER (WHERE load_id = $other) AS others
            FROM rows WHERE hash % $every = 0 GROUP BY hash
        )
        SELECT coalesce(sum(least(ones, others)), 0), least(coalesce(sum(ones), 0), coalesce(sum(others), 0))
        FROM counted
        """,  # noqa: S608 - its names are constants, its values are bound
        {"one": one.load, "other": other.load, "account": account, "start": start, "every": every, "days": days},
    ).fetchall()
    common, smaller = counts[0]
    return float(common) / float(smaller) if smaller else 0.0


def _rows(engine: "duckdb.DuckDBPyConnection", account: str, start: datetime, load: int) -> int:
    counts = engine.execute(
        f"SELECT count(*) FROM line_items WHERE load_id = $load AND {_ACCOUNT} = $account "  # noqa: S608 - its names are constants, its values are bound
        "AND billing_period_start = $start",
        {"load": load, "account": account, "start": start},
    ).fetchall()
    return int(counts[0][0])
