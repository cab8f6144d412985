"""The view `reporting.charges`: line items, which lie in the lake and which DuckDB reads, not Postgres."""

from db import focus
from db.reporting.ai_usage import AI_USAGE
from db.reporting.view import Column, View

_TYPES = {"text": "text", "decimal": "numeric", "time": "timestamptz", "date": "date", "map": "map"}
_COMMENTS = {
    "usage_date": "Day of the charge, UTC",
    "availability_zone": "Availability zone; NULL when unknown",
    "charge_description": "What is charged, in the provider's words",
    "charge_class": "Correction for corrections, refunds and adjustments of earlier charges; NULL when none",
    "consumed_quantity": "Consumed quantity in consumed_unit; add up only within one unit",
    "effective_cost": "Amortized cost after all discounts: the default meaning of cost",
    "extras": "Columns of the bill that FOCUS does not know, as JSON",
    "instance_type": "Size of the machine, as m5.2xlarge; NULL when none",
    "sku_id": "SKU",
    "sku_meter": "Meter, as the provider calls it",
    "sku_price_id": "SKU price",
    "tags": "Tags by key: tags['cost-center']",
    "team": "Owning team by the allocation rules; NULL is unallocated",
    "environment": "prod, staging, dev … by the allocation rules; NULL is unallocated",
    "application": "Application by the allocation rules; NULL is unallocated",
}
# Names as in daily_costs, so that a question reads the same over either view.
_SAME: tuple[tuple[str, str, str, str], ...] = (
    ("provider", "text", "provider_name", "Cloud provider: AWS, Microsoft, Google Cloud …"),
    ("billing_account", "text", "coalesce(billing_account_name, billing_account_id)", "Billing (payer) account name"),
    ("account_id", "text", "sub_account_id", "Sub account id: AWS account, Azure subscription, Google project"),
    ("account", "text", "coalesce(sub_account_name, sub_account_id)", "Sub account name"),
    ("service", "text", "service_name", "Service name as billed: Amazon Elastic Compute Cloud …"),
    ("region", "text", "region_id", "Region id; NULL where the charge has none"),
    ("commitment_type", "text", "commitment_discount_type", "Kind of commitment discount; NULL when none"),
    ("commitment_status", "text", "commitment_discount_status", "Used or Unused part of a commitment; NULL when none"),
    ("publisher", "text", "publisher_name", "Who makes what is sold: a marketplace's seller, else the provider"),
    ("usage_quantity", "numeric", "consumed_quantity", "Consumed quantity in usage_unit; add up only within one unit"),
    ("usage_unit", "text", "consumed_unit", "Unit of usage_quantity"),
    ("usage_type", "text", "coalesce(sku_meter, sku_id)", "Meter, else the SKU"),
    (
        "listed_cost",
        "numeric",
        (
            "CASE WHEN charge_category = 'Usage' AND (list_cost > 0 OR commitment_discount_status = 'Unused' "
            "OR effective_cost = 0) THEN effective_cost END"
        ),
        "Effective cost of usage whose list price is known; savings are list_cost less this",
    ),
    ("currency", "text", "billing_currency", "Billing currency; never add up over currencies"),
    ("billing_period", "date", "CAST(billing_period_start AS DATE)", "Month of the bill, its first day"),
    (
        "usage_hour",
        "timestamptz",
        (
            "CASE WHEN charge_period_end - charge_period_start <= INTERVAL '1 hour' "  # as the sums of hours
            "THEN date_trunc('hour', charge_period_start) END"
        ),
        "Start of the hour of the charge, UTC; NULL where it is longer than one",
    ),
)
_SPLIT = {
    "allocated_resource_id": "What a shared cost was split to: the workload's id (FOCUS 1.3); NULL of a cost not split",
    "allocated_resource_name": "What a shared cost was split to: the workload's name; NULL of a cost not split",
    "allocated_method_id": "By which method a shared cost was split; NULL of a cost not split",
    "allocated_method_details": "The split's parts, as JSON; NULL of a cost not split",
}
_CORRECTED = "CASE WHEN charge_class = 'Correction' OR charge_category = 'Adjustment' THEN 'Correction' END"


def _columns() -> tuple[Column, ...]:
    words = {column.name: f"FOCUS {column.focus}" for column in focus.COLUMNS}
    own = [Column(name, _TYPES[kind], _COMMENTS.get(name) or words[name]) for name, kind in focus.FILE_COLUMNS]
    split = (Column(name, "text", comment) for name, comment in _SPLIT.items())
    return (*own, *(Column(name, kind, comment) for name, kind, _, comment in (*_SAME, *AI_USAGE)), *split)


def _select(*, with_ai: bool = True) -> str:
    own = [f"{_CORRECTED} AS charge_class" if name == "charge_class" else f'"{name}"' for name, _ in focus.FILE_COLUMNS]
    same = [f"{sql} AS {name}" for name, _, sql, _ in (*_SAME, *(AI_USAGE if with_ai else ()))]
    split = [f"json_extract_string(extras, '$.{written}') AS {name}" for written, name in focus.SPLIT.items()]
    return f"SELECT {', '.join([*own, *same, *split])} FROM line_items"  # noqa: S608 - its names are constants


CHARGES = View(
    "charges",
    "Line items, every column of the bill; for tags, SKUs, meters, instance types, zones and descriptions. "
    "Stands alone in a statement",
    _columns(),
    _select(),
)

# What AI services and GPUs were used is told by long expressions, which an engine reads as long as it answers a small
# question: a statement that names none of these columns is run over the view without them.
AI_COLUMNS = frozenset(name for name, *_ in AI_USAGE)
WITHOUT_AI = _select(with_ai=False)
