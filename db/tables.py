"""The tables, schema `finops`. Costs are NUMERIC in the row's currency, times UTC, start inclusive, end exclusive."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from config import logs


class Base(DeclarativeBase):
    """Everything lives in one schema."""

    metadata = sa.MetaData(schema="finops")
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: sa.Text,
        Decimal: sa.Numeric,
        datetime: sa.DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


_NOW = sa.text("now()")
_SET_ASIDE = "When it was set aside for an admin; NULL for what goes on"


def _key() -> Mapped[int]:
    return mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)


class SchemaState(Base):
    """What `finops db upgrade` last did."""

    __tablename__ = "schema_state"
    revision: Mapped[str] = mapped_column(primary_key=True)
    views_digest: Mapped[str]


# ------------------------------------------------------------------ bills


class Source(Base):
    """Where bills come from; a file's source defaults to its provider and billing account."""

    __tablename__ = "sources"
    id: Mapped[int] = _key()
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class Load(Base):
    """One file of a delivery, whatever became of it."""

    __tablename__ = "loads"
    id: Mapped[int] = _key()
    source_id: Mapped[int | None] = mapped_column(sa.ForeignKey("finops.sources.id"))
    delivery: Mapped[str] = mapped_column(
        index=True, comment="Digest of the files given together and of the allocation rules"
    )
    path: Mapped[str]
    format: Mapped[str | None]
    provider: Mapped[str | None]
    file_digest: Mapped[str | None]
    billing_periods: Mapped[list[Any]] = mapped_column(server_default="[]")
    rows: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    rejected: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    totals: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="Currency -> billed and effective cost of the rows"
    )
    replaced: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="Rows and cost by currency that this load replaced"
    )
    status: Mapped[str] = mapped_column(comment="loaded, unchanged or failed")
    error: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)


class FetchedObject(Base):
    """An object of a bucket whose content was read."""

    __tablename__ = "fetched_objects"
    address: Mapped[str] = mapped_column(primary_key=True, comment="s3://bucket/key")
    version: Mapped[str] = mapped_column(comment="Its ETag then")
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the content")
    fetched_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class BilledPeriod(Base):
    """What stands of a billing account in a billing period, by source and currency."""

    __tablename__ = "billed_periods"
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("finops.sources.id"), primary_key=True)
    billing_account_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    billing_period_start: Mapped[datetime] = mapped_column(primary_key=True)
    billing_period_end: Mapped[datetime] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(comment="One name for all names of the provider, lower case")
    rows: Mapped[int] = mapped_column(sa.BigInteger)
    billed_cost: Mapped[Decimal]
    effective_cost: Mapped[Decimal]
    list_cost: Mapped[Decimal]
    contracted_cost: Mapped[Decimal]
    tax: Mapped[Decimal] = mapped_column(comment="Of the billed cost")


class LakeFileRow(Base):
    """A Parquet file of line items: of one load and period, of one billing account or of many. Files that stand
    together are what `reporting.charges` shows.
    """

    __tablename__ = "lake_files"
    id: Mapped[int] = _key()
    path: Mapped[str] = mapped_column(unique=True, comment="Relative to the lake")
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("finops.sources.id"), index=True)
    load_id: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    billing_accounts: Mapped[list[Any]] = mapped_column(comment="Ids of its billing accounts")
    billing_period_start: Mapped[datetime] = mapped_column(index=True)
    billing_period_end: Mapped[datetime]
    rows: Mapped[int] = mapped_column(sa.BigInteger)
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    first_day: Mapped[date]
    last_day: Mapped[date]
    tag_keys: Mapped[dict[str, Any]] = mapped_column(server_default="{}", comment="Keys of its tags by team, or ''")
    written_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    retired_at: Mapped[datetime | None] = mapped_column(comment="When it was replaced; NULL while it stands")


