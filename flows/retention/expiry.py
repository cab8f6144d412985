"""Charges that are kept no longer: whole billing months, with their sums, so that no month is ever half there."""

from datetime import date

import sqlalchemy as sa

from flows.ingest.loading.placing.replace import forget_resources, lock_shared
from lake import catalogue

_SUMS = ("daily_costs", "hourly_costs", "resource_costs", "billed_periods")
_MONTHS = sa.text(
    "SELECT DISTINCT to_char(billing_period_start AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM finops.billed_periods "
    "ORDER BY 1"
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
    gone = [str(month) for month in connection.scalars(_MONTHS) if month < last_kept]
    for month in gone:
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
    return gone


def drop_rejected_rows(connection: sa.Connection, before: date) -> int:
    """Delete the rejected rows of loads that ended before a day; how many."""
    statement = sa.text(
        "DELETE FROM finops.rejected_rows r USING finops.loads l WHERE l.id = r.load_id "
        "AND l.finished_at < CAST(:before AS timestamptz)"
    )
    return connection.execute(statement, {"before": f"{before}T00:00:00+00"}).rowcount
