"""Third release: what 0.3.0 adds to the tables of 0.2.0, one function for each area."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

_SUMS = ("daily_costs", "hourly_costs")
_OVERRIDE = ("in_file", "changed_by", "changed_at")
_SET_ASIDE = "When it was set aside for an admin; NULL for what goes on"
_DIMENSIONS = ("charge_class", "publisher", "service_subcategory", "invoice_id")


def _count(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False, comment=comment)


def _time(name: str, comment: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment)


def _attempts() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "outbox": (
            _count("interrupted", "Attempts whose end was not noted: the bot died, or nobody foresaw the error"),
            _time("quarantined_at", _SET_ASIDE),
        ),
        "flow_requests": (
            _count("attempts", "Starts that failed or ended the bot"),
            _time("not_before", "The next attempt; NULL for at once"),
            _time("quarantined_at", _SET_ASIDE),
        ),
        "subscriptions": (
            _count("attempts", "Since it was last made as it should be"),
            sa.Column("error", sa.Text(), nullable=True),
            _time("quarantined_at", _SET_ASIDE),
        ),
    }


def upgrade() -> None:
    """Add what 0.3.0 keeps."""
    _periods_know_what_stands_of_them()
    _sums_know_corrections_publishers_invoices_and_known_list_prices()
    _events_are_not_tried_for_ever()
    _what_fails_again_and_again_is_set_aside()
    _budgets_know_what_they_override()
    _insights_know_their_channels_and_playbook()
    _people_sign_in_at_the_page()
    _line_items_lie_in_files()
    _bills_bring_invoices_periods_and_commitments()
    _playbooks_recur()
    _tickets_are_opened_where_nothing_is_changed()
    _golden_questions_know_who_approved_them()
    _teams_teach_notes()
    _people_keep_views()


def downgrade() -> None:
    """Take it away again."""
    for table in (
        "taught_notes",
        "tickets",
        "saved_views",
        "standing_approvals",
        "recurring_switches",
        "recurring_runs",
    ):
        op.drop_table(table, schema="finops")
    op.drop_index(op.f("ix_finops_questions_asker"), "questions", schema="finops")
    for name in ("certified_by", "certified_at"):
        op.drop_column("questions", name, schema="finops")
    op.drop_table("lake_files", schema="finops")
    for table in ("contract_commitments", "billing_periods", "invoice_details"):
        op.drop_table(table, schema="finops")
    op.drop_table("web_sessions", schema="finops")
    op.execute("UPDATE finops.insights SET evidence = evidence || jsonb_build_object('channels', channels)")
    for name in ("channels", "playbook"):
        op.drop_column("insights", name, schema="finops")
    for name in _OVERRIDE:
        op.drop_column("budgets", name, schema="finops")
    for table, columns in _attempts().items():
        for column in columns:
            op.drop_column(table, column.name, schema="finops")
    op.drop_column("slack_events", "attempts", schema="finops")
    for table in _SUMS:
        for name in ("listed_cost", *_DIMENSIONS):
            op.drop_column(table, name, schema="finops")
    op.drop_table("billed_periods", schema="finops")


def _periods_know_what_stands_of_them() -> None:
    """Filled from the charges that stand, so that the next delivery finds what it replaces."""
    numbers = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
    op.create_table(
        "billed_periods",
        sa.Column("source_id", sa.BigInteger(), sa.ForeignKey("finops.sources.id"), primary_key=True),
        sa.Column("billing_account_id", sa.Text(), primary_key=True),
        sa.Column("billing_period_start", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("billing_period_end", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("currency", sa.Text(), primary_key=True),
        sa.Column("provider", sa.Text(), nullable=False, comment="One name for all names of the provider, lower case"),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Numeric(), nullable=False) for name in numbers),
        sa.Column("tax", sa.Numeric(), nullable=False, comment="Of the billed cost"),
        schema="finops",
    )
    op.create_index(
        op.f("ix_finops_billed_periods_billing_account_id"), "billed_periods", ["billing_account_id"], schema="finops"
    )
    op.execute(
        """
        INSERT INTO finops.billed_periods (source_id, billing_account_id, billing_period_start, billing_period_end,
        currency,
            provider, rows, billed_cost, effective_cost, list_cost, contracted_cost, tax)
        SELECT source_id, billing_account_id, billing_period_start, billing_period_end, billing_currency,
            CASE WHEN min(provider_name) ~* '^(aws|amazon)' THEN 'aws' WHEN min(provider_name) ~* '^(microsoft|azure)'
            THEN 'microsoft'
                WHEN min(provider_name) ~* '^(google|gcp)' THEN 'google cloud' WHEN min(provider_name) ~*
                '^(oracle|oci)' THEN 'oracle'
                ELSE coalesce(lower(min(provider_name)), '') END,
            count(*), coalesce(sum(billed_cost), 0), coalesce(sum(effective_cost), 0), coalesce(sum(list_cost), 0),
            coalesce(sum(contracted_cost), 0), coalesce(sum(billed_cost) FILTER (WHERE charge_category = 'Tax'), 0)
        FROM finops.charges GROUP BY 1, 2, 3, 4, 5
        """
    )


def _sums_know_corrections_publishers_invoices_and_known_list_prices() -> None:
    """What older sums can tell is filled in; publishers and invoices come with the next delivery."""
    for table in _SUMS:
        for name in _DIMENSIONS:
            op.add_column(table, sa.Column(name, sa.Text()), schema="finops")
        op.add_column(table, sa.Column("listed_cost", sa.Numeric()), schema="finops")
        op.execute(
            f"UPDATE finops.{table} SET charge_class = CASE WHEN charge_category = 'Adjustment' THEN 'Correction' END, "  # noqa: S608 - its names are constants, its values are bound
            "listed_cost = CASE WHEN charge_category = 'Usage' AND (list_cost > 0 OR commitment_status = 'Unused' "
            "OR effective_cost = 0) THEN effective_cost END"
        )


def _events_are_not_tried_for_ever() -> None:
    column = sa.Column(
        "attempts",
        sa.Integer(),
        server_default="0",
        nullable=False,
        comment="How often a bot took it over from one that died",
    )
    op.add_column("slack_events", column, schema="finops")


def _what_fails_again_and_again_is_set_aside() -> None:
    for table, columns in _attempts().items():
        for column in columns:
            op.add_column(table, column, schema="finops")


def _budgets_know_what_they_override() -> None:
    comment = "What finops.yaml says, where this row overrides it"
    columns = (
        sa.Column("in_file", postgresql.JSONB(), comment=comment),
        sa.Column("changed_by", sa.Text()),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
    )
    for column in columns:
        op.add_column("budgets", column, schema="finops")
    op.alter_column(
        "budgets", "origin", comment="file, slack or api", existing_comment="file or slack", schema="finops"
    )


def _insights_know_their_channels_and_playbook() -> None:
    """Until now read out of the evidence and out of the messages that were posted."""
    channels = sa.Column(
        "channels", postgresql.JSONB(), server_default="[]", nullable=False, comment="Channels that it is posted in"
    )
    op.add_column("insights", channels, schema="finops")
    op.add_column(
        "insights", sa.Column("playbook", sa.Text(), comment="What could be proposed about it"), schema="finops"
    )
    op.execute(
        """
        UPDATE finops.insights SET channels = coalesce(evidence->'channels', '[]'), evidence = evidence - 'channels',
            playbook = coalesce(evidence->>'playbook', (
                SELECT payload->>'playbook' FROM finops.outbox
                WHERE key LIKE 'insight:' || insights.id || ':%' AND kind = 'alert' ORDER BY id LIMIT 1))
        """
    )


def _people_sign_in_at_the_page() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_web_sessions_person"), "web_sessions", ["person"], schema="finops")


def _playbooks_recur() -> None:
    op.create_table(
        "recurring_runs",
        sa.Column("playbook", sa.Text(), primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("playbook_digest", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False, comment="How many were proposed, or why none"),
        sa.Column("remediations", postgresql.JSONB(), nullable=False, comment="Numbers of the proposals"),
        schema="finops",
    )
    op.create_table(
        "recurring_switches",
        sa.Column("playbook", sa.Text(), primary_key=True),
        sa.Column("on", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("playbook_digest", "set_by", "set_by_name")),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        schema="finops",
    )
    op.create_table(
        "standing_approvals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("playbook", sa.Text(), nullable=False, index=True),
        sa.Column("playbook_digest", sa.Text(), nullable=False, comment="Of its file, with scope and caps"),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("approver_name", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        schema="finops",
    )


def _tickets_are_opened_where_nothing_is_changed() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column(
            "remediation_id", sa.BigInteger(), sa.ForeignKey("finops.remediations.id"), nullable=False, unique=True
        ),
        sa.Column(
            "rule", postgresql.JSONB(), nullable=False, comment="Of finops.yaml, as it was: which tracker, which place"
        ),
        sa.Column("state", sa.Text(), nullable=False, index=True),
        sa.Column("key", sa.Text(), nullable=True, comment="As the tracker names it"),
        sa.Column("url", sa.Text(), nullable=True),
        _count("attempts", "Since it was last kept as it should be"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        schema="finops",
    )


def _line_items_lie_in_files() -> None:
    op.create_table(
        "lake_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("path", sa.Text(), nullable=False, unique=True, comment="Relative to the lake"),
        sa.Column("source_id", sa.BigInteger(), sa.ForeignKey("finops.sources.id"), nullable=False),
        sa.Column("load_id", sa.BigInteger(), nullable=False),
        sa.Column("billing_accounts", postgresql.JSONB(), nullable=False, comment="Ids of its billing accounts"),
        sa.Column("billing_period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("billing_period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "tag_keys",
            postgresql.JSONB(),
            server_default="{}",
            nullable=False,
            comment="Keys of its tags by team, or ''",
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _time("retired_at", "When it was replaced; NULL while it stands"),
        schema="finops",
    )
    for name in ("source_id", "load_id", "billing_period_start"):
        op.create_index(op.f(f"ix_finops_lake_files_{name}"), "lake_files", [name], schema="finops")


def _bills_bring_invoices_periods_and_commitments() -> None:
    def text(name: str, *, key: bool = False, needed: bool = False, comment: str | None = None) -> sa.Column[str]:
        return sa.Column(name, sa.Text(), primary_key=key, nullable=not (key or needed), comment=comment)

    def time(name: str, *, key: bool = False, needed: bool = False, comment: str | None = None) -> sa.Column[datetime]:
        return sa.Column(
            name, sa.DateTime(timezone=True), primary_key=key, nullable=not (key or needed), comment=comment
        )

    op.create_table(
        "invoice_details",
        text("invoice_issuer", key=True),
        text("invoice_detail_id", key=True),
        text("invoice_id", needed=True),
        text("billing_account_id", needed=True),
        time("billing_period_start", needed=True),
        time("billing_period_end"),
        text("currency", needed=True),
        sa.Column("billed_cost", sa.Numeric(), nullable=False),
        text("charge_category"),
        text("description"),
        time("issued_at"),
        text("issue_status"),
        time("due_at"),
        text("reference_invoice_id"),
        schema="finops",
    )
    op.create_index(op.f("ix_finops_invoice_details_invoice_id"), "invoice_details", ["invoice_id"], schema="finops")
    op.create_table(
        "billing_periods",
        text("invoice_issuer", key=True),
        time("billing_period_start", key=True),
        time("billing_period_end", needed=True),
        text("status", needed=True, comment="Open or Closed"),
        time("updated_at"),
        text("provider", needed=True, comment="One name for all names of the issuer, lower case"),
        time("closed_since", comment="When a delivery first called it closed; NULL: open"),
        schema="finops",
    )
    op.create_table(
        "contract_commitments",
        text("commitment_id", key=True),
        text("contract_id"),
        text("type"),
        text("category", comment="Spend or Usage"),
        text("description"),
        time("starts_at", needed=True),
        time("ends_at", needed=True),
        sa.Column("cost", sa.Numeric(), comment="Over its whole time"),
        text("currency"),
        sa.Column("quantity", sa.Numeric()),
        text("unit"),
        text("status"),
        schema="finops",
    )


def _golden_questions_know_who_approved_them() -> None:
    """Those of before as the audit log says it. What is kept of one person's is added up."""
    op.create_index(op.f("ix_finops_questions_asker"), "questions", ["asker"], schema="finops")
    op.add_column(
        "questions",
        sa.Column("certified_by", sa.Text(), comment="Who approved it as a golden question"),
        schema="finops",
    )
    op.add_column("questions", sa.Column("certified_at", sa.DateTime(timezone=True)), schema="finops")
    op.execute(
        "UPDATE finops.questions q SET certified_by = a.actor, certified_at = a.at FROM finops.audit_log a "
        "WHERE q.golden AND a.action = 'question.promoted' AND a.subject = q.reference"
    )


def _people_keep_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("person", sa.Text(), nullable=False, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, primary_key=True),
        sa.Column("search", postgresql.JSONB(), nullable=False, comment="The parameters of the page's address"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        schema="finops",
    )


def _teams_teach_notes() -> None:
    op.create_table(
        "taught_notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False, comment="As it was written"),
        sa.Column("words", sa.Text(), comment="The new name; NULL for a sentence"),
        sa.Column("dimension", sa.Text()),
        sa.Column("values", postgresql.JSONB(), server_default="[]", nullable=False, comment="What the name means"),
        sa.Column("label", sa.Text()),
        sa.Column(
            "teams", postgresql.JSONB(), server_default="[]", nullable=False, comment="Whose note it is; empty for all"
        ),
        sa.Column("valid_through", sa.Date(), nullable=False, comment="The last day on which it holds"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, approved, rejected or withdrawn"),
        sa.Column("taught_by", sa.Text(), nullable=False),
        sa.Column("taught_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("channel", sa.Text(), comment="Where it was taught"),
        schema="finops",
    )