class InvoiceDetail(Base):
    """A line of an invoice as its issuer says it, FOCUS 1.4; charges of the same invoice add up to it."""

    __tablename__ = "invoice_details"
    invoice_issuer: Mapped[str] = mapped_column(primary_key=True)
    invoice_detail_id: Mapped[str] = mapped_column(primary_key=True)
    invoice_id: Mapped[str] = mapped_column(index=True)
    billing_account_id: Mapped[str]
    billing_period_start: Mapped[datetime]
    billing_period_end: Mapped[datetime | None]
    currency: Mapped[str]
    billed_cost: Mapped[Decimal]
    charge_category: Mapped[str | None]
    description: Mapped[str | None]
    issued_at: Mapped[datetime | None]
    issue_status: Mapped[str | None]
    due_at: Mapped[datetime | None]
    reference_invoice_id: Mapped[str | None]


class BillingPeriod(Base):
    """A billing period and whether its issuer has closed it, FOCUS 1.4."""

    __tablename__ = "billing_periods"
    invoice_issuer: Mapped[str] = mapped_column(primary_key=True)
    billing_period_start: Mapped[datetime] = mapped_column(primary_key=True)
    billing_period_end: Mapped[datetime]
    status: Mapped[str] = mapped_column(comment="Open or Closed")
    updated_at: Mapped[datetime | None]
    provider: Mapped[str] = mapped_column(comment="One name for all names of the issuer, lower case")
    closed_since: Mapped[datetime | None] = mapped_column(comment="When a delivery first called it closed; NULL: open")


class ContractCommitment(Base):
    """What was agreed with a provider, FOCUS 1.3; charges name it as their commitment discount."""

    __tablename__ = "contract_commitments"
    commitment_id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str | None]
    type: Mapped[str | None]
    category: Mapped[str | None] = mapped_column(comment="Spend or Usage")
    description: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cost: Mapped[Decimal | None] = mapped_column(comment="Over its whole time")
    currency: Mapped[str | None]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None]
    status: Mapped[str | None]


class RejectedRow(Base):
    """A row of a file that was not taken, with the reason."""

    __tablename__ = "rejected_rows"
    id: Mapped[int] = _key()
    load_id: Mapped[int] = mapped_column(sa.ForeignKey("finops.loads.id", ondelete="CASCADE"), index=True)
    row_number: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str]
    content: Mapped[dict[str, Any]]


def _cost_columns() -> tuple[sa.Column[Any], ...]:
    dimensions = (
        "provider",
        "billing_account",
        "account_id",
        "account",
        "service",
        "service_category",
        "region",
        "team",
        "environment",
        "application",
        "charge_category",
        "pricing_category",
        "commitment_type",
        "commitment_status",
        "charge_class",
        "publisher",
        "service_subcategory",
        "invoice_id",
    )
    measures = ("list_cost", "contracted_cost", "billed_cost", "effective_cost", "usage_quantity", "listed_cost")
    return (
        sa.Column("source_id", sa.BigInteger, nullable=False),
        sa.Column("billing_period_start", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text) for name in dimensions),
        *(sa.Column(name, sa.Numeric) for name in measures),
        sa.Column("usage_unit", sa.Text),
        sa.Column("currency", sa.Text, nullable=False),
    )


daily_costs = sa.Table(
    "daily_costs",
    Base.metadata,
    sa.Column("usage_date", sa.Date, nullable=False),
    *_cost_columns(),
    sa.Index("daily_costs_by_date", "usage_date"),
    sa.Index("daily_costs_by_load", "source_id", "billing_period_start"),
    comment="Charges rolled up to a day, replaced with their (source, billing period)",
)

hourly_costs = sa.Table(
    "hourly_costs",
    Base.metadata,
    sa.Column("usage_hour", sa.DateTime(timezone=True), nullable=False),
    *_cost_columns(),
    sa.Index("hourly_costs_by_hour", "usage_hour"),
    sa.Index("hourly_costs_by_load", "source_id", "billing_period_start"),
    comment="Charges of at most an hour, rolled up to the hour",
)

