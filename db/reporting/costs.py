"""The views of cost and usage."""

from db.reporting.view import PLACE, View, columns

_OF_COSTS = """
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

_COST_NAMES = ", ".join(line.split(" ")[0] for line in _OF_COSTS.strip().splitlines()).replace(
    "billing_period,", "(billing_period_start AT TIME ZONE 'UTC')::date AS billing_period,"
)

COSTS: tuple[View, ...] = (
    View(
        "daily_costs",
        "Cost and usage a day, every charge in it; leave out charge_category Tax unless asked",
        columns("usage_date date Day of the charge, UTC" + _OF_COSTS),
        f"SELECT usage_date, {_COST_NAMES} FROM finops.daily_costs",  # noqa: S608 - its names are constants, its values are bound
    ),
    View(
        "hourly_costs",
        "Cost and usage an hour, for charges billed by the hour",
        columns("usage_hour timestamptz Start of the hour, UTC" + _OF_COSTS),
        f"SELECT usage_hour, {_COST_NAMES} FROM finops.hourly_costs",  # noqa: S608 - its names are constants, its values are bound
    ),
    View(
        "resource_costs",
        "Cost of each named resource a day, without tax",
        columns(
            "usage_date date Day of the charge, UTC\n"
            "resource_id text Provider's id of the resource\n"
            "resource_name text Name of the resource\n"
            "resource_type text Instance, Bucket, DB Instance …" + PLACE + "billed_cost numeric What the invoice says\n"
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
        columns(
            "resource_id text Provider's id of the resource\n"
            "resource_name text Name of the resource\n"
            "resource_type text Instance, Bucket, DB Instance …"
            + PLACE
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
        columns(
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
)
