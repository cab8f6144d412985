"""A staged delivery in place of what it replaces: partitions, rollups, resources and completeness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from db import locks
from db.locks import Lock
from flows.ingest.loading.placing import lake_files, rollups
from flows.ingest.loading.placing.staging import Leaf, line_items
from flows.ingest.loading.placing.standing import Cost, Part
from lake.place import Place
from lake.writer import Writer

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
_TAGGED = (
    "SELECT resource_id, to_json(arg_max(tags, charge_period_start)), max(charge_period_start) FROM line_items "
    "WHERE resource_id IS NOT NULL AND tags IS NOT NULL GROUP BY resource_id"
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


def put_in_place(connection: sa.Connection, place: Place, leaves: Sequence[Leaf], today: date) -> None:
    """Replace (source, month) by the leaves, with all sums; the sources must be locked. Commit is the caller's."""
    replacing = any(_stands(connection, leaf) for leaf in leaves)
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE tagged (resource_id text NOT NULL, tags jsonb NOT NULL, at timestamptz NOT NULL) "
        "ON COMMIT DROP"
    )
    for leaf in leaves:
        with line_items(place, leaf) as engine:
            rollups.replace(connection, engine, leaf, {"pg_temp.tagged (resource_id, tags, at)": _TAGGED})
        lake_files.publish(connection, leaf)
    for source in sorted({leaf.source_id for leaf in leaves}):
        _note_completeness(connection, source, today)
    lock_shared(connection)
    _rename_accounts(connection, leaves)
    _update_resources(connection, leaves)
    if replacing:
        forget_resources(connection)


def _stands(connection: sa.Connection, leaf: Leaf) -> bool:
    statement = sa.text(f"SELECT EXISTS (SELECT FROM finops.billed_periods WHERE {rollups.MINE})")  # noqa: S608 - its names are constants, its values are bound
    return bool(connection.scalar(statement, rollups.period(leaf)))


def _rename_accounts(connection: sa.Connection, leaves: Sequence[Leaf]) -> None:
    """Give every sum of an account that was renamed its newest name, so that it is one account."""
    names = f"SELECT account_id FROM finops.daily_costs WHERE account_id IS NOT NULL AND ({_of(leaves)})"  # noqa: S608 - its names are constants
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


def take_over(connection: sa.Connection, writer: Writer, parts: Sequence[Part]) -> None:
    """Take accounts' periods from the sources under which they stood, with their sums."""
    for source, month in sorted({(part.source_id, f"{part.start.astimezone(UTC):%Y-%m}") for part in parts}):
        mine = [part for part in parts if (part.source_id, f"{part.start.astimezone(UTC):%Y-%m}") == (source, month)]
        leaf = lake_files.without_parts(connection, writer, Leaf(source, month), mine)
        if leaf.files:
            with line_items(writer.place, leaf) as engine:
                rollups.replace(connection, engine, leaf)
        else:
            rollups.replace(connection, None, leaf)
        lake_files.publish(connection, leaf)
        for part in mine:
            connection.execute(
                sa.text(
                    "DELETE FROM finops.billed_periods WHERE source_id = :source AND billing_account_id = :account "
                    "AND billing_period_start = :start AND billing_period_end = :end"
                ),
                {"source": source, "account": part.account, "start": part.start, "end": part.end},
            )


def missing_days(connection: sa.Connection, writer: Writer, leaf: Leaf) -> dict[str, tuple[int, Decimal]]:
    """By currency, how many days that stand in the sums have no row in a leaf, and their effective cost."""
    with line_items(writer.place, leaf) as engine:
        there = set(engine.execute("SELECT DISTINCT usage_date, billing_currency FROM line_items").fetchall())
    rows = connection.execute(
        sa.text(
            "SELECT usage_date, currency, coalesce(abs(sum(effective_cost)), 0) FROM finops.daily_costs "  # noqa: S608 - its names are constants, its values are bound
            f"WHERE {rollups.MINE} GROUP BY 1, 2"
        ),
        rollups.period(leaf),
    )
    missing: dict[str, tuple[int, Decimal]] = {}
    for day, currency, cost in rows:
        if (day, currency) not in there:
            days, sum_ = missing.get(currency, (0, Decimal(0)))
            missing[currency] = (days + 1, sum_ + cost)
    return missing


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


def _of(leaves: Sequence[Leaf]) -> str:
    """The rows of sums of the leaves, as a condition."""
    return " OR ".join(
        f"(source_id = {leaf.source_id:d} AND billing_period_start >= '{leaf.start}+00' AND billing_period_start < "
        f"'{leaf.end}+00')"
        for leaf in leaves
    )


def _update_resources(connection: sa.Connection, leaves: Sequence[Leaf]) -> None:
    """What the bills say of each resource of the leaves, whose newest tags are in `tagged`; what the inventory says
    stays.
    """
    connection.exec_driver_sql("ANALYZE pg_temp.tagged")
    # in steps, each with statistics: guessing at rows that were written a moment ago, the planner would nest loops over
    # all of them
    connection.exec_driver_sql(
        "ANALYZE finops.resource_costs (resource_id, usage_date, source_id, billing_period_start)"
    )
    mine = f"SELECT resource_id FROM finops.resource_costs WHERE {_of(leaves)}"  # noqa: S608 - its names are constants
    _keep(
        connection,
        "days",
        "SELECT resource_id, min(usage_date) AS first_seen, max(usage_date) AS last_seen FROM finops.resource_costs "  # noqa: S608 - its names are constants, its values are bound
        f"WHERE resource_id IN ({mine}) GROUP BY resource_id",
    )
    _keep(
        connection,
        "newest",
        "SELECT DISTINCT ON (c.resource_id) c.*, d.first_seen, d.last_seen FROM finops.resource_costs c "  # noqa: S608 - its names are constants
        "JOIN pg_temp.days d ON d.resource_id = c.resource_id AND d.last_seen = c.usage_date "
        f"ORDER BY c.resource_id, c.effective_cost DESC, {', '.join(f'c.{name}' for name in _RESOURCE[1:])}",
    )
    connection.exec_driver_sql(
        f"""
        WITH recent AS (
            SELECT c.resource_id, sum(c.effective_cost) AS monthly_cost FROM finops.resource_costs c
            JOIN pg_temp.newest n ON n.resource_id = c.resource_id AND n.currency = c.currency
            AND c.usage_date > n.usage_date - {_RECENT_DAYS}
            WHERE c.charge_category IS DISTINCT FROM 'Tax' GROUP BY c.resource_id
        ), tagged AS (
            SELECT DISTINCT ON (t.resource_id) t.resource_id, t.tags FROM pg_temp.tagged t JOIN pg_temp.newest n
            ON n.resource_id = t.resource_id AND t.at >= n.usage_date::timestamp
            ORDER BY t.resource_id, t.at DESC
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