resource_costs = sa.Table(
    "resource_costs",
    Base.metadata,
    sa.Column("usage_date", sa.Date, nullable=False),
    sa.Column("source_id", sa.BigInteger, nullable=False),
    sa.Column("billing_period_start", sa.DateTime(timezone=True), nullable=False),
    *(
        sa.Column(name, sa.Text)
        for name in (
            "resource_id",
            "resource_name",
            "resource_type",
            "provider",
            "account_id",
            "account",
            "service",
            "region",
            "team",
            "environment",
            "application",
        )
    ),
    sa.Column("charge_category", sa.Text),
    sa.Column("commitment_status", sa.Text),
    sa.Column("usage_type", sa.Text, comment="SkuMeter, else the SKU id"),
    sa.Column("usage_quantity", sa.Numeric),
    sa.Column("list_cost", sa.Numeric),
    sa.Column("billed_cost", sa.Numeric),
    sa.Column("effective_cost", sa.Numeric),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Index("resource_costs_by_date", "usage_date"),
    sa.Index("resource_costs_by_resource", "resource_id", "usage_date"),
    sa.Index("resource_costs_by_load", "source_id", "billing_period_start"),
    comment="Charges of named resources rolled up to a day",
)


class Resource(Base):
    """A resource as the bills and the inventory know it."""

    __tablename__ = "resources"
    resource_id: Mapped[str] = mapped_column(primary_key=True)
    resource_name: Mapped[str | None]
    resource_type: Mapped[str | None]
    provider: Mapped[str | None]
    account_id: Mapped[str | None]
    account: Mapped[str | None]
    service: Mapped[str | None]
    region: Mapped[str | None]
    team: Mapped[str | None]
    environment: Mapped[str | None]
    application: Mapped[str | None]
    state: Mapped[str | None] = mapped_column(
        comment="As the inventory last saw it: running, stopped, available, in-use …"
    )
    instance_type: Mapped[str | None]
    tags: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="What the inventory knows besides: size, volume type, attachments …"
    )
    first_seen: Mapped[date | None]
    last_seen: Mapped[date | None]
    monthly_cost: Mapped[Decimal | None] = mapped_column(comment="Effective cost of the 30 days through last_seen")
    currency: Mapped[str | None]
    inventory_at: Mapped[datetime | None]


class Utilization(Base):
    """One metric of one resource on one day."""

    __tablename__ = "utilization"
    usage_date: Mapped[date] = mapped_column(primary_key=True)
    resource_id: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    average: Mapped[float | None]
    maximum: Mapped[float | None]
    unit: Mapped[str | None]


class HourlyUtilization(Base):
    """One metric of one resource in one hour; a count is the hour's total in both columns."""

    __tablename__ = "hourly_utilization"
    usage_hour: Mapped[datetime] = mapped_column(primary_key=True)
    resource_id: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    average: Mapped[float | None]
    maximum: Mapped[float | None]
    unit: Mapped[str | None]


class Price(Base):
    """An on-demand price of the dynamic catalogue."""

    __tablename__ = "prices"
    provider: Mapped[str] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(primary_key=True)
    instance_type: Mapped[str] = mapped_column(primary_key=True)
    operating_system: Mapped[str] = mapped_column(primary_key=True)
    vcpus: Mapped[float | None]
    memory_gib: Mapped[float | None]
    architecture: Mapped[str | None]
    hourly_price: Mapped[Decimal]
    currency: Mapped[str]
    as_of: Mapped[datetime]


# ------------------------------------------------------------------ insights


class BudgetRow(Base):
    """A budget from `finops.yaml`, Slack or the API."""

    __tablename__ = "budgets"
    name: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    amount: Mapped[Decimal]
    currency: Mapped[str]
    period: Mapped[str] = mapped_column(server_default="monthly")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    thresholds: Mapped[list[Any]] = mapped_column(server_default="[0.8, 1.0]")
    rollover: Mapped[bool] = mapped_column(server_default=sa.false())
    owner: Mapped[str | None]
    origin: Mapped[str] = mapped_column(server_default="file", comment="file, slack or api")
    in_file: Mapped[dict[str, Any] | None] = mapped_column(comment="What finops.yaml says, where this row overrides it")
    changed_by: Mapped[str | None]
    changed_at: Mapped[datetime | None]


