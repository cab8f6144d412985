"""Deliveries as they were: their files, what became of them, and the rows that were not taken."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from db.focus import FILE_COLUMNS
from lake import catalogue, rows
from lake.place import Place

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
    WITH borne AS (
        SELECT tags, billing_currency AS currency, sum(effective_cost) AS cost FROM line_items GROUP BY ALL
    ),
    each AS (SELECT unnest(map_entries(tags)) AS tag, currency, cost FROM borne WHERE tags IS NOT NULL),
    whole AS (SELECT currency, CAST(sum(cost) AS DOUBLE) AS cost FROM borne GROUP BY currency)
    SELECT tag.key, currency, count(DISTINCT tag.value), sum(each.cost),
        100 * CAST(sum(each.cost) AS DOUBLE) / nullif(any_value(whole.cost), 0) AS share
    FROM each JOIN whole USING (currency) WHERE tag.value <> '' GROUP BY 1, 2
    ORDER BY share DESC NULLS LAST, 1, 2 LIMIT $limit
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


def tag_keys(connection: sa.Connection, place: Place, limit: int) -> list[Row]:
    """The tag keys of the newest billing month, for each currency: how many values each has, and what share of the cost
    in that currency bears it, in per cent. Raises `UserError` where the month's line items are gone.
    """
    newest: datetime | None = connection.scalar(sa.text(_NEWEST))
    if newest is None:
        return []
    files = catalogue.standing(connection, months=(newest.astimezone(UTC).date().replace(day=1), date.max))
    with rows.opened(place, files, FILE_COLUMNS) as engine:
        key_rows = engine.execute(_TAGS, {"limit": limit}).fetchall()
    return [
        {
            "key": key,
            "currency": currency,
            "values": values,
            "cost": cost,
            "share": None if share is None else Decimal(str(share)),
        }
        for key, currency, values, cost, share in key_rows
    ]


def _rows(connection: sa.Connection, sql: str, **values: object) -> list[Row]:
    return [dict(row) for row in connection.execute(sa.text(sql), values).mappings()]
