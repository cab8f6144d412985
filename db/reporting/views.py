"""The reporting views: the one list that makes the views, their comments, the
catalogue of questions and the guard's allow-list.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True)
class Column:
    """A view's column; the comment is what people and models read."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class View:
    """A view of schema `reporting`. `visible` is the SQL condition that narrows
    it to `{teams}`, None where everybody may see all of it.
    """

    name: str
    comment: str
    columns: tuple[Column, ...]
    sql: str
    visible: str | None = "team IN ({teams})"


def _columns(text: str) -> tuple[Column, ...]:
    parts = (line.strip().split(" ", 2) for line in text.strip().splitlines())
    return tuple(Column(name, kind, comment) for name, kind, comment in parts)


_PLACE = """
provider text Cloud provider: AWS, Microsoft, Google Cloud …
account_id text Sub account id: AWS account, Azure subscription, Google project
account text Sub account name
service text Service name as billed: Amazon Elastic Compute Cloud …
region text Region id; NULL where the charge has none
team text Owning team by the allocation rules; NULL is unallocated
environment text prod, staging, dev … by the allocation rules; NULL is unallocated
application text Application by the allocation rules; NULL is unallocated
"""

_COSTS = """
provider text Cloud provider: AWS, Microsoft, Google Cloud …
billing_account text Billing (payer) account name
account_id text Sub account id: AWS account, Azure subscription, Google project
account text Sub account name
service text Service name as billed: Amazon Elastic Compute Cloud …
service_category text FOCUS service category: Compute, Storage, Databases …
region text Region id; NULL where the charge has none
team text Owning team by the allocation rules; NULL is unallocated
environment text prod, staging, dev … by the allocation rules; NULL is unallocated
application text Application by the allocation rules; NULL is unallocated
charge_category text Usage, Purchase, Tax, Credit or Adjustment
pricing_category text Standard (on demand), Committed, Dynamic (spot) or Other
commitment_type text Kind of commitment discount: savings plan, reservation …; NULL when none
commitment_status text Used or Unused part of a commitment; NULL when none
billing_period date Month of the bill, its first day; usage may be billed in a later month than usage_date
charge_class text Correction for corrections, refunds and adjustments of earlier charges; NULL when none
publisher text Who makes what is sold: a marketplace's seller, else the provider
service_subcategory text FOCUS service subcategory: Virtual Machines, Object Storage …; NULL when unknown
invoice_id text Number of the invoice; NULL while there is none
list_cost numeric Cost at public list price
contracted_cost numeric Cost at negotiated price, before commitments
billed_cost numeric What the invoice says
effective_cost numeric Amortized cost after all discounts: the default meaning of cost
usage_quantity numeric Consumed quantity in usage_unit; add up only within one unit
usage_unit text Unit of usage_quantity
listed_cost numeric Effective cost of usage whose list price is known; savings are list_cost less this
currency text Billing currency; never add up over currencies
"""

_COST_NAMES = ", ".join(line.split(" ")[0] for line in _COSTS.strip().splitlines()).replace(
    "billing_period,", "(billing_period_start AT TIME ZONE 'UTC')::date AS billing_period,"
)

# A budget's scope reads as `settings.Scope` does; JSON objects keep no order.
_PLACE_OF_KEY = (
    "array_position(ARRAY['team', 'account', 'service', 'environment', 'application', 'provider', 'region'], k)"
)