class BudgetPeriod(Base):
    """A budget's state in one of its periods, as last evaluated."""

    __tablename__ = "budget_periods"
    budget: Mapped[str] = mapped_column(sa.ForeignKey("finops.budgets.name", ondelete="CASCADE"), primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    period_end: Mapped[date]
    amount: Mapped[Decimal]
    spent: Mapped[Decimal]
    forecast: Mapped[Decimal | None]
    forecast_low: Mapped[Decimal | None]
    forecast_high: Mapped[Decimal | None]
    crosses_on: Mapped[date | None]
    status: Mapped[str]
    evaluated_at: Mapped[datetime]


class Showback(Base):
    """What a team bears of a month: its own cost, or its part of a shared cost; computed anew after each load."""

    __tablename__ = "showback"
    id: Mapped[int] = _key()
    month: Mapped[date] = mapped_column(index=True)
    team: Mapped[str | None] = mapped_column(comment="NULL for what nobody bears")
    shared_cost: Mapped[str | None] = mapped_column(comment="Name of the shared cost; NULL for a team's own cost")
    cost: Mapped[Decimal]
    currency: Mapped[str]


class ForecastRow(Base):
    """What was expected, on the day it was predicted."""

    __tablename__ = "forecasts"
    scope_kind: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    made_on: Mapped[date] = mapped_column(primary_key=True)
    forecast_date: Mapped[date] = mapped_column(primary_key=True)
    model: Mapped[str]
    expected_cost: Mapped[Decimal]
    low_80: Mapped[Decimal]
    high_80: Mapped[Decimal]
    low_95: Mapped[Decimal]
    high_95: Mapped[Decimal]


class ForecastAccuracy(Base):
    """Backtest and live errors per scope, model and horizon."""

    __tablename__ = "forecast_accuracy"
    scope_kind: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    horizon_days: Mapped[int] = mapped_column(primary_key=True)
    measured_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True, comment="backtest or live")
    total_error: Mapped[float] = mapped_column(comment="|forecast total / actual total - 1|")
    day_mape: Mapped[float | None]
    coverage_80: Mapped[float | None]


class Insight(Base):
    """Something worth knowing: anomaly, budget breach, idle resource, recommendation, forecast or verified saving."""

    __tablename__ = "insights"
    id: Mapped[int] = _key()
    fingerprint: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(index=True)
    severity: Mapped[str] = mapped_column(comment="critical, high, medium or low")
    status: Mapped[str] = mapped_column(
        server_default="open", index=True, comment="open, acknowledged, expected, snoozed or resolved"
    )
    status_reason: Mapped[str | None]
    status_until: Mapped[datetime | None]
    title: Mapped[str]
    scope: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    provider: Mapped[str | None]
    account: Mapped[str | None]
    service: Mapped[str | None]
    team: Mapped[str | None]
    resource_id: Mapped[str | None]
    owner: Mapped[str | None]
    impact_amount: Mapped[Decimal | None] = mapped_column(comment="A day for anomalies, a month for recommendations")
    currency: Mapped[str]
    evidence: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="Expected band, root cause, series, metrics"
    )
    channels: Mapped[list[Any]] = mapped_column(server_default="[]", comment="Channels that it is posted in")
    playbook: Mapped[str | None] = mapped_column(comment="What could be proposed about it")
    feedback: Mapped[str | None] = mapped_column(comment="useful or noise, from a person")
    starts_on: Mapped[date | None]
    data_arrived_at: Mapped[datetime | None]
    detected_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    posted_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    closed_at: Mapped[datetime | None]


class Recommendation(Base):
    """A change that would save money."""

    __tablename__ = "recommendations"
    id: Mapped[int] = _key()
    fingerprint: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    resource_id: Mapped[str]
    account: Mapped[str | None]
    team: Mapped[str | None]
    current_state: Mapped[str]
    proposed_state: Mapped[str]
    monthly_savings: Mapped[Decimal | None]
    currency: Mapped[str]
    confidence: Mapped[str]
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    status: Mapped[str] = mapped_column(server_default="open")
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    last_seen_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class DetectorState(Base):
    """The detector's memory of one series, so that a new day costs microseconds."""

    __tablename__ = "detector_states"
    series: Mapped[str] = mapped_column(primary_key=True)
    through: Mapped[date]
    state: Mapped[dict[str, Any]]


class Completeness(Base):
    """How much of a day's final cost is known some days later, learned per source."""

    __tablename__ = "completeness"
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("finops.sources.id", ondelete="CASCADE"), primary_key=True)
    usage_date: Mapped[date] = mapped_column(primary_key=True)
    seen_on: Mapped[date] = mapped_column(primary_key=True)
    cost: Mapped[Decimal]


# ------------------------------------------------------------------ remediation


