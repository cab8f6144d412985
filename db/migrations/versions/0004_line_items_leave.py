"""Line items leave PostgreSQL: what the table holds is set aside until it is moved into the lake, and then dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_OLD = "finops.charges_before_lake"


def upgrade() -> None:
    """A table with rows keeps them under another name, from which `finops lake fill` and the next load move them."""
    if op.get_bind().scalar(sa.text("SELECT EXISTS (SELECT FROM finops.charges)")):
        op.execute("ALTER TABLE finops.charges RENAME TO charges_before_lake")
    else:
        op.execute("DROP TABLE finops.charges")


def downgrade() -> None:
    """What was not moved yet is back; what was moved has to be loaded again, so no bill counts as loaded."""
    if op.get_bind().scalar(sa.text("SELECT to_regclass(:old)"), {"old": _OLD}) is not None:
        op.execute("ALTER TABLE finops.charges_before_lake RENAME TO charges")
        return
    texts = ", ".join(f"{name} text" for name in _TEXTS)
    numbers = ", ".join(f"{name} numeric" for name in _NUMBERS)
    op.execute(
        "CREATE TABLE finops.charges (source_id bigint NOT NULL, load_id bigint NOT NULL, "
        "billed_cost numeric NOT NULL, effective_cost numeric NOT NULL, billing_account_id text NOT NULL, "
        "billing_currency text NOT NULL, charge_category text NOT NULL, service_name text NOT NULL, "
        "billing_period_start timestamptz NOT NULL, billing_period_end timestamptz NOT NULL, "
        "charge_period_start timestamptz NOT NULL, charge_period_end timestamptz NOT NULL, "
        f"{texts}, {numbers}, sku_price_details jsonb, tags jsonb, extras jsonb) "
        "PARTITION BY RANGE (billing_period_start)"
    )
    op.execute("UPDATE finops.loads SET status = 'expired' WHERE status = 'loaded'")


_TEXTS = (
    "availability_zone",
    "billing_account_name",
    "billing_account_type",
    "capacity_reservation_id",
    "capacity_reservation_status",
    "charge_class",
    "charge_description",
    "charge_frequency",
    "commitment_discount_category",
    "commitment_discount_id",
    "commitment_discount_name",
    "commitment_discount_status",
    "commitment_discount_type",
    "commitment_discount_unit",
    "consumed_unit",
    "invoice_id",
    "invoice_issuer_name",
    "pricing_category",
    "pricing_currency",
    "pricing_unit",
    "provider_name",
    "publisher_name",
    "region_id",
    "region_name",
    "resource_id",
    "resource_name",
    "resource_type",
    "service_category",
    "service_subcategory",
    "sku_id",
    "sku_meter",
    "sku_price_id",
    "sub_account_id",
    "sub_account_name",
    "sub_account_type",
    "service_provider_name",
    "host_provider_name",
    "team",
    "environment",
    "application",
)
_NUMBERS = (
    "commitment_discount_quantity",
    "consumed_quantity",
    "contracted_cost",
    "contracted_unit_price",
    "list_cost",
    "list_unit_price",
    "pricing_currency_contracted_unit_price",
    "pricing_currency_effective_cost",
    "pricing_currency_list_unit_price",
    "pricing_quantity",
)
