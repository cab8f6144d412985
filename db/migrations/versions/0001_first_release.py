"""First release: every table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        schema="finops",
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False, comment="1, 2, 3 … without a gap"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_audit_log_action"), "audit_log", ["action"], unique=False, schema="finops")
    op.create_table(
        "budgets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), server_default="monthly", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("thresholds", postgresql.JSONB(), server_default="[0.8, 1.0]", nullable=False),
        sa.Column("rollover", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), server_default="file", nullable=False, comment="file or slack"),
        sa.PrimaryKeyConstraint("name"),
        schema="finops",
    )
    op.create_table(
        "charges",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("load_id", sa.BigInteger(), nullable=False),
        sa.Column("availability_zone", sa.Text(), nullable=True),
        sa.Column("billed_cost", sa.Numeric(), nullable=False),
        sa.Column("billing_account_id", sa.Text(), nullable=False),
        sa.Column("billing_account_name", sa.Text(), nullable=True),
        sa.Column("billing_account_type", sa.Text(), nullable=True),
        sa.Column("billing_currency", sa.Text(), nullable=False),
        sa.Column("billing_period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("billing_period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity_reservation_id", sa.Text(), nullable=True),
        sa.Column("capacity_reservation_status", sa.Text(), nullable=True),
        sa.Column("charge_category", sa.Text(), nullable=False),
        sa.Column("charge_class", sa.Text(), nullable=True),
        sa.Column("charge_description", sa.Text(), nullable=True),
        sa.Column("charge_frequency", sa.Text(), nullable=True),
        sa.Column("charge_period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charge_period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commitment_discount_category", sa.Text(), nullable=True),
        sa.Column("commitment_discount_id", sa.Text(), nullable=True),
        sa.Column("commitment_discount_name", sa.Text(), nullable=True),
        sa.Column("commitment_discount_quantity", sa.Numeric(), nullable=True),
        sa.Column("commitment_discount_status", sa.Text(), nullable=True),
        sa.Column("commitment_discount_type", sa.Text(), nullable=True),
        sa.Column("commitment_discount_unit", sa.Text(), nullable=True),
        sa.Column("consumed_quantity", sa.Numeric(), nullable=True),
        sa.Column("consumed_unit", sa.Text(), nullable=True),
        sa.Column("contracted_cost", sa.Numeric(), nullable=True),
        sa.Column("contracted_unit_price", sa.Numeric(), nullable=True),
        sa.Column("effective_cost", sa.Numeric(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=True),
        sa.Column("invoice_issuer_name", sa.Text(), nullable=True),
        sa.Column("list_cost", sa.Numeric(), nullable=True),
        sa.Column("list_unit_price", sa.Numeric(), nullable=True),
        sa.Column("pricing_category", sa.Text(), nullable=True),
        sa.Column("pricing_currency", sa.Text(), nullable=True),
        sa.Column("pricing_currency_contracted_unit_price", sa.Numeric(), nullable=True),
        sa.Column("pricing_currency_effective_cost", sa.Numeric(), nullable=True),
        sa.Column("pricing_currency_list_unit_price", sa.Numeric(), nullable=True),
        sa.Column("pricing_quantity", sa.Numeric(), nullable=True),
        sa.Column("pricing_unit", sa.Text(), nullable=True),
        sa.Column("provider_name", sa.Text(), nullable=True),
        sa.Column("publisher_name", sa.Text(), nullable=True),
        sa.Column("region_id", sa.Text(), nullable=True),
        sa.Column("region_name", sa.Text(), nullable=True),
        sa.Column("resource_id", sa.Text(), nullable=True),
        sa.Column("resource_name", sa.Text(), nullable=True),
        sa.Column("resource_type", sa.Text(), nullable=True),
        sa.Column("service_category", sa.Text(), nullable=True),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("service_subcategory", sa.Text(), nullable=True),
        sa.Column("sku_id", sa.Text(), nullable=True),
        sa.Column("sku_meter", sa.Text(), nullable=True),
        sa.Column("sku_price_details", postgresql.JSONB(), nullable=True),
        sa.Column("sku_price_id", sa.Text(), nullable=True),
        sa.Column("sub_account_id", sa.Text(), nullable=True),
        sa.Column("sub_account_name", sa.Text(), nullable=True),
        sa.Column("sub_account_type", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.JSONB(), nullable=True),
        sa.Column("service_provider_name", sa.Text(), nullable=True),
        sa.Column("host_provider_name", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("application", sa.Text(), nullable=True),
        sa.Column("extras", postgresql.JSONB(), nullable=True),
        schema="finops",
        comment="FOCUS rows; a partition a billing month, in it one a source",
        postgresql_partition_by="RANGE (billing_period_start)",
    )
    op.create_table(
        "daily_costs",
        sa.Column("usage_date", sa.Date(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("billing_period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("billing_account", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("service_category", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("application", sa.Text(), nullable=True),
        sa.Column("charge_category", sa.Text(), nullable=True),
        sa.Column("pricing_category", sa.Text(), nullable=True),
        sa.Column("commitment_type", sa.Text(), nullable=True),
        sa.Column("commitment_status", sa.Text(), nullable=True),
        sa.Column("list_cost", sa.Numeric(), nullable=True),
        sa.Column("contracted_cost", sa.Numeric(), nullable=True),
        sa.Column("billed_cost", sa.Numeric(), nullable=True),
        sa.Column("effective_cost", sa.Numeric(), nullable=True),
        sa.Column("usage_quantity", sa.Numeric(), nullable=True),
        sa.Column("usage_unit", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        schema="finops",
        comment="Charges rolled up to a day, replaced with their (source, billing period)",
    )
    op.create_index("daily_costs_by_date", "daily_costs", ["usage_date"], unique=False, schema="finops")
    op.create_index(
        "daily_costs_by_load", "daily_costs", ["source_id", "billing_period_start"], unique=False, schema="finops"
    )
    op.create_table(
        "detector_states",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("series"),
        schema="finops",
    )
    op.create_table(
        "flow_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="Idempotency key of the flow run"),
        sa.Column("deployment", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="requested, approved, triggered, finished, failed or rejected"
        ),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.Column("flow_run_id", sa.Text(), nullable=True),
        sa.Column("result", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("triggered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        schema="finops",
    )
    op.create_table(
        "forecast_accuracy",
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="backtest or live"),
        sa.Column("total_error", sa.Float(), nullable=False, comment="|forecast total / actual total - 1|"),
        sa.Column("day_mape", sa.Float(), nullable=True),
        sa.Column("coverage_80", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("scope_kind", "scope", "currency", "model", "horizon_days", "measured_on", "kind"),
        schema="finops",
    )
    op.create_table(
        "forecasts",
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("forecast_date", sa.Date(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("expected_cost", sa.Numeric(), nullable=False),
        sa.Column("low_80", sa.Numeric(), nullable=False),
        sa.Column("high_80", sa.Numeric(), nullable=False),
        sa.Column("low_95", sa.Numeric(), nullable=False),
        sa.Column("high_95", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("scope_kind", "scope", "currency", "made_on", "forecast_date"),
        schema="finops",
    )
    op.create_table(
        "hourly_costs",
        sa.Column("usage_hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("billing_period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("billing_account", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("service_category", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("application", sa.Text(), nullable=True),
        sa.Column("charge_category", sa.Text(), nullable=True),
        sa.Column("pricing_category", sa.Text(), nullable=True),
        sa.Column("commitment_type", sa.Text(), nullable=True),
        sa.Column("commitment_status", sa.Text(), nullable=True),
        sa.Column("list_cost", sa.Numeric(), nullable=True),
        sa.Column("contracted_cost", sa.Numeric(), nullable=True),
        sa.Column("billed_cost", sa.Numeric(), nullable=True),
        sa.Column("effective_cost", sa.Numeric(), nullable=True),
        sa.Column("usage_quantity", sa.Numeric(), nullable=True),
        sa.Column("usage_unit", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        schema="finops",
        comment="Charges of at most an hour, rolled up to the hour",
    )
    op.create_index("hourly_costs_by_hour", "hourly_costs", ["usage_hour"], unique=False, schema="finops")
    op.create_index(
        "hourly_costs_by_load", "hourly_costs", ["source_id", "billing_period_start"], unique=False, schema="finops"
    )
    op.create_table(
        "insights",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False, comment="critical, high, medium or low"),
        sa.Column(
            "status",
            sa.Text(),
            server_default="open",
            nullable=False,
            comment="open, acknowledged, expected, snoozed or resolved",
        ),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("status_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("resource_id", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column(
            "impact_amount", sa.Numeric(), nullable=True, comment="A day for anomalies, a month for recommendations"
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "evidence",
            postgresql.JSONB(),
            server_default="{}",
            nullable=False,
            comment="Expected band, root cause, series, metrics",
        ),
        sa.Column("feedback", sa.Text(), nullable=True, comment="useful or noise, from a person"),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("data_arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detected_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_insights_kind"), "insights", ["kind"], unique=False, schema="finops")
    op.create_index(op.f("ix_finops_insights_status"), "insights", ["status"], unique=False, schema="finops")
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="Two messages with one key are one message"),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread_key", sa.Text(), nullable=True, comment="Key of the message in whose thread this goes"),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.Column("update_key", sa.Text(), nullable=True, comment="Key of the delivered message this one replaces"),
        sa.Column("kind", sa.Text(), nullable=False, comment="The card that draws it"),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_ts", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_outbox_delivered_at"), "outbox", ["delivered_at"], unique=False, schema="finops")
    op.create_table(
        "prices",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("instance_type", sa.Text(), nullable=False),
        sa.Column("operating_system", sa.Text(), nullable=False),
        sa.Column("vcpus", sa.Float(), nullable=True),
        sa.Column("memory_gib", sa.Float(), nullable=True),
        sa.Column("architecture", sa.Text(), nullable=True),
        sa.Column("hourly_price", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "region", "instance_type", "operating_system"),
        schema="finops",
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False, comment="Short public id, as in 'Reference 7F3K'"),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=True, comment="The parse; a follow-up amends it"),
        sa.Column("answer", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("sql", sa.Text(), nullable=True),
        sa.Column("translator", sa.Text(), nullable=True),
        sa.Column("tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("elapsed_ms", sa.Integer(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True, comment="helpful or unhelpful"),
        sa.Column("golden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_questions_asked_at"), "questions", ["asked_at"], unique=False, schema="finops")
    op.create_index(op.f("ix_finops_questions_thread"), "questions", ["thread"], unique=False, schema="finops")
    op.create_table(
        "recommendations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("current_state", sa.Text(), nullable=False),
        sa.Column("proposed_state", sa.Text(), nullable=False),
        sa.Column("monthly_savings", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
        schema="finops",
    )
    op.create_table(
        "resource_costs",
        sa.Column("usage_date", sa.Date(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("billing_period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=True),
        sa.Column("resource_name", sa.Text(), nullable=True),
        sa.Column("resource_type", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("application", sa.Text(), nullable=True),
        sa.Column("charge_category", sa.Text(), nullable=True),
        sa.Column("commitment_status", sa.Text(), nullable=True),
        sa.Column("usage_type", sa.Text(), nullable=True, comment="SkuMeter, else the SKU id"),
        sa.Column("usage_quantity", sa.Numeric(), nullable=True),
        sa.Column("list_cost", sa.Numeric(), nullable=True),
        sa.Column("billed_cost", sa.Numeric(), nullable=True),
        sa.Column("effective_cost", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        schema="finops",
        comment="Charges of named resources rolled up to a day",
    )
    op.create_index("resource_costs_by_date", "resource_costs", ["usage_date"], unique=False, schema="finops")
    op.create_index(
        "resource_costs_by_load", "resource_costs", ["source_id", "billing_period_start"], unique=False, schema="finops"
    )
    op.create_index(
        "resource_costs_by_resource", "resource_costs", ["resource_id", "usage_date"], unique=False, schema="finops"
    )
    op.create_table(
        "resources",
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=True),
        sa.Column("resource_type", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("application", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Text(),
            nullable=True,
            comment="As the inventory last saw it: running, stopped, available, in-use …",
        ),
        sa.Column("instance_type", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column(
            "attributes",
            postgresql.JSONB(),
            server_default="{}",
            nullable=False,
            comment="What the inventory knows besides: size, volume type, attachments …",
        ),
        sa.Column("first_seen", sa.Date(), nullable=True),
        sa.Column("last_seen", sa.Date(), nullable=True),
        sa.Column(
            "monthly_cost", sa.Numeric(), nullable=True, comment="Effective cost of the 30 days through last_seen"
        ),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("inventory_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("resource_id"),
        schema="finops",
    )
    op.create_table(
        "schema_state",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("views_digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
        schema="finops",
    )
    op.create_table(
        "slack_events",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("body", postgresql.JSONB(), server_default="{}", nullable=False, comment="Empty once it is done"),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("event_id"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_slack_events_seen_at"), "slack_events", ["seen_at"], unique=False, schema="finops")
    op.create_table(
        "sources",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        schema="finops",
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="digest or question"),
        sa.Column("scope", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("frequency", sa.Text(), nullable=False, comment="daily or weekly"),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("at_hour", sa.Integer(), nullable=False),
        sa.Column("at_minute", sa.Integer(), server_default="0", nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("last_sent_for", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="finops",
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        schema="finops",
    )
    op.create_table(
        "utilization",
        sa.Column("usage_date", sa.Date(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("average", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("usage_date", "resource_id", "metric"),
        schema="finops",
    )
    op.create_table(
        "budget_periods",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("spent", sa.Numeric(), nullable=False),
        sa.Column("forecast", sa.Numeric(), nullable=True),
        sa.Column("forecast_low", sa.Numeric(), nullable=True),
        sa.Column("forecast_high", sa.Numeric(), nullable=True),
        sa.Column("crosses_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["budget"], ["finops.budgets.name"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("budget", "period_start"),
        schema="finops",
    )
    op.create_table(
        "completeness",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("usage_date", sa.Date(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["finops.sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "usage_date", "seen_on"),
        schema="finops",
    )
    op.create_table(
        "loads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "delivery",
            sa.Text(),
            nullable=False,
            comment="Digest of the files given together and of the allocation rules",
        ),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("file_digest", sa.Text(), nullable=True),
        sa.Column("billing_periods", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "totals",
            postgresql.JSONB(),
            server_default="{}",
            nullable=False,
            comment="Currency -> billed and effective cost of the rows",
        ),
        sa.Column(
            "replaced",
            postgresql.JSONB(),
            server_default="{}",
            nullable=False,
            comment="Rows and cost by currency that this load replaced",
        ),
        sa.Column("status", sa.Text(), nullable=False, comment="loaded, unchanged or failed"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["finops.sources.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_loads_delivery"), "loads", ["delivery"], unique=False, schema="finops")
    op.create_index(op.f("ix_finops_loads_finished_at"), "loads", ["finished_at"], unique=False, schema="finops")
    op.create_table(
        "remediations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("playbook", sa.Text(), nullable=False),
        sa.Column("playbook_digest", sa.Text(), nullable=False),
        sa.Column("plan", postgresql.JSONB(), nullable=False),
        sa.Column("plan_digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("expected_monthly_savings", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="USD", nullable=False),
        sa.Column("insight_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("approvals", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flow_run_id", sa.Text(), nullable=True),
        sa.Column("undo_of", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["insight_id"],
            ["finops.insights.id"],
        ),
        sa.ForeignKeyConstraint(
            ["undo_of"],
            ["finops.remediations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_remediations_state"), "remediations", ["state"], unique=False, schema="finops")
    op.create_table(
        "rejected_rows",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("load_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["load_id"], ["finops.loads.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="finops",
    )
    op.create_index(
        op.f("ix_finops_rejected_rows_load_id"), "rejected_rows", ["load_id"], unique=False, schema="finops"
    )
    op.create_table(
        "remediation_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("remediation_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            server_default="planned",
            nullable=False,
            comment="planned, acting, done, verified, failed, skipped, unknown, undone",
        ),
        sa.Column("undo", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("before", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("after", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("expected_monthly_savings", sa.Numeric(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["remediation_id"],
            ["finops.remediations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("remediation_id", "position"),
        schema="finops",
    )
    op.create_index(
        op.f("ix_finops_remediation_steps_remediation_id"),
        "remediation_steps",
        ["remediation_id"],
        unique=False,
        schema="finops",
    )
    op.create_table(
        "savings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("remediation_id", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("expected_monthly_savings", sa.Numeric(), nullable=True),
        sa.Column("realized_monthly_savings", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("arithmetic", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("confounders", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column(
            "status",
            sa.Text(),
            server_default="pending",
            nullable=False,
            comment="pending, validated, partial, missed or reversed",
        ),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["remediation_id"],
            ["finops.remediations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("remediation_id", "resource_id"),
        schema="finops",
    )
    op.create_index(
        op.f("ix_finops_savings_remediation_id"), "savings", ["remediation_id"], unique=False, schema="finops"
    )

    op.execute(
        """
        CREATE FUNCTION finops.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON finops.audit_log FOR EACH ROW EXECUTE FUNCTION "
        "finops.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_truncated BEFORE TRUNCATE ON finops.audit_log EXECUTE FUNCTION finops.refuse_change()"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_finops_savings_remediation_id"), table_name="savings", schema="finops")
    op.drop_table("savings", schema="finops")
    op.drop_index(op.f("ix_finops_remediation_steps_remediation_id"), table_name="remediation_steps", schema="finops")
    op.drop_table("remediation_steps", schema="finops")
    op.drop_index(op.f("ix_finops_rejected_rows_load_id"), table_name="rejected_rows", schema="finops")
    op.drop_table("rejected_rows", schema="finops")
    op.drop_index(op.f("ix_finops_remediations_state"), table_name="remediations", schema="finops")
    op.drop_table("remediations", schema="finops")
    op.drop_index(op.f("ix_finops_loads_finished_at"), table_name="loads", schema="finops")
    op.drop_index(op.f("ix_finops_loads_delivery"), table_name="loads", schema="finops")
    op.drop_table("loads", schema="finops")
    op.drop_table("completeness", schema="finops")
    op.drop_table("budget_periods", schema="finops")
    op.drop_table("utilization", schema="finops")
    op.drop_table("switches", schema="finops")
    op.drop_table("subscriptions", schema="finops")
    op.drop_table("sources", schema="finops")
    op.drop_index(op.f("ix_finops_slack_events_seen_at"), table_name="slack_events", schema="finops")
    op.drop_table("slack_events", schema="finops")
    op.drop_table("schema_state", schema="finops")
    op.drop_table("resources", schema="finops")
    op.drop_index("resource_costs_by_resource", table_name="resource_costs", schema="finops")
    op.drop_index("resource_costs_by_load", table_name="resource_costs", schema="finops")
    op.drop_index("resource_costs_by_date", table_name="resource_costs", schema="finops")
    op.drop_table("resource_costs", schema="finops")
    op.drop_table("recommendations", schema="finops")
    op.drop_index(op.f("ix_finops_questions_thread"), table_name="questions", schema="finops")
    op.drop_index(op.f("ix_finops_questions_asked_at"), table_name="questions", schema="finops")
    op.drop_table("questions", schema="finops")
    op.drop_table("prices", schema="finops")
    op.drop_index(op.f("ix_finops_outbox_delivered_at"), table_name="outbox", schema="finops")
    op.drop_table("outbox", schema="finops")
    op.drop_index(op.f("ix_finops_insights_status"), table_name="insights", schema="finops")
    op.drop_index(op.f("ix_finops_insights_kind"), table_name="insights", schema="finops")
    op.drop_table("insights", schema="finops")
    op.drop_index("hourly_costs_by_load", table_name="hourly_costs", schema="finops")
    op.drop_index("hourly_costs_by_hour", table_name="hourly_costs", schema="finops")
    op.drop_table("hourly_costs", schema="finops")
    op.drop_table("forecasts", schema="finops")
    op.drop_table("forecast_accuracy", schema="finops")
    op.drop_table("flow_requests", schema="finops")
    op.drop_table("detector_states", schema="finops")
    op.drop_index("daily_costs_by_load", table_name="daily_costs", schema="finops")
    op.drop_index("daily_costs_by_date", table_name="daily_costs", schema="finops")
    op.drop_table("daily_costs", schema="finops")
    op.drop_table("charges", schema="finops")
    op.drop_table("budgets", schema="finops")
    op.drop_index(op.f("ix_finops_audit_log_action"), table_name="audit_log", schema="finops")
    op.drop_table("audit_log", schema="finops")
    op.drop_table("api_tokens", schema="finops")
    op.execute("DROP FUNCTION finops.refuse_change()")