class Remediation(Base):
    """A frozen plan and its life: proposed, approved, running, succeeded,
    partial, failed, unknown, rejected, expired, undone, void; or ticket, then closed.
    """

    __tablename__ = "remediations"
    id: Mapped[int] = _key()
    playbook: Mapped[str]
    playbook_digest: Mapped[str]
    plan: Mapped[dict[str, Any]]
    plan_digest: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str | None]
    account_id: Mapped[str | None]
    account: Mapped[str | None]
    team: Mapped[str | None]
    environment: Mapped[str | None]
    expected_monthly_savings: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(server_default="USD")
    insight_id: Mapped[int | None] = mapped_column(sa.ForeignKey("finops.insights.id"))
    requested_by: Mapped[str]
    requester_name: Mapped[str | None]
    requested_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    approvals: Mapped[list[Any]] = mapped_column(server_default="[]")
    approved_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    snoozed_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    flow_run_id: Mapped[str | None]
    flow_run_url: Mapped[str | None] = mapped_column(comment="The run's page in Prefect, where Prefect has pages")
    approvers: Mapped[list[Any]] = mapped_column(
        server_default="[]", comment="Who could approve when it was proposed: id and name"
    )
    undo_of: Mapped[int | None] = mapped_column(sa.ForeignKey("finops.remediations.id"))
    channel: Mapped[str | None]
    thread_ts: Mapped[str | None]


class Ticket(Base):
    """A ticket instead of a run: wanted, open, applied (it was done, and the bill decides), closed, failed."""

    __tablename__ = "tickets"
    id: Mapped[int] = _key()
    remediation_id: Mapped[int] = mapped_column(sa.ForeignKey("finops.remediations.id"), unique=True)
    rule: Mapped[dict[str, Any]] = mapped_column(comment="Of finops.yaml, as it was: which tracker, which place")
    state: Mapped[str] = mapped_column(index=True)
    key: Mapped[str | None] = mapped_column(comment="As the tracker names it")
    url: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0", comment="Since it was last kept as it should be")
    error: Mapped[str | None]
    not_before: Mapped[datetime | None]
    wanted_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class RemediationStep(Base):
    """One action on one resource, with what undo needs, written before it acts."""

    __tablename__ = "remediation_steps"
    id: Mapped[int] = _key()
    remediation_id: Mapped[int] = mapped_column(sa.ForeignKey("finops.remediations.id"), index=True)
    position: Mapped[int]
    resource_id: Mapped[str]
    resource_name: Mapped[str | None]
    action: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    state: Mapped[str] = mapped_column(
        server_default="planned", comment="planned, acting, done, verified, failed, skipped, unknown, undone"
    )
    undo: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    before: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    after: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    error: Mapped[str | None]
    expected_monthly_savings: Mapped[Decimal | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("remediation_id", "position"),)


class RecurringRun(Base):
    """A date of a recurring playbook, and what came of it; made once, whoever finds it due."""

    __tablename__ = "recurring_runs"
    playbook: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    playbook_digest: Mapped[str]
    made_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(comment="How many were proposed, or why none")
    remediations: Mapped[list[Any]] = mapped_column(comment="Numbers of the proposals")


class RecurringSwitch(Base):
    """A recurring playbook as somebody switched it; without a row its file decides. Off holds until it is switched on
    again, on for the file as it was then.
    """

    __tablename__ = "recurring_switches"
    playbook: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[bool]
    playbook_digest: Mapped[str]
    set_by: Mapped[str]
    set_by_name: Mapped[str]
    set_at: Mapped[datetime]


class StandingApproval(Base):
    """Somebody's yes to the next runs of one recurring playbook, until a date, for its file as it was."""

    __tablename__ = "standing_approvals"
    id: Mapped[int] = _key()
    playbook: Mapped[str] = mapped_column(index=True)
    playbook_digest: Mapped[str] = mapped_column(comment="Of its file, with scope and caps")
    approver: Mapped[str]
    approver_name: Mapped[str]
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]


