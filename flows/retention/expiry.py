"""Charges that are kept no longer: whole billing months, with their sums, so that no month is ever half there."""

from datetime import date

import sqlalchemy as sa

from flows.ingest.loading.replace import forget_resources, lock_shared
from lake import catalogue

_SUMS = ("daily_costs", "hourly_costs", "resource_costs", "billed_periods")
_MONTHS = sa.text(
    "SELECT c.oid::regclass::text AS table_name, to_char(to_date(right(c.relname, 6), 'YYYYMM'), 'YYYY-MM') AS month "
    "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'finops.charges'::regclass "
    "ORDER BY c.relname"
)


def drop_months_before(connection: sa.Connection, first_kept: date) -> list[str]:
    """Drop the billing months (`YYYY-MM`) that end on or before a day, with
    their sums and the resources only they knew.

    A load of such a month does not count as standing any more, so that the file
    could be loaded again. Commit is the caller's.
    """
    connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
    lock_shared(connection)
    last_kept = first_kept.strftime("%Y-%m")
    gone = [(str(row.table_name), str(row.month)) for row in connection.execute(_MONTHS) if row.month < last_kept]
    for table, month in gone:
        connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.execute(
            sa.text(
                "UPDATE finops.loads SET billing_periods = billing_periods - CAST(:month AS text), "
                "status = CASE WHEN billing_periods = jsonb_build_array(CAST(:month AS text)) THEN 'expired' ELSE "
                "status END "
                "WHERE status = 'loaded' AND billing_periods ? :month"
            ),
            {"month": month},
        )
    if gone:
        for table in _SUMS:
            connection.execute(
                sa.text(f"DELETE FROM finops.{table} WHERE billing_period_start < CAST(:kept AS timestamptz)"),  # noqa: S608 - its names are constants, its values are bound
                {"kept": f"{last_kept}-01+00"},
            )
        forget_resources(connection)
        first = date.fromisoformat(f"{last_kept}-01")
        catalogue.retire(connection, [file.path for file in catalogue.standing(connection, months=(date.min, first))])
    return [month for _, month in gone]


def drop_rejected_rows(connection: sa.Connection, before: date) -> int:
    """Delete the rejected rows of loads that ended before a day; how many."""
    statement = sa.text(
        "DELETE FROM finops.rejected_rows r USING finops.loads l WHERE l.id = r.load_id "
        "AND l.finished_at < CAST(:before AS timestamptz)"
    )
    return connection.execute(statement, {"before": f"{before}T00:00:00+00"}).rowcount
