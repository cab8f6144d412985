"""Second release: what 0.2.0 adds to the tables of 0.1.0."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what 0.2.0 keeps."""
    _remediation_knows_its_approvers_and_its_page()
    _audit_log_knows_its_end()
    _language_model_has_budgets_and_a_memory()
    _analysis_knows_hours_shared_costs_and_days_of_digests()
    _requests_are_followed()
    _insights_know_when_they_were_posted()


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("flow_requests", "request_id", schema="finops")
    op.drop_column("outbox", "request_id", schema="finops")
    op.drop_column("subscriptions", "weekdays", schema="finops")
    op.drop_table("showback", schema="finops")
    op.drop_table("hourly_utilization", schema="finops")
    op.drop_table("model_replies", schema="finops")
    op.drop_table("model_use", schema="finops")
    op.execute("DROP TRIGGER known_end ON finops.audit_log")
    op.execute("DROP FUNCTION finops.note_end()")
    op.drop_table("audit_head", schema="finops")
    op.drop_column("remediations", "approvers", schema="finops")
    op.drop_column("remediations", "requester_name", schema="finops")
    op.drop_column("remediations", "flow_run_url", schema="finops")


def _requests_are_followed() -> None:
    for table in ("outbox", "flow_requests"):
        column = sa.Column("request_id", sa.Text(), nullable=True, comment="The request it belongs to, as in the log")
        op.add_column(table, column, schema="finops")


def _remediation_knows_its_approvers_and_its_page() -> None:
    op.add_column("remediations", sa.Column("requester_name", sa.Text(), nullable=True), schema="finops")
    op.add_column(
        "remediations",
        sa.Column(
            "flow_run_url", sa.Text(), nullable=True, comment="The run's page in Prefect, where Prefect has pages"
        ),
        schema="finops",
    )
    op.add_column(
        "remediations",
        sa.Column(
            "approvers",
            postgresql.JSONB(),
            server_default="[]",
            nullable=False,
            comment="Who could approve when it was proposed: id and name",
        ),
        schema="finops",
    )


def _audit_log_knows_its_end() -> None:
    """The function runs as its owner, so that the application needs no right on the table."""
    op.create_table(
        "audit_head",
        sa.Column("single", sa.Boolean(), server_default=sa.true(), nullable=False, comment="True: there is one row"),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("single"),
        schema="finops",
    )
    op.execute(
        "INSERT INTO finops.audit_head (entries, hash) SELECT id, hash FROM finops.audit_log ORDER BY id DESC LIMIT 1"
    )
    op.execute(
        """
        CREATE FUNCTION finops.note_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog AS $$
        BEGIN
          INSERT INTO finops.audit_head (single, entries, hash) VALUES (true, NEW.id, NEW.hash)
          ON CONFLICT (single) DO UPDATE SET entries = EXCLUDED.entries, hash = EXCLUDED.hash;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER known_end AFTER INSERT ON finops.audit_log FOR EACH ROW EXECUTE FUNCTION finops.note_end()"
    )


def _language_model_has_budgets_and_a_memory() -> None:
    op.create_table(
        "model_use",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("cost", sa.Numeric(), server_default="0", nullable=False, comment="By the prices in the settings"),
        sa.PrimaryKeyConstraint("person", "day"),
        schema="finops",
    )
    op.create_table(
        "model_replies",
        sa.Column("key", sa.Text(), nullable=False, comment="SHA-256 of everything the reply depends on"),
        sa.Column("reply", postgresql.JSONB(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_model_replies_made_at"), "model_replies", ["made_at"], schema="finops")


def _analysis_knows_hours_shared_costs_and_days_of_digests() -> None:
    op.create_table(
        "hourly_utilization",
        sa.Column("usage_hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("average", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("usage_hour", "resource_id", "metric"),
        schema="finops",
    )
    op.create_table(
        "showback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True, comment="NULL for what nobody bears"),
        sa.Column(
            "shared_cost", sa.Text(), nullable=True, comment="Name of the shared cost; NULL for a team's own cost"
        ),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_showback_month"), "showback", ["month"], schema="finops")
    op.add_column(
        "subscriptions",
        sa.Column(
            "weekdays",
            postgresql.JSONB(),
            nullable=True,
            comment="Days of the week it comes on, 0 is Monday; NULL for every day",
        ),
        schema="finops",
    )


def _insights_know_when_they_were_posted() -> None:
    """As the bot writes it from now on; the column was there and empty."""
    op.execute(
        """
        UPDATE finops.insights i SET posted_at = (
            SELECT min(o.delivered_at) FROM finops.outbox o
            WHERE o.key LIKE 'insight:' || i.id || ':%' AND o.kind IN ('alert', 'budget') AND o.update_key IS NULL)
        WHERE i.posted_at IS NULL
        """
    )