class Saving(Base):
    """The ledger: what a change was to save and what the bill says it saved."""

    __tablename__ = "savings"
    id: Mapped[int] = _key()
    remediation_id: Mapped[int] = mapped_column(sa.ForeignKey("finops.remediations.id"), index=True)
    resource_id: Mapped[str]
    team: Mapped[str | None]
    applied_on: Mapped[date]
    window_days: Mapped[int]
    expected_monthly_savings: Mapped[Decimal | None]
    realized_monthly_savings: Mapped[Decimal | None]
    currency: Mapped[str]
    arithmetic: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    confounders: Mapped[list[Any]] = mapped_column(server_default="[]")
    status: Mapped[str] = mapped_column(
        server_default="pending", comment="pending, validated, partial, missed or reversed"
    )
    verified_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("remediation_id", "resource_id"),)


class Switch(Base):
    """A named switch; `stop_all` halts every remediation."""

    __tablename__ = "switches"
    name: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[bool]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(server_default=_NOW)


# ------------------------------------------------------------------ conversation and delivery


class Question(Base):
    """A question, what became of it, and the parse a follow-up amends."""

    __tablename__ = "questions"
    id: Mapped[int] = _key()
    reference: Mapped[str] = mapped_column(unique=True, comment="Short public id, as in 'Reference 7F3K'")
    asked_at: Mapped[datetime] = mapped_column(server_default=_NOW, index=True)
    asker: Mapped[str] = mapped_column(index=True)
    thread: Mapped[str | None] = mapped_column(index=True)
    channel: Mapped[str | None]
    question: Mapped[str]
    outcome: Mapped[str]
    query: Mapped[dict[str, Any] | None] = mapped_column(JSONB, comment="The parse; a follow-up amends it")
    answer: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    sql: Mapped[str | None]
    translator: Mapped[str | None]
    tokens: Mapped[int] = mapped_column(server_default="0")
    elapsed_ms: Mapped[int | None]
    feedback: Mapped[str | None] = mapped_column(comment="helpful or unhelpful")
    golden: Mapped[bool] = mapped_column(server_default=sa.false())
    certified_by: Mapped[str | None] = mapped_column(comment="Who approved it as a golden question")
    certified_at: Mapped[datetime | None]


class ModelUse(Base):
    """What the language model cost per person on a day, so that a budget holds over processes and restarts."""

    __tablename__ = "model_use"
    person: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int] = mapped_column(server_default="0")
    tokens: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    seconds: Mapped[float] = mapped_column(server_default="0")
    cost: Mapped[Decimal] = mapped_column(server_default="0", comment="By the prices in the settings")


class ModelReply(Base):
    """A reply of the language model by question, asker's scope, catalogue and
    version of the data; its SQL is checked anew whenever it is used.
    """

    __tablename__ = "model_replies"
    key: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256 of everything the reply depends on")
    reply: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW, index=True)


class SlackEvent(Base):
    """Events seen, so that a redelivery is answered once and what a dead bot
    had acknowledged is answered by another.
    """

    __tablename__ = "slack_events"
    event_id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(server_default=_NOW, index=True)
    body: Mapped[dict[str, Any]] = mapped_column(server_default="{}", comment="Empty once it is done")
    attempts: Mapped[int] = mapped_column(server_default="0", comment="How often a bot took it over from one that died")
    claimed_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class OutboxMessage(Base):
    """A message for Slack, written with the state it tells about and delivered by the bot exactly once."""

    __tablename__ = "outbox"
    id: Mapped[int] = _key()
    key: Mapped[str] = mapped_column(unique=True, comment="Two messages with one key are one message")
    request_id: Mapped[str | None] = mapped_column(
        default=logs.request_id, comment="The request it belongs to, as in the log"
    )
    channel: Mapped[str]
    thread_key: Mapped[str | None] = mapped_column(comment="Key of the message in whose thread this goes")
    thread_ts: Mapped[str | None]
    update_key: Mapped[str | None] = mapped_column(comment="Key of the delivered message this one replaces")
    kind: Mapped[str] = mapped_column(comment="The card that draws it")
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    not_before: Mapped[datetime] = mapped_column(server_default=_NOW)
    attempts: Mapped[int] = mapped_column(server_default="0")
    interrupted: Mapped[int] = mapped_column(
        server_default="0", comment="Attempts whose end was not noted: the bot died, or nobody foresaw the error"
    )
    error: Mapped[str | None]
    delivered_at: Mapped[datetime | None] = mapped_column(index=True)
    failed_at: Mapped[datetime | None]
    quarantined_at: Mapped[datetime | None] = mapped_column(comment=_SET_ASIDE)
    message_ts: Mapped[str | None]


