"""Sums of a staged leaf by day, by hour and by resource, in SQL."""

import sqlalchemy as sa

from flows.loading.staging import Leaf

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
    "usage_unit": "consumed_unit",
    "currency": "billing_currency",
}
_MEASURES = {
    "list_cost": "list_cost",
    "contracted_cost": "contracted_cost",
    "billed_cost": "billed_cost",
    "effective_cost": "effective_cost",
    "usage_quantity": "consumed_quantity",
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
_RESOURCE_MEASURES = {name: _MEASURES[name] for name in ("usage_quantity", "list_cost", "billed_cost", "effective_cost")}
_PERIOD = {"source_id": "source_id", "billing_period_start": "billing_period_start"}


def replace(connection: sa.Connection, leaf: Leaf) -> None:
    """Put the sums of a leaf in place of those of its source and month."""
    for table in ("daily_costs", "hourly_costs", "resource_costs"):
        connection.execute(
            sa.text(
                f"DELETE FROM finops.{table} WHERE source_id = :source AND billing_period_start >= CAST(:start AS timestamptz) "
                "AND billing_period_start < CAST(:end AS timestamptz)"
            ),
            {"source": leaf.source_id, "start": f"{leaf.start}+00", "end": f"{leaf.end}+00"},
        )
    day = {"usage_date": "(charge_period_start AT TIME ZONE 'UTC')::date"}
    hour = {"usage_hour": "date_trunc('hour', charge_period_start, 'UTC')"}
    within_an_hour = "charge_period_end - charge_period_start <= interval '1 hour'"
    connection.exec_driver_sql(_insert("daily_costs", leaf, day | _PERIOD | _DIMENSIONS, _MEASURES))
    connection.exec_driver_sql(_insert("hourly_costs", leaf, hour | _PERIOD | _DIMENSIONS, _MEASURES, within_an_hour))
    connection.exec_driver_sql(
        _insert("resource_costs", leaf, day | _PERIOD | _RESOURCE_DIMENSIONS, _RESOURCE_MEASURES, "resource_id IS NOT NULL")
    )


def _insert(table: str, leaf: Leaf, keys: dict[str, str], measures: dict[str, str], condition: str = "true") -> str:
    sums = {name: f"sum({column})" for name, column in measures.items()}
    return (
        f"INSERT INTO finops.{table} ({', '.join([*keys, *sums])}) SELECT {', '.join([*keys.values(), *sums.values()])} "
        f"FROM {leaf.table} WHERE {condition} GROUP BY {', '.join(str(number + 1) for number in range(len(keys)))}"
    )
