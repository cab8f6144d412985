"""A staged delivery in place of what it replaces: partitions, rollups, resources and completeness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from flows.loading import rollups
from flows.loading.staging import Leaf

_LOCK = 7_113_010  # advisory lock of the short part that touches what all sources share
_SOURCE_LOCK = 7_113_011  # with the source's id: loads of one source are serialised
_COMPLETENESS_DAYS = 40  # a bill is final some days into the next month


@dataclass(frozen=True)
class Replaced:
    """What a source had in a month before: rows, and cost by currency as {"billed", "effective"}."""

    source_id: int
    month: str
    rows: int
    cost: dict[str, dict[str, Decimal]]

    def to_json(self) -> dict[str, Any]:
        """For `loads.replaced` and for people."""
        return {"period": self.month, "rows": self.rows, "cost": cost_to_json(self.cost)}


def cost_to_json(cost: dict[str, dict[str, Decimal]]) -> dict[str, dict[str, str]]:
    """Decimals as text, so that nothing is rounded."""
    return {currency: {kind: f"{amount:f}" for kind, amount in amounts.items()} for currency, amounts in cost.items()}


def lock_sources(connection: sa.Connection, sources: Sequence[int]) -> None:
    """Wait until no other load of these sources is being put in place; lasts until the transaction ends."""
    for source in sorted(sources):
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock, :source)"), {"lock": _SOURCE_LOCK, "source": source})


def put_in_place(connection: sa.Connection, leaves: Sequence[Leaf], today: date) -> list[Replaced]:
    """Replace (source, month) by the leaves, with all sums; the sources must be locked. Commit is the caller's."""
    for leaf in leaves:
        connection.exec_driver_sql(f"ANALYZE {leaf.table} (source_id, billing_period_start, resource_id, charge_period_start)")
    replaced = [found for leaf in leaves if (found := _standing(connection, leaf))]
    for leaf in leaves:
        rollups.replace(connection, leaf)
    for source in sorted({leaf.source_id for leaf in leaves}):
        _note_completeness(connection, source, today)
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    for leaf in leaves:
        _update_resources(connection, leaf)
    if replaced:
        _forget_resources(connection)
    for leaf in leaves:
        _attach(connection, leaf)
    return replaced


def cost_of(connection: sa.Connection, leaf: Leaf) -> dict[str, dict[str, Decimal]]:
    """Cost by currency that the day sums hold for a source and month."""
    rows = connection.execute(
        sa.text(
            "SELECT currency, sum(billed_cost) AS billed, sum(effective_cost) AS effective FROM finops.daily_costs WHERE source_id = :source "
            "AND billing_period_start >= CAST(:start AS timestamptz) AND billing_period_start < CAST(:end AS timestamptz) GROUP BY currency ORDER BY currency"
        ),
        {"source": leaf.source_id, "start": f"{leaf.start}+00", "end": f"{leaf.end}+00"},
    )
    return {row.currency: {"billed": row.billed, "effective": row.effective} for row in rows}


def totals_by_load(connection: sa.Connection, leaves: Sequence[Leaf]) -> dict[int, dict[str, dict[str, Decimal]]]:
    """Billed and effective cost by currency of each load's rows in the leaves."""
    totals: dict[int, dict[str, dict[str, Decimal]]] = {}
    for leaf in leaves:
        rows = connection.exec_driver_sql(
            f"SELECT load_id, billing_currency, sum(billed_cost), sum(effective_cost) FROM {leaf.table} GROUP BY 1, 2 ORDER BY 1, 2"
        )
        for load, currency, billed, effective in rows:
            sums = totals.setdefault(load, {}).setdefault(currency, {"billed": Decimal(0), "effective": Decimal(0)})
            sums["billed"] += billed
            sums["effective"] += effective
    return totals


def _standing(connection: sa.Connection, leaf: Leaf) -> Replaced | None:
    """What a leaf is about to replace."""
    table = _attached(connection, leaf)
    if table is None:
        return None
    rows = int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
    return Replaced(leaf.source_id, leaf.month, rows, cost_of(connection, leaf))