class FlowRequest(Base):
    """A click that asks for a flow; kept until Prefect took it."""

    __tablename__ = "flow_requests"
    id: Mapped[int] = _key()
    key: Mapped[str] = mapped_column(unique=True, comment="Idempotency key of the flow run")
    request_id: Mapped[str | None] = mapped_column(
        default=logs.request_id, comment="The request it belongs to, as in the log"
    )
    deployment: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    state: Mapped[str] = mapped_column(comment="requested, approved, triggered, finished, failed or rejected")
    requested_by: Mapped[str]
    approved_by: Mapped[str | None]
    channel: Mapped[str | None]
    thread_ts: Mapped[str | None]
    flow_run_id: Mapped[str | None]
    result: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    triggered_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0", comment="Starts that failed or ended the bot")
    not_before: Mapped[datetime | None] = mapped_column(comment="The next attempt; NULL for at once")
    quarantined_at: Mapped[datetime | None] = mapped_column(comment=_SET_ASIDE)


class TaughtNote(Base):
    """What a team taught: other words for a name in the bills, or a sentence; used once an admin has approved it."""

    __tablename__ = "taught_notes"
    id: Mapped[int] = _key()
    text: Mapped[str] = mapped_column(comment="As it was written")
    words: Mapped[str | None] = mapped_column(comment="The new name; NULL for a sentence")
    dimension: Mapped[str | None]
    values: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]", comment="What the name means")
    label: Mapped[str | None]
    teams: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]", comment="Whose note it is; empty for all")
    valid_through: Mapped[date] = mapped_column(comment="The last day on which it holds")
    state: Mapped[str] = mapped_column(comment="waiting, approved, rejected or withdrawn")
    taught_by: Mapped[str]
    taught_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    channel: Mapped[str | None] = mapped_column(comment="Where it was taught")


class Subscription(Base):
    """A digest or a saved question that a channel receives."""

    __tablename__ = "subscriptions"
    id: Mapped[int] = _key()
    channel: Mapped[str]
    created_by: Mapped[str]
    kind: Mapped[str] = mapped_column(comment="digest or question")
    scope: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    question: Mapped[str | None]
    frequency: Mapped[str] = mapped_column(comment="daily or weekly")
    weekday: Mapped[int | None]
    weekdays: Mapped[list[Any] | None] = mapped_column(
        JSONB, comment="Days of the week it comes on, 0 is Monday; NULL for every day"
    )
    at_hour: Mapped[int]
    at_minute: Mapped[int] = mapped_column(server_default="0")
    timezone: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=sa.true())
    last_sent_for: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    attempts: Mapped[int] = mapped_column(server_default="0", comment="Since it was last made as it should be")
    error: Mapped[str | None]
    quarantined_at: Mapped[datetime | None] = mapped_column(comment=_SET_ASIDE)


class SavedView(Base):
    """A view of the web page that somebody keeps under a name; the address is its whole state."""

    __tablename__ = "saved_views"
    person: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    search: Mapped[dict[str, Any]] = mapped_column(comment="The parameters of the page's address")
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class ApiToken(Base):
    """A bearer token of the API, stored as a digest."""

    __tablename__ = "api_tokens"
    id: Mapped[int] = _key()
    digest: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str]
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class WebSession(Base):
    """Somebody signed in at the web page; the cookie is stored as a digest."""

    __tablename__ = "web_sessions"
    id: Mapped[int] = _key()
    digest: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    expires_at: Mapped[datetime]


class AuditEntry(Base):
    """Append-only, hash-chained; nobody but the owner could change it, and the chain would show it."""

    __tablename__ = "audit_log"
    id: Mapped[int] = mapped_column(
        sa.BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 … without a gap"
    )
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """How long the audit log is and its newest hash, kept by a trigger that the
    application cannot touch: what was cut off its end shows.
    """

    __tablename__ = "audit_head"
    single: Mapped[bool] = mapped_column(primary_key=True, server_default=sa.true(), comment="True: there is one row")
    entries: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str]
