"""A staged delivery in place of what it replaces: partitions, rollups, resources and completeness."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from db import locks
from db.locks import Lock
from flows.ingest.loading import lake_files, rollups
from flows.ingest.loading.staging import Leaf
from flows.ingest.loading.standing import Cost, Part

_RECENT_DAYS = 30  # a resource's monthly cost
_RESOURCE = (
    "resource_id",
    "resource_name",
    "resource_type",
    "region",
    "provider",
    "account_id",
    "account",
    "service",
    "team",
    "environment",
    "application",
    "currency",
)
_COMPLETENESS_DAYS = 40  # a bill is final some days into the next month


@dataclass(frozen=True)
class Replaced:
    """What a source had in a month before: rows, and cost by currency; `was` and `now` are the costs of the accounts
    that stood before and were delivered anew.
    """

    source_id: int
    month: str
    rows: int
    cost: Cost
    was: Cost
    now: Cost

    def to_json(self) -> dict[str, Any]:
        """Stored in `loads.replaced` and shown by the command line; `restated` has the effective costs that changed."""
        restated = {
            currency: {"was": f"{amounts['effective']:f}", "now": f"{now:f}"}
            for currency, amounts in self.was.items()
            if (now := self.now[currency]["effective"] if currency in self.now else Decimal(0)) != amounts["effective"]
        }
        return {"period": self.month, "rows": self.rows, "cost": cost_to_json(self.cost), "restated": restated}


def cost_to_json(cost: Cost) -> dict[str, dict[str, str]]:
    """Decimals as text, so that nothing is rounded."""
    return {currency: {kind: f"{amount:f}" for kind, amount in amounts.items()} for currency, amounts in cost.items()}


def lock_sources(connection: sa.Connection, sources: Sequence[int]) -> None:
    """Wait until no other load of these sources is being put in place; lasts until the transaction ends."""
    for source in sorted(sources):
        locks.take(connection, Lock.LOAD, str(source))


def lock_shared(connection: sa.Connection) -> None:
    """Wait until no other load changes what all sources share: months and
    resources; lasts until the transaction ends.
    """
    locks.take(connection, Lock.ROLLUPS)


def put_in_place(connection: sa.Connection, leaves: Sequence[Leaf], today: date) -> None:
    """Replace (source, month) by the leaves, with all sums; the sources must be locked. Commit is the caller's."""
    for leaf in leaves:
        connection.exec_driver_sql(
            f"ANALYZE {leaf.table} (source_id, billing_period_start, resource_id, charge_period_start)"
        )
    replacing = [leaf for leaf in leaves if attached(connection, leaf)]
    for leaf in leaves:
        rollups.replace(connection, leaf)
    for source in sorted({leaf.source_id for leaf in leaves}):
        _note_completeness(connection, source, today)
    lock_shared(connection)
    _rename_accounts(connection, leaves)
    _update_resources(connection, leaves)
    if replacing:
        forget_resources(connection)
    for leaf in leaves:
        _attach(connection, leaf)


def _rename_accounts(connection: sa.Connection, leaves: Sequence[Leaf]) -> None:
    """Give every sum of an account that was renamed its newest name, so that it is one account."""
    names = " UNION ".join(
        f"SELECT DISTINCT sub_account_id AS id FROM {leaf.table} WHERE sub_account_id IS NOT NULL"  # noqa: S608 - its names are constants
        for leaf in leaves
    )
    renamed = connection.exec_driver_sql(
        f"SELECT DISTINCT ON (account_id) account_id, account FROM finops.daily_costs WHERE account_id IN ("  # noqa: S608 - its names are constants, its values are bound
        f"SELECT account_id FROM finops.daily_costs WHERE account_id IN ({names}) GROUP BY 1 "
        "HAVING count(DISTINCT account) > 1) "
        "ORDER BY account_id, usage_date DESC, account"
    ).all()
    for account_id, account in renamed:
        for table in ("daily_costs", "hourly_costs", "resource_costs", "resources"):
            connection.execute(
                sa.text(
                    f"UPDATE finops.{table} SET account = :account WHERE account_id = :id "  # noqa: S608 - its names are constants, its values are bound
                    "AND account IS DISTINCT FROM :account"
                ),
                {"account": account, "id": account_id},
            )


def carry_over(
    connection: sa.Connection, leaf: Leaf, standing: Sequence[Part], *, but_loads: Sequence[int] = ()
) -> None:
    """Copy into a leaf what stands of its source and month and is not replaced: other accounts and periods.

    With `but_loads` all that stands is kept, except what came with these loads.
    """
    old = attached(connection, leaf)
    if old is None:
        return
    if but_loads or not standing:
        condition = "NOT (load_id = ANY(:loads))"
        parameters: list[dict[str, Any]] = [{"loads": list(but_loads)}]
    else:
        condition = "billing_account_id = :account AND billing_period_start = :start AND billing_period_end = :end"
        keys = {(part.account, part.start, part.end) for part in standing}
        parameters = [{"account": account, "start": start, "end": end} for account, start, end in sorted(keys)]
    for values in parameters:
        connection.execute(sa.text(f"INSERT INTO {leaf.table} SELECT * FROM {old} WHERE {condition}"), values)  # noqa: S608 - its names are constants, its values are bound


