"""The views of prices, invoices and how far the bills reach."""

from db.reporting.view import View, columns

ACTIVE_DAYS = 14  # a provider silent for longer than this before the others delivers no more

BILLS: tuple[View, ...] = (
    View(
        "prices",
        "On-demand prices of instance types",
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
            "provider text Cloud provider\ndata_through date Newest day with usage\nloaded_at timestamptz When the "
            "newest load ended\n"
            f"active boolean Whether it still delivers: it is less than {ACTIVE_DAYS} days behind the newest"
        ),
        "SELECT d.provider, max(d.usage_date) AS data_through, (SELECT max(finished_at) FROM finops.loads "  # noqa: S608 - a constant
        "WHERE status = 'loaded') AS loaded_at, "
        f"max(d.usage_date) > max(max(d.usage_date)) OVER () - {ACTIVE_DAYS} AS active "
        "FROM finops.daily_costs d WHERE d.charge_category = 'Usage' GROUP BY d.provider",
        None,
    ),
)