def _month_table(leaf: Leaf) -> str:
    return f"finops.charges_{leaf.month.replace('-', '')}"


def _attached(connection: sa.Connection, leaf: Leaf) -> str | None:
    """The partition that now holds the leaf's source and month."""
    return connection.scalar(
        sa.text(
            "SELECT c.oid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = to_regclass(:month) AND pg_get_expr(c.relpartbound, c.oid) = :bound"
        ),
        {"month": _month_table(leaf), "bound": f"FOR VALUES IN ('{leaf.source_id}')"},
    )


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


def _update_resources(connection: sa.Connection, leaf: Leaf) -> None:
    """What the bills say of each resource of the leaf; what the inventory says stays."""
    connection.execute(
        sa.text(
            f"""
            WITH named AS (
                SELECT DISTINCT ON (resource_id) * FROM finops.resource_costs
                WHERE resource_id IN (SELECT resource_id FROM finops.resource_costs WHERE source_id = :source
                    AND billing_period_start >= CAST(:start AS timestamptz) AND billing_period_start < CAST(:end AS timestamptz))
                ORDER BY resource_id, usage_date DESC, effective_cost DESC
            ), span AS (
                SELECT c.resource_id, min(c.usage_date) AS first_seen, max(c.usage_date) AS last_seen,
                    sum(c.effective_cost) FILTER (WHERE c.usage_date > n.usage_date - 30 AND c.currency = n.currency
                        AND c.charge_category IS DISTINCT FROM 'Tax') AS monthly_cost
                FROM finops.resource_costs c JOIN named n USING (resource_id) GROUP BY c.resource_id
            ), tagged AS (
                SELECT DISTINCT ON (c.resource_id) c.resource_id, c.tags FROM {leaf.table} c JOIN named n USING (resource_id)
                WHERE c.tags IS NOT NULL AND c.charge_period_start >= n.usage_date::timestamp AT TIME ZONE 'UTC'
                ORDER BY c.resource_id, c.charge_period_start DESC
            )
            INSERT INTO finops.resources (resource_id, resource_name, resource_type, provider, account_id, account, service, region, team, environment,
                application, tags, first_seen, last_seen, monthly_cost, currency)
            SELECT n.resource_id, n.resource_name, n.resource_type, n.provider, n.account_id, n.account, n.service, n.region, n.team, n.environment,
                n.application, coalesce(t.tags, '{{}}'), s.first_seen, s.last_seen, s.monthly_cost, n.currency
            FROM named n JOIN span s USING (resource_id) LEFT JOIN tagged t USING (resource_id) ORDER BY n.resource_id
            ON CONFLICT (resource_id) DO UPDATE SET resource_name = coalesce(excluded.resource_name, resources.resource_name),
                resource_type = coalesce(excluded.resource_type, resources.resource_type), provider = excluded.provider,
                account_id = excluded.account_id, account = excluded.account, service = excluded.service,
                region = coalesce(excluded.region, resources.region), team = excluded.team, environment = excluded.environment,
                application = excluded.application, tags = CASE WHEN excluded.tags = '{{}}' THEN resources.tags ELSE excluded.tags END,
                first_seen = excluded.first_seen, last_seen = excluded.last_seen, monthly_cost = excluded.monthly_cost, currency = excluded.currency
            """
        ),
        {"source": leaf.source_id, "start": f"{leaf.start}+00", "end": f"{leaf.end}+00"},
    )


def _forget_resources(connection: sa.Connection) -> None:
    """Drop resources that only an earlier version of a bill knew."""
    connection.execute(
        sa.text(
            "DELETE FROM finops.resources r WHERE r.inventory_at IS NULL "
            "AND NOT EXISTS (SELECT FROM finops.resource_costs c WHERE c.resource_id = r.resource_id)"
        )
    )
