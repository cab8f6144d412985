"""A staged delivery in place of what it replaces: partitions, rollups, resources and completeness."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from flows.loading import rollups
from flows.loading.staging import Leaf

Cost = dict[str, dict[str, Decimal]]  # currency -> "billed" and "effective"

_LOCK = 7_113_010  # advisory lock of the short part that touches what all sources share
_SOURCE_LOCK = 7_113_011  # with the source's id: loads of one source are serialised
_RECENT_DAYS = 30  # a resource's monthly cost
_RESOURCE = (
    "resource_id", "resource_name", "resource_type", "region", "provider", "account_id", "account", "service", "team", "environment", "application",
    "currency",
)  # fmt: skip
_COMPLETENESS_DAYS = 40  # a bill is final some days into the next month


@dataclass(frozen=True)
class Replaced:
    """What a source had in a month before: rows, and cost by currency as {"billed", "effective"}."""

    source_id: int
    month: str
    rows: int
    cost: Cost

    def to_json(self) -> dict[str, Any]:
        """For `loads.replaced` and for people."""
        return {"period": self.month, "rows": self.rows, "cost": cost_to_json(self.cost)}


def cost_to_json(cost: Cost) -> dict[str, dict[str, str]]:
    """Decimals as text, so that nothing is rounded."""
    return {currency: {kind: f"{amount:f}" for kind, amount in amounts.items()} for currency, amounts in cost.items()}


def lock_sources(connection: sa.Connection, sources: Sequence[int]) -> None:
    """Wait until no other load of these sources is being put in place; lasts until the transaction ends."""
    for source in sorted(sources):
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock, :source)"), {"lock": _SOURCE_LOCK, "source": source})


def lock_shared(connection: sa.Connection) -> None:
    """Wait until no other load changes what all sources share: months and resources; lasts until the transaction ends."""
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def put_in_place(connection: sa.Connection, leaves: Sequence[Leaf], today: date) -> list[Replaced]:
    """Replace (source, month) by the leaves, with all sums; the sources must be locked. Commit is the caller's."""
    for leaf in leaves:
        connection.exec_driver_sql(f"ANALYZE {leaf.table} (source_id, billing_period_start, resource_id, charge_period_start)")
    replaced = [found for leaf in leaves if (found := _standing(connection, leaf))]
    for leaf in leaves:
        rollups.replace(connection, leaf)
    for source in sorted({leaf.source_id for leaf in leaves}):
        _note_completeness(connection, source, today)
    lock_shared(connection)
    _update_resources(connection, leaves)
    if replaced:
        forget_resources(connection)
    for leaf in leaves:
        _attach(connection, leaf)
    return replaced


def cost_of(connection: sa.Connection, leaf: Leaf) -> Cost:
    """Cost by currency that the day sums hold for a source and month."""
    rows = connection.execute(
        sa.text(
            "SELECT currency, sum(billed_cost) AS billed, sum(effective_cost) AS effective "
            f"FROM finops.daily_costs WHERE {rollups.MINE} GROUP BY currency ORDER BY currency"
        ),
        rollups.period(leaf),
    )
    return {row.currency: {"billed": row.billed, "effective": row.effective} for row in rows}


def totals_by_load(connection: sa.Connection, leaves: Sequence[Leaf]) -> dict[int, Cost]:
    """Billed and effective cost by currency of each load's rows in the leaves, which must be in place."""
    totals: dict[int, Cost] = {}
    for leaf in leaves:
        for load, cost in _by_load(connection, leaf):
            for currency, amounts in cost.items():
                into = totals.setdefault(load, {}).setdefault(currency, dict.fromkeys(amounts, Decimal(0)))
                for kind, amount in amounts.items():
                    into[kind] += amount
    return totals


