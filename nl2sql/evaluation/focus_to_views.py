"""Right answers that are written over a raw FOCUS table, as SQL over the reporting views."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

COLUMNS = {
    "chargeperiodstart": "usage_date",
    "providername": "provider",
    "billingaccountname": "billing_account",
    "subaccountid": "account_id",
    "subaccountname": "account",
    "servicename": "service",
    "servicecategory": "service_category",
    "regionid": "region",
    "chargecategory": "charge_category",
    "pricingcategory": "pricing_category",
    "commitmentdiscounttype": "commitment_type",
    "commitmentdiscountstatus": "commitment_status",
    "listcost": "list_cost",
    "contractedcost": "contracted_cost",
    "billedcost": "billed_cost",
    "effectivecost": "effective_cost",
    "consumedquantity": "usage_quantity",
    "consumedunit": "usage_unit",
    "billingcurrency": "currency",
    "resourceid": "resource_id",
    "resourcename": "resource_name",
    "resourcetype": "resource_type",
}
_RESOURCE = {"resource_id", "resource_name", "resource_type"}


def over_views(sql: str) -> str | None:
    """The statement with FOCUS columns, tags and the table `focus` replaced; None when it cannot be read."""
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except SqlglotError:
        return None
    for tag in list(tree.find_all(exp.JSONExtractScalar)):
        tag.replace(exp.column(tag.expression.name or str(tag.expression.expressions[-1].this)))
    for column in tree.find_all(exp.Column):
        if renamed := COLUMNS.get(column.name.casefold()):
            column.set("this", exp.to_identifier(renamed))
    view = "resource_costs" if any(column.name in _RESOURCE for column in tree.find_all(exp.Column)) else "daily_costs"
    for table in list(tree.find_all(exp.Table)):
        if table.name == "focus":
            table.replace(exp.to_table(f"reporting.{view}"))
    if view == "resource_costs":  # that view has no tax, and no column to say so
        for condition in list(tree.find_all(exp.NEQ)):
            if condition.this.name == "charge_category":
                condition.replace(exp.true())
    return tree.sql("postgres")