VIEWS: tuple[View, ...] = (
    View(
        "daily_costs",
        "Cost and usage a day, every charge in it; leave out charge_category Tax unless asked",
        _columns("usage_date date Day of the charge, UTC" + _COSTS),
        f"SELECT usage_date, {_COST_NAMES} FROM finops.daily_costs",  # noqa: S608 - its names are constants, its values are bound
    ),
    View(
        "hourly_costs",
        "Cost and usage an hour, for charges billed by the hour",
        _columns("usage_hour timestamptz Start of the hour, UTC" + _COSTS),
        f"SELECT usage_hour, {_COST_NAMES} FROM finops.hourly_costs",  # noqa: S608 - its names are constants, its values are bound
    ),
    View(
        "resource_costs",
        "Cost of each named resource a day, without tax",
        _columns(
            "usage_date date Day of the charge, UTC\n"
            "resource_id text Provider's id of the resource\n"
            "resource_name text Name of the resource\n"
            "resource_type text Instance, Bucket, DB Instance …"
            + _PLACE
            + "billed_cost numeric What the invoice says\n"
            "effective_cost numeric Amortized cost after all discounts\n"
            "currency text Billing currency\n"
            "usage_quantity numeric Consumed quantity\n"
            "usage_type text Meter or SKU"
        ),
        "SELECT usage_date, resource_id, resource_name, resource_type, provider, account_id, account, service, "
        "region, team, environment, application, "
        "billed_cost, effective_cost, currency, usage_quantity, usage_type FROM finops.resource_costs "
        "WHERE charge_category IS DISTINCT FROM 'Tax'",
    ),
    View(
        "resources",
        "Every resource that the bills or the inventory know",
        _columns(
            "resource_id text Provider's id of the resource\n"
            "resource_name text Name of the resource\n"
            "resource_type text Instance, Bucket, DB Instance …"
            + _PLACE
            + "state text As the inventory last saw it: running, stopped, available …\n"
            "instance_type text Size, as m5.2xlarge\n"
            "first_seen date First day on the bill\n"
            "last_seen date Last day on the bill\n"
            "monthly_cost numeric Effective cost of the 30 days through last_seen\n"
            "currency text Billing currency"
        ),
        "SELECT resource_id, resource_name, resource_type, provider, account_id, account, service, region, team, "
        "environment, application, state, "
        "instance_type, first_seen, last_seen, monthly_cost, currency FROM finops.resources",
    ),
    View(
        "utilization",
        "Metrics of resources a day",
        _columns(
            "usage_date date Day, UTC\n"
            "resource_id text Provider's id of the resource\n"
            "metric text cpu, network, connections, requests, invocations, iops …\n"
            "average double Average over the day\n"
            "maximum double Highest value of the day\n"
            "unit text Unit of the values"
        ),
        "SELECT usage_date, resource_id, metric, average, maximum, unit FROM finops.utilization",
        "resource_id IN (SELECT resource_id FROM reporting.resources WHERE team IN ({teams}))",
    ),
    View(
        "budgets",
        "Budgets and how they stand, one row a period",
        _columns(
            "budget text Name of the budget\n"
            "scope_kind text Dimension of the scope: team, account, service …, total\n"
            "scope text Value of the scope\n"
            "period_start date First day\n"
            "period_end date Day after the last\n"
            "amount numeric Budgeted amount\n"
            "spent numeric Effective cost so far\n"
            "forecast numeric Expected cost at the period's end\n"
            "percent_used numeric 100 x spent / amount\n"
            "status text ok, warning, forecast_breach or breached\n"
            "currency text Currency of the amounts"
        ),
        f"SELECT p.budget, coalesce((SELECT string_agg(k, ' x ' ORDER BY {_PLACE_OF_KEY}) "  # noqa: S608 - its names are constants, its values are bound
        "FROM jsonb_object_keys(b.scope) AS k), 'total') AS scope_kind, "
        f"coalesce((SELECT string_agg(v, ', ' ORDER BY {_PLACE_OF_KEY}) "
        "FROM jsonb_each_text(b.scope) AS t(k, v)), 'everything') AS scope, "
        "p.period_start, p.period_end, p.amount, p.spent, "
        "p.forecast, round(100 * p.spent / p.amount, 1) AS percent_used, p.status, b.currency "
        "FROM finops.budget_periods p JOIN finops.budgets b ON b.name = p.budget",
        "scope_kind = 'team' AND scope IN ({teams})",
    ),
    View(
        "forecasts",
        "Expected cost a day, as predicted on made_on; take the newest made_on for the current forecast",
        _columns(
            "scope_kind text Dimension of the scope: team, account, service …, total\n"
            "scope text Value of the scope\n"
            "made_on date Day of the prediction\n"
            "forecast_date date Day that is predicted\n"
            "model text Model or ensemble\n"
            "expected_cost numeric Expected effective cost of the day\n"
            "low_80 numeric Lower end of the 80 % band\n"
            "high_80 numeric Upper end of the 80 % band\n"
            "low_95 numeric Lower end of the 95 % band\n"
            "high_95 numeric Upper end of the 95 % band\n"
            "currency text Currency"
        ),
        "SELECT scope_kind, scope, made_on, forecast_date, model, expected_cost, low_80, high_80, low_95, high_95, "
        "currency FROM finops.forecasts",
        "scope_kind = 'team' AND scope IN ({teams})",
    ),
    View(
        "insights",
        "Anomalies, budget breaches, idle resources, recommendations and verified savings",
        _columns(
            "insight_id bigint Number of the insight\n"
            "detected_at timestamptz When it was first seen\n"
            "kind text anomaly, budget, idle, recommendation, forecast, saving\n"
            "severity text critical, high, medium or low\n"
            "status text open, acknowledged, expected, snoozed or resolved\n"
            "title text What it says in a line\n"
            "provider text Cloud provider\n"
            "account text Sub account name\n"
            "service text Service name\n"
            "team text Owning team\n"
            "resource_id text Provider's id of the resource\n"
            "impact_amount numeric Cost a day (anomalies) or a month (the rest)\n"
            "currency text Currency of the impact\n"
            "closed_at timestamptz When it was resolved\n"
            "started_on date First day of an anomaly\n"
            "total_impact numeric Cost of an anomaly beyond the expected in all; NULL while it goes on"
        ),
        "SELECT id AS insight_id, detected_at, kind, severity, status, title, provider, account, service, team, "
        "resource_id, impact_amount, currency, closed_at, starts_on AS started_on, "
        "CASE WHEN kind = 'anomaly' THEN (evidence #>> '{over,amount}')::numeric END AS total_impact "
        "FROM finops.insights",
    ),
    View(
        "recommendations",
        "Changes that would save money",
        _columns(
            "recommendation_id bigint Number of the recommendation\n"
            "created_at timestamptz When it was first made\n"
            "kind text stop_idle, rightsize, delete_volume …\n"
            "resource_id text Provider's id of the resource\n"
            "account text Sub account name\n"
            "team text Owning team\n"
            "current_state text What is there now\n"
            "proposed_state text What is proposed\n"
            "monthly_savings numeric Expected saving a month; NULL when the price is not known\n"
            "currency text Currency\n"
            "status text open, accepted, dismissed, done or gone"
        ),
        "SELECT id AS recommendation_id, created_at, kind, resource_id, account, team, current_state, proposed_state, "
        "monthly_savings, currency, status "
        "FROM finops.recommendations WHERE status <> 'protected'",
    ),
    View(
        "remediations",
        "Proposed and executed changes, one row a resource",
        _columns(
            "remediation_id bigint Number of the remediation\n"
            "playbook text Playbook that was planned\n"
            "resource_id text Provider's id of the resource\n"
            "account text Sub account name\n"
            "team text Owning team\n"
            "state text proposed, approved, running, succeeded, partial, failed, unknown, rejected, expired, undone "
            "or void\n"
            "requested_at timestamptz When it was proposed\n"
            "requested_by text Who asked\n"
            "approved_by text Who approved\n"
            "finished_at timestamptz When the run ended"
        ),
        "SELECT r.id AS remediation_id, r.playbook, s.resource_id, r.account, r.team, r.state, r.requested_at, "
        "r.requested_by, "
        "(SELECT string_agg(a->>'actor', ', ') FROM jsonb_array_elements(r.approvals) AS a) AS approved_by, "
        "r.finished_at "
        "FROM finops.remediations r LEFT JOIN finops.remediation_steps s ON s.remediation_id = r.id",
    ),
    View(
        "savings",
        "The savings ledger: expected and realized, verified against the bill",
        _columns(
            "remediation_id bigint Number of the remediation\n"
            "resource_id text Provider's id of the resource\n"
            "team text Owning team\n"
            "applied_on date Day of the change\n"
            "expected_monthly_savings numeric Saving that was promised\n"
            "realized_monthly_savings numeric Saving that the bill shows; NULL while pending\n"
            "currency text Currency\n"
            "status text pending, validated, partial, missed or reversed"
        ),
        "SELECT remediation_id, resource_id, team, applied_on, expected_monthly_savings, realized_monthly_savings, "
        "currency, status FROM finops.savings",
    ),
    View(
        "prices",
        "On-demand prices of instance types",
        _columns(
            "provider text Cloud provider\n"
            "region text Region id\n"
            "instance_type text Size, as m5.2xlarge\n"
            "operating_system text Linux, Windows …\n"
            "vcpus double Virtual CPUs\n"
            "memory_gib double Memory in GiB\n"
            "hourly_price numeric On-demand price an hour\n"
            "currency text Currency\n"
            "as_of timestamptz When the price was read"
        ),
        "SELECT provider, region, instance_type, operating_system, vcpus, memory_gib, hourly_price, currency, as_of "
        "FROM finops.prices",
        None,
    ),
    View(
        "hourly_utilization",
        "Metrics of resources by the hour",
        _columns(
            "usage_hour timestamptz Start of the hour, UTC\n"
            "resource_id text Resource\n"
            "metric text cpu, network, iops, connections, invocations …\n"
            "average double Average over the hour; a count is the hour's total\n"
            "maximum double Maximum in the hour; a count is the hour's total\n"
            "unit text Unit"
        ),
        "SELECT usage_hour, resource_id, metric, average, maximum, unit FROM finops.hourly_utilization",
        "resource_id IN (SELECT resource_id FROM reporting.resources WHERE team IN ({teams}))",
    ),
    View(
        "showback",
        "What each team bears of a month: its own cost and its parts of shared costs",
        _columns(
            "month date First day of the month\n"
            "team text Team that bears it; NULL for what nobody bears\n"
            "shared_cost text Name of the shared cost; NULL for the team's own cost\n"
            "cost numeric Effective cost without tax\n"
            "currency text Currency; never add up over currencies"
        ),
        "SELECT month, team, shared_cost, cost, currency FROM finops.showback",
    ),
    View(
        "invoices",
        "What invoices say, a row an invoice line, where the provider delivers FOCUS Invoice Detail",
        _columns(
            "invoice_id text Number of the invoice\n"
            "invoice_issuer text Who issued it\n"
            "billing_account_id text Billing (payer) account id\n"
            "billing_period date Month of the bill, its first day\n"
            "charge_category text Usage, Purchase, Tax, Credit or Adjustment\n"
            "description text What the line is for\n"
            "billed_cost numeric Amount of the line, tax lines included\n"
            "currency text Billing currency; never add up over currencies\n"
            "issued_on date Day of issue; NULL while it is a draft\n"
            "due_on date Day by which it is to be paid\n"
            "status text Issued, Draft …"
        ),
        "SELECT invoice_id, invoice_issuer, billing_account_id, (billing_period_start AT TIME ZONE 'UTC')::date AS "
        "billing_period, charge_category, description, billed_cost, currency, (issued_at AT TIME ZONE 'UTC')::date AS "
        "issued_on, (due_at AT TIME ZONE 'UTC')::date AS due_on, issue_status AS status FROM finops.invoice_details",
        "FALSE",
    ),
    View(
        "billing_periods",
        "Which billing periods their issuers have closed, where the provider delivers FOCUS Billing Period",
        _columns(
            "invoice_issuer text Who issues the invoices\n"
            "period_start date First day\n"
            "period_end date Day after the last\n"
            "status text Open or Closed"
        ),
        "SELECT invoice_issuer, (billing_period_start AT TIME ZONE 'UTC')::date AS period_start, "
        "(billing_period_end AT TIME ZONE 'UTC')::date AS period_end, status FROM finops.billing_periods",
        None,
    ),
    View(
        "contract_commitments",
        "What was agreed with providers: savings plans, reservations and other commitments, with their term and worth",
        _columns(
            "commitment_id text Provider's id of the commitment\n"
            "type text Savings Plan, Reserved Instance …\n"
            "category text Spend or Usage\n"
            "description text Name or terms\n"
            "starts_on date First day\n"
            "ends_on date Day on which it ends\n"
            "cost numeric What was committed to over its whole term\n"
            "currency text Currency of the cost\n"
            "quantity numeric Committed quantity in unit\n"
            "unit text Unit of quantity\n"
            "status text Active, Expired …"
        ),
        "SELECT commitment_id, type, category, description, (starts_at AT TIME ZONE 'UTC')::date AS starts_on, "
        "(ends_at AT TIME ZONE 'UTC')::date AS ends_on, cost, currency, quantity, unit, status "
        "FROM finops.contract_commitments",
        "FALSE",
    ),
    View(
        "data_freshness",
        "How fresh the bills are, a row a provider",
        _columns(
            "provider text Cloud provider\ndata_through date Newest day with usage\nloaded_at timestamptz When the "
            "newest load ended"
        ),
        "SELECT d.provider, max(d.usage_date) AS data_through, (SELECT max(finished_at) FROM finops.loads "
        "WHERE status = 'loaded') AS loaded_at "
        "FROM finops.daily_costs d WHERE d.charge_category = 'Usage' GROUP BY d.provider",
        None,
    ),
)


@cache
def digest() -> str:
    """Changes when a view does, so that an upgrade rebuilds them."""
    return hashlib.sha256(repr(VIEWS).encode()).hexdigest()[:16]


def install(connection: "sa.Connection") -> None:
    """Drop and make the schema `reporting` with its views and comments, in the caller's transaction."""
    connection.exec_driver_sql("DROP SCHEMA IF EXISTS reporting CASCADE")
    connection.exec_driver_sql("CREATE SCHEMA reporting")
    for view in VIEWS:
        connection.exec_driver_sql(f"CREATE VIEW reporting.{view.name} AS {view.sql}".replace("%", "%%"))
        connection.exec_driver_sql(f"COMMENT ON VIEW reporting.{view.name} IS {_literal(view.comment)}")
        for column in view.columns:
            connection.exec_driver_sql(
                f"COMMENT ON COLUMN reporting.{view.name}.{column.name} IS {_literal(column.comment)}"
            )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"
