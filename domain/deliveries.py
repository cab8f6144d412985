"""Deliveries as they were: their files, what became of them, and the rows that were not taken."""

from typing import Any

import sqlalchemy as sa

_LOADS = """
    SELECT l.id, l.finished_at, s.name AS source, l.path, l.format, l.billing_periods, l.rows, l.rejected, l.status,
    l.error, l.totals
    FROM finops.loads l LEFT JOIN finops.sources s ON s.id = l.source_id
    WHERE (CAST(:status AS text) IS NULL OR l.status = :status) ORDER BY l.id DESC LIMIT :limit
"""
_REJECTED = (
    "SELECT row_number, reason, content FROM finops.rejected_rows WHERE load_id = :load "
    "ORDER BY row_number LIMIT :limit"
)
_STANDS = """
    SELECT s.name AS source, p.billing_account_id, to_char(p.billing_period_start AT TIME ZONE 'UTC', 'YYYY-MM') AS
    period, p.currency,
        p.rows, p.billed_cost, p.effective_cost, p.list_cost, p.contracted_cost, p.tax
    FROM finops.billed_periods p JOIN finops.sources s ON s.id = p.source_id
    ORDER BY period DESC, source, billing_account_id, currency LIMIT :limit
"""
_TAGS = """
    SELECT t.key, count(DISTINCT t.value) AS values, sum(c.effective_cost) AS cost,
        100 * sum(c.effective_cost) / nullif((SELECT sum(effective_cost) FROM finops.charges
        WHERE billing_period_start >= :since), 0) AS share
    FROM finops.charges c CROSS JOIN LATERAL jsonb_each_text(c.tags) AS t(key, value)
    WHERE c.billing_period_start >= :since AND jsonb_typeof(c.tags) = 'object' AND t.value <> ''
    GROUP BY t.key ORDER BY cost DESC LIMIT :limit
"""
_NEWEST = "SELECT max(billing_period_start) FROM finops.billed_periods"

Row = dict[str, Any]


def deliveries(connection: sa.Connection, limit: int, status: str | None = None) -> list[Row]:
    """The newest files of deliveries, whatever became of them."""
    return _rows(connection, _LOADS, limit=limit, status=status)


def rejected(connection: sa.Connection, load: int, limit: int) -> list[Row]:
    """The rows of a file that were not taken, with the reason and the row."""
    return _rows(connection, _REJECTED, load=load, limit=limit)


def standing(connection: sa.Connection, limit: int) -> list[Row]:
    """What stands of each billing account, month and currency."""
    return _rows(connection, _STANDS, limit=limit)


def tag_keys(connection: sa.Connection, limit: int) -> list[Row]:
    """The tag keys of the newest billing month: how many values each has, and what share of the cost bears it."""
    since = connection.scalar(sa.text(_NEWEST))
    return _rows(connection, _TAGS, since=since, limit=limit) if since else []


def _rows(connection: sa.Connection, sql: str, **values: object) -> list[Row]:
    return [dict(row) for row in connection.execute(sa.text(sql), values).mappings()]