def take_over(connection: sa.Connection, parts: Sequence[Part]) -> None:
    """Delete accounts' periods from the sources under which they stood, with their sums."""
    lake_files.retire(connection, parts)
    for part in parts:
        leaf = _leaf_of(part)
        table = attached(connection, leaf)
        if table is None:
            continue
        connection.execute(
            sa.text(
                f"DELETE FROM {table} WHERE billing_account_id = :account AND billing_period_start = :start "  # noqa: S608 - its names are constants, its values are bound
                "AND billing_period_end = :end"
            ),
            {"account": part.account, "start": part.start, "end": part.end},
        )
        rollups.replace(connection, replace(leaf, table=table))
        connection.execute(
            sa.text(
                "DELETE FROM finops.billed_periods WHERE source_id = :source AND billing_account_id = :account "
                "AND billing_period_start = :start AND billing_period_end = :end"
            ),
            {"source": part.source_id, "account": part.account, "start": part.start, "end": part.end},
        )


def _leaf_of(part: Part) -> Leaf:
    return Leaf("", part.source_id, f"{part.start:%Y-%m}")


def missing_days(connection: sa.Connection, leaf: Leaf) -> dict[str, tuple[int, Decimal]]:
    """By currency, how many days that stand in the sums have no row in a leaf, and their effective cost."""
    rows = connection.execute(
        sa.text(
            "WITH days AS (SELECT usage_date, currency, sum(effective_cost) AS cost FROM finops.daily_costs "  # noqa: S608 - its names are constants, its values are bound
            f"WHERE {rollups.MINE} GROUP BY 1, 2) "
            "SELECT currency, count(*), coalesce(sum(abs(cost)), 0) FROM days d WHERE NOT EXISTS (SELECT FROM "
            f"{leaf.table} c WHERE (c.charge_period_start AT TIME ZONE 'UTC')::date = d.usage_date "
            "AND c.billing_currency = d.currency) "
            "GROUP BY currency"
        ),
        rollups.period(leaf),
    )
    return {currency: (days, cost) for currency, days, cost in rows}


def _month_table(leaf: Leaf) -> str:
    return f"finops.charges_{leaf.month.replace('-', '')}"


def attached(connection: sa.Connection, leaf: Leaf) -> str | None:
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
        f"CREATE TABLE IF NOT EXISTS {month} PARTITION OF finops.charges FOR VALUES "
        f"FROM ('{leaf.start}+00') TO ('{leaf.end}+00') "
        "PARTITION BY LIST (source_id)"
    )
    old = attached(connection, leaf)
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
                WHERE source_id = :source AND charge_category = 'Usage'
                AND usage_date > :today - CAST(:days AS integer) AND usage_date <= :today
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
    tags = " UNION ALL ".join(
        f"SELECT resource_id, tags, charge_period_start FROM {leaf.table} WHERE tags IS NOT NULL"  # noqa: S608 - its names are constants
        for leaf in leaves
    )
    periods = " OR ".join(
        f"(source_id = {leaf.source_id:d} AND billing_period_start >= '{leaf.start}+00' AND billing_period_start < "
        f"'{leaf.end}+00')"
        for leaf in leaves
    )
    # in steps, each with statistics: guessing at rows that were written a moment ago, the planner would nest loops over
    # all of them
    connection.exec_driver_sql(
        "ANALYZE finops.resource_costs (resource_id, usage_date, source_id, billing_period_start)"
    )
    _keep(
        connection,
        "days",
        "SELECT resource_id, min(usage_date) AS first_seen, max(usage_date) AS last_seen FROM finops.resource_costs "  # noqa: S608 - its names are constants, its values are bound
        f"WHERE resource_id IN (SELECT resource_id FROM finops.resource_costs WHERE {periods}) GROUP BY resource_id",
    )
    _keep(
        connection,
        "newest",
        "SELECT DISTINCT ON (c.resource_id) c.*, d.first_seen, d.last_seen FROM finops.resource_costs c "
        "JOIN pg_temp.days d ON d.resource_id = c.resource_id AND d.last_seen = c.usage_date "
        "ORDER BY c.resource_id, c.effective_cost DESC",
    )
    connection.exec_driver_sql(
        f"""
        WITH recent AS (
            SELECT c.resource_id, sum(c.effective_cost) AS monthly_cost FROM finops.resource_costs c
            JOIN pg_temp.newest n ON n.resource_id = c.resource_id AND n.currency = c.currency
            AND c.usage_date > n.usage_date - {_RECENT_DAYS}
            WHERE c.charge_category IS DISTINCT FROM 'Tax' GROUP BY c.resource_id
        ), tagged AS (
            SELECT DISTINCT ON (t.resource_id) t.resource_id, t.tags FROM ({tags}) t JOIN pg_temp.newest n
            ON n.resource_id = t.resource_id AND t.charge_period_start >= n.usage_date::timestamp
            ORDER BY t.resource_id, t.charge_period_start DESC
        )
        INSERT INTO finops.resources ({", ".join(_RESOURCE)}, tags, first_seen, last_seen, monthly_cost)
        SELECT {", ".join(f"n.{name}" for name in _RESOURCE)}, coalesce(t.tags, '{{}}'), n.first_seen, n.last_seen,
        r.monthly_cost
        FROM pg_temp.newest n LEFT JOIN recent r USING (resource_id) LEFT JOIN tagged t USING (resource_id)
        ORDER BY n.resource_id
        ON CONFLICT (resource_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _RESOURCE[4:])},
            {", ".join(f"{name} = coalesce(excluded.{name}, resources.{name})" for name in _RESOURCE[1:4])},
            tags = CASE WHEN excluded.tags = '{{}}' THEN resources.tags ELSE excluded.tags END,
            first_seen = excluded.first_seen, last_seen = excluded.last_seen, monthly_cost = excluded.monthly_cost
        """  # noqa: S608 - its names are constants, its values are bound
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
