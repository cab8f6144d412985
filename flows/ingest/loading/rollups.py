"""Sums of a staged leaf by day, by hour and by resource, in SQL."""

import sqlalchemy as sa

from flows.ingest.loading.staging import Leaf

_DIMENSIONS = {
    "provider": "provider_name",
    "billing_account": "coalesce(billing_account_name, billing_account_id)",
    "account_id": "sub_account_id",
    "account": "coalesce(sub_account_name, sub_account_id)",
    "service": "service_name",
    "service_category": "service_category",
    "region": "region_id",
    "team": "team",
    "environment": "environment",
    "application": "application",
    "charge_category": "charge_category",
    "pricing_category": "pricing_category",
    "commitment_type": "commitment_discount_type",
    "commitment_status": "commitment_discount_status",
    "charge_class": "CASE WHEN charge_class = 'Correction' OR charge_category = 'Adjustment' THEN 'Correction' END",
    "publisher": "publisher_name",
    "service_subcategory": "service_subcategory",
    "invoice_id": "invoice_id",
    "usage_unit": "consumed_unit",
    "currency": "billing_currency",
}
_MEASURES = {
    "list_cost": "list_cost",
    "contracted_cost": "contracted_cost",
    "billed_cost": "billed_cost",
    "effective_cost": "effective_cost",
    "usage_quantity": "consumed_quantity",
    # a list price of 0 or none on a paid charge is unknown; the unused part of a commitment has none, and saves nothing
    "listed_cost": "CASE WHEN charge_category = 'Usage' AND (list_cost > 0 OR commitment_discount_status = 'Unused' "
    "OR effective_cost = 0) THEN effective_cost END",
}
_RESOURCE_DIMENSIONS = {
    "resource_id": "resource_id",
    "resource_name": "resource_name",
    "resource_type": "resource_type",
    **{
        name: _DIMENSIONS[name]
        for name in (
            "provider",
            "account_id",
            "account",
            "service",
            "region",
            "team",
            "environment",
            "application",
            "charge_category",
            "currency",
        )
    },
    "commitment_status": "commitment_discount_status",
    "usage_type": "coalesce(sku_meter, sku_id)",
}
_RESOURCE_MEASURES = {
    name: _MEASURES[name] for name in ("usage_quantity", "list_cost", "billed_cost", "effective_cost")
}

_DAY = "(charge_period_start AT TIME ZONE 'UTC')::date"
_HOUR = "date_trunc('hour', charge_period_start, 'UTC')"
_WITHIN_AN_HOUR = "charge_period_end - charge_period_start <= interval '1 hour'"
_PERIOD = {"source_id": "source_id", "billing_period_start": "billing_period_start"}
MINE = (
    "source_id = :source AND billing_period_start >= CAST(:start AS timestamptz) AND billing_period_start < "
    "CAST(:end AS timestamptz)"
)


def replace(connection: sa.Connection, leaf: Leaf) -> None:
    """Put the sums of a leaf in place of those of its source and month; days
    are summed from hours where there are hours.
    """
    for table in ("daily_costs", "hourly_costs", "resource_costs"):
        connection.execute(sa.text(f"DELETE FROM finops.{table} WHERE {MINE}"), period(leaf))  # noqa: S608 - its names are constants, its values are bound
    connection.exec_driver_sql(
        "SET LOCAL enable_sort = off"
    )  # sorting all rows by twenty texts takes three times as long as hashing them
    costs = _PERIOD | _DIMENSIONS
    names = ", ".join([*costs, *_MEASURES])
    hours = connection.execute(
        sa.text(_insert("hourly_costs", leaf.table, {"usage_hour": _HOUR} | costs, _MEASURES, _WITHIN_AN_HOUR))
    ).rowcount
    longer = (
        f"SELECT {_DAY} AS usage_date, {_aliased(costs | _MEASURES)} FROM {leaf.table} WHERE NOT ({_WITHIN_AN_HOUR})"  # noqa: S608 - its names are constants, its values are bound
    )
    summed = (
        f"SELECT (usage_hour AT TIME ZONE 'UTC')::date AS usage_date, {names} FROM finops.hourly_costs WHERE {MINE}"  # noqa: S608 - its names are constants, its values are bound
    )
    days = f"({longer} UNION ALL {summed})" if hours else f"({longer})"
    columns = {name: name for name in ("usage_date", *costs)}
    connection.execute(
        sa.text(_insert("daily_costs", f"{days} AS days", columns, {name: name for name in _MEASURES})), period(leaf)
    )
    resources = {"usage_date": _DAY} | _PERIOD | _RESOURCE_DIMENSIONS
    connection.execute(
        sa.text(_insert("resource_costs", leaf.table, resources, _RESOURCE_MEASURES, "resource_id IS NOT NULL"))
    )
    connection.exec_driver_sql("SET LOCAL enable_sort = on")


def period(leaf: Leaf) -> dict[str, object]:
    """The parameters that pick a leaf's source and month."""
    return {"source": leaf.source_id, "start": f"{leaf.start}+00", "end": f"{leaf.end}+00"}


def _aliased(columns: dict[str, str]) -> str:
    return ", ".join(f"{expression} AS {name}" for name, expression in columns.items())


def _insert(table: str, rows: str, keys: dict[str, str], measures: dict[str, str], condition: str = "true") -> str:
    sums = {name: f"sum({column})" for name, column in measures.items()}
    return (
        f"INSERT INTO finops.{table} ({', '.join([*keys, *sums])}) SELECT "  # noqa: S608 - its names are constants, its values are bound
        f"{', '.join([*keys.values(), *sums.values()])} "
        f"FROM {rows} WHERE {condition} GROUP BY {', '.join(str(number + 1) for number in range(len(keys)))}"
    )