def _by_load(connection: sa.Connection, leaf: Leaf) -> Iterator[tuple[int, Cost]]:
    if len(leaf.loads) == 1:  # the day sums are those of the one file
        yield next(iter(leaf.loads)), cost_of(connection, leaf)
        return
    rows = connection.exec_driver_sql(
        f"SELECT load_id, billing_currency, sum(billed_cost), sum(effective_cost) FROM {leaf.table} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    for load, currency, billed, effective in rows:
        yield load, {currency: {"billed": billed, "effective": effective}}


def _standing(connection: sa.Connection, leaf: Leaf) -> Replaced | None:
    """What a leaf is about to replace."""
    table = _attached(connection, leaf)
    if table is None:
        return None
    rows = int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
    return Replaced(leaf.source_id, leaf.month, rows, cost_of(connection, leaf)) if rows else None


def _month_table(leaf: Leaf) -> str:
    return f"finops.charges_{leaf.month.replace('-', '')}"


def _attached(connection: sa.Connection, leaf: Leaf) -> str | None:
    """The partition that now holds the leaf's source and month."""
    table: str | None = connection.scalar(
        sa.text(
            "SELECT c.oid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = to_regclass(:month) AND pg_get_expr(c.relpartbound, c.oid) = :bound"
        ),
        {"month": _month_table(leaf), "bound": f"FOR VALUES IN ('{leaf.source_id}')"},
    )
    return table


def _attach(connection: sa.Connection, leaf: Leaf) -> None:
    month = _month_table(leaf)
    connection.exec_driver_sql(
        f"CREATE TABLE IF NOT EXISTS {month} PARTITION OF finops.charges FOR VALUES FROM ('{leaf.start}+00') TO ('{leaf.end}+00') "
        "PARTITION BY LIST (source_id)"
    )
    old = _attached(connection, leaf)
    if old is not None:
        connection.exec_driver_sql(f"DROP TABLE {old}")
    connection.exec_driver_sql(f"ALTER TABLE {month} ATTACH PARTITION {leaf.table} FOR VALUES IN ({leaf.source_id:d})")


def _note_completeness(connection: sa.Connection, source: int, today: date) -> None:
    """Remember what each recent day costs as seen today, in the source's main currency."""
    connection.execute(
        sa.text(
            """
            WITH recent AS (
                SELECT usage_date, currency, sum(effective_cost) AS cost FROM finops.daily_costs
                WHERE source_id = :source AND charge_category = 'Usage' AND usage_date > :today - CAST(:days AS integer) AND usage_date <= :today
                GROUP BY usage_date, currency
            ), main AS (SELECT currency FROM recent GROUP BY currency ORDER BY sum(abs(cost)) DESC, currency LIMIT 1)
            INSERT INTO finops.completeness (source_id, usage_date, seen_on, cost)
            SELECT :source, usage_date, :today, cost FROM recent JOIN main USING (currency)
            ON CONFLICT (source_id, usage_date, seen_on) DO UPDATE SET cost = excluded.cost
            """
        ),
        {"source": source, "today": today, "days": _COMPLETENESS_DAYS},
    )


def _update_resources(connection: sa.Connection, leaves: Sequence[Leaf]) -> None:
    """What the bills say of each resource of the leaves; what the inventory says stays."""
    tags = " UNION ALL ".join(f"SELECT resource_id, tags, charge_period_start FROM {leaf.table} WHERE tags IS NOT NULL" for leaf in leaves)
    periods = " OR ".join(
        f"(source_id = {leaf.source_id:d} AND billing_period_start >= '{leaf.start}+00' AND billing_period_start < '{leaf.end}+00')"
        for leaf in leaves
    )
    # in steps, each with statistics: guessing at rows that were written a moment ago, the planner would nest loops over all of them
    connection.exec_driver_sql("ANALYZE finops.resource_costs (resource_id, usage_date, source_id, billing_period_start)")
    _keep(
        connection,
        "days",
        "SELECT resource_id, min(usage_date) AS first_seen, max(usage_date) AS last_seen FROM finops.resource_costs "
        f"WHERE resource_id IN (SELECT resource_id FROM finops.resource_costs WHERE {periods}) GROUP BY resource_id",
    )
    _keep(
        connection,
        "newest",
        "SELECT DISTINCT ON (c.resource_id) c.*, d.first_seen, d.last_seen FROM finops.resource_costs c "
        "JOIN pg_temp.days d ON d.resource_id = c.resource_id AND d.last_seen = c.usage_date ORDER BY c.resource_id, c.effective_cost DESC",
    )
    connection.exec_driver_sql(
        f"""
        WITH recent AS (
            SELECT c.resource_id, sum(c.effective_cost) AS monthly_cost FROM finops.resource_costs c
            JOIN pg_temp.newest n ON n.resource_id = c.resource_id AND n.currency = c.currency AND c.usage_date > n.usage_date - {_RECENT_DAYS}
            WHERE c.charge_category IS DISTINCT FROM 'Tax' GROUP BY c.resource_id
        ), tagged AS (
            SELECT DISTINCT ON (t.resource_id) t.resource_id, t.tags FROM ({tags}) t JOIN pg_temp.newest n
            ON n.resource_id = t.resource_id AND t.charge_period_start >= n.usage_date::timestamp ORDER BY t.resource_id, t.charge_period_start DESC
        )
        INSERT INTO finops.resources ({", ".join(_RESOURCE)}, tags, first_seen, last_seen, monthly_cost)
        SELECT {", ".join(f"n.{name}" for name in _RESOURCE)}, coalesce(t.tags, '{{}}'), n.first_seen, n.last_seen, r.monthly_cost
        FROM pg_temp.newest n LEFT JOIN recent r USING (resource_id) LEFT JOIN tagged t USING (resource_id) ORDER BY n.resource_id
        ON CONFLICT (resource_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _RESOURCE[4:])},
            {", ".join(f"{name} = coalesce(excluded.{name}, resources.{name})" for name in _RESOURCE[1:4])},
            tags = CASE WHEN excluded.tags = '{{}}' THEN resources.tags ELSE excluded.tags END,
            first_seen = excluded.first_seen, last_seen = excluded.last_seen, monthly_cost = excluded.monthly_cost
        """
    )


def _keep(connection: sa.Connection, name: str, query: str) -> None:
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {query}")
    connection.exec_driver_sql(f"ANALYZE pg_temp.{name}")


def forget_resources(connection: sa.Connection) -> None:
    """Drop resources that only an earlier version of a bill knew."""
    connection.execute(
        sa.text(
            "DELETE FROM finops.resources r WHERE r.inventory_at IS NULL "
            "AND NOT EXISTS (SELECT FROM finops.resource_costs c WHERE c.resource_id = r.resource_id)"
        )
    )
