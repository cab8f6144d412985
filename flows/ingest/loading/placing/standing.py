"""What stands of each billing account and period, by source and currency: it decides what a delivery replaces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from db.tables import BilledPeriod
from flows.ingest.loading.placing.identity import ACCOUNT_PATH, account_key
from flows.ingest.loading.placing.rollups import period
from flows.ingest.loading.placing.staging import Leaf

if TYPE_CHECKING:
    import duckdb

_ALL_DIGITS = Context(prec=60)
_CENT = Decimal("0.01")
MEASURES = ("billed", "effective", "list", "contracted", "tax")
Cost = dict[str, dict[str, Decimal]]  # currency -> measure -> amount

_SUMS = ", ".join(
    f"coalesce(sum({column}), 0) AS {name}"
    for name, column in (
        *((name, f"{name}_cost") for name in MEASURES if name != "tax"),
        ("tax", "CASE WHEN charge_category = 'Tax' THEN billed_cost END"),
    )
)


@dataclass(frozen=True)
class Part:
    """The rows of one account, period and currency: of one load where they were just staged, of all where they
    stand.
    """

    account: str
    start: datetime
    end: datetime
    currency: str
    rows: int
    amounts: dict[str, Decimal]
    load: int = 0
    source_id: int = 0
    source: str = ""
    provider: str = ""

    def overlaps(self, other: "Part") -> bool:
        """Whether both are of one account and share a time."""
        shares = self.start < other.end and other.start < self.end
        return shares and account_key(self.account) == account_key(other.account)


def staged(engine: "duckdb.DuckDBPyConnection", leaf: Leaf) -> list[Part]:
    """What a leaf holds, by load, account, period and currency."""
    rows = engine.execute(
        "SELECT load_id, billing_account_id, epoch_us(billing_period_start), epoch_us(billing_period_end), "  # noqa: S608 - its names are constants
        f"billing_currency, count(*), {_SUMS} FROM line_items GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
    ).fetchall()
    return [
        Part(
            account,
            _time(start),
            _time(end),
            currency,
            count,
            dict(zip(MEASURES, (plain(amount) for amount in amounts), strict=True)),
            load=load,
            source_id=leaf.source_id,
        )
        for load, account, start, end, currency, count, *amounts in rows
    ]


def plain(amount: Decimal) -> Decimal:
    """The same amount without the zeros at its end but those of cents."""
    short = amount.normalize(_ALL_DIGITS)
    return short if int(short.as_tuple().exponent) < -2 else short.quantize(_CENT, context=_ALL_DIGITS)


def _time(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)


def of_source(connection: sa.Connection, leaf: Leaf) -> list[Part]:
    """What stands of a leaf's source and month."""
    mine = (
        "p.source_id = :source AND p.billing_period_start >= CAST(:start AS timestamptz) AND "
        "p.billing_period_start < CAST(:end AS timestamptz)"
    )
    return _read(connection, mine, period(leaf))


def elsewhere(connection: sa.Connection, leaf: Leaf, accounts: Iterable[str]) -> list[Part]:
    """What stands of accounts under other sources around a leaf's month."""
    others = (
        "p.source_id <> :source AND regexp_replace(p.billing_account_id, :path, '') = ANY(:accounts) "
        "AND p.billing_period_start < CAST(:end AS timestamptz) AND p.billing_period_end > CAST(:start AS timestamptz)"
    )
    return _read(
        connection, others, {**period(leaf), "path": ACCOUNT_PATH, "accounts": sorted(set(map(account_key, accounts)))}
    )


def _read(connection: sa.Connection, condition: str, parameters: dict[str, Any]) -> list[Part]:
    rows = connection.execute(
        sa.text(
            "SELECT p.*, s.name AS source FROM finops.billed_periods p "  # noqa: S608 - its names are constants, its values are bound
            f"JOIN finops.sources s ON s.id = p.source_id WHERE {condition}"
        ),
        parameters,
    )
    return [
        Part(
            row.billing_account_id,
            row.billing_period_start,
            row.billing_period_end,
            row.currency,
            row.rows,
            {name: getattr(row, f"{name}_cost" if name != "tax" else name) for name in MEASURES},
            source_id=row.source_id,
            source=row.source,
            provider=row.provider,
        )
        for row in rows
    ]


def write(connection: sa.Connection, leaf: Leaf, parts: Sequence[Part], providers: dict[str, str]) -> None:
    """Put what a leaf holds now in place of what stood of its source and month."""
    connection.execute(
        sa.text(
            "DELETE FROM finops.billed_periods WHERE source_id = :source "
            "AND billing_period_start >= CAST(:start AS timestamptz) "
            "AND billing_period_start < CAST(:end AS timestamptz)"
        ),
        period(leaf),
    )
    sums: dict[tuple[str, datetime, datetime, str], dict[str, Any]] = {}
    for part in parts:
        into = sums.setdefault(
            (part.account, part.start, part.end, part.currency),
            {
                "rows": 0,
                "provider": part.provider or providers.get(part.account, ""),
                **dict.fromkeys(MEASURES, Decimal(0)),
            },
        )
        into["rows"] += part.rows
        for name in MEASURES:
            into[name] += part.amounts[name]
    if sums:
        connection.execute(
            sa.insert(BilledPeriod),
            [
                {
                    "source_id": leaf.source_id,
                    "billing_account_id": account,
                    "billing_period_start": start,
                    "billing_period_end": end,
                    "currency": currency,
                    "provider": into["provider"],
                    "rows": into["rows"],
                    **{f"{name}_cost" if name != "tax" else name: into[name] for name in MEASURES},
                }
                for (account, start, end, currency), into in sums.items()
            ],
        )


def costs_by_load(parts: Iterable[Part]) -> dict[int, list[Cost]]:
    """The cost of each part, by the load that it came with."""
    costs: dict[int, list[Cost]] = {}
    for part in parts:
        if part.load:
            costs.setdefault(part.load, []).append(cost_of([part]))
    return costs


def cost_of(parts: Iterable[Part]) -> Cost:
    """The sums of parts by currency."""
    cost: Cost = {}
    for part in parts:
        into = cost.setdefault(part.currency, dict.fromkeys(MEASURES, Decimal(0)))
        for name in MEASURES:
            into[name] += part.amounts[name]
    return cost
