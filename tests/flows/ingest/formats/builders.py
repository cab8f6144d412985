"""Small bills in the shapes of their makers: the true columns, made-up values."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]

CUR = {
    "identity/LineItemId": "a1",
    "bill/InvoiceId": "1001",
    "bill/InvoicingEntity": "Amazon Web Services, Inc.",
    "bill/BillingEntity": "AWS",
    "bill/BillType": "Anniversary",
    "bill/PayerAccountId": "4029",
    "bill/BillingPeriodStartDate": "2026-05-01T00:00:00Z",
    "bill/BillingPeriodEndDate": "2026-06-01T00:00:00Z",
    "lineItem/UsageAccountId": "2100",
    "lineItem/LineItemType": "Usage",
    "lineItem/UsageStartDate": "2026-05-03T10:00:00Z",
    "lineItem/UsageEndDate": "2026-05-03T11:00:00Z",
    "lineItem/ProductCode": "AmazonEC2",
    "lineItem/UsageType": "EUW1-BoxUsage:m5.large",
    "lineItem/Operation": "RunInstances",
    "lineItem/AvailabilityZone": "eu-west-1a",
    "lineItem/ResourceId": "i-1",
    "lineItem/UsageAmount": "1",
    "lineItem/CurrencyCode": "USD",
    "lineItem/UnblendedRate": "0.107",
    "lineItem/UnblendedCost": "0.107",
    "lineItem/LineItemDescription": "$0.107 per On Demand Linux m5.large Instance Hour",
    "lineItem/LegalEntity": "Amazon Web Services, Inc.",
    "product/ProductName": "Amazon Elastic Compute Cloud",
    "product/instanceType": "m5.large",
    "product/operatingSystem": "Linux",
    "product/productFamily": "Compute Instance",
    "product/region": "eu-west-1",
    "product/location": "EU (Ireland)",
    "product/sku": "SKU1",
    "pricing/RateCode": "SKU1.T.R",
    "pricing/publicOnDemandCost": "0.107",
    "pricing/publicOnDemandRate": "0.107",
    "pricing/unit": "Hrs",
    "reservation/ReservationARN": "",
    "reservation/EffectiveCost": "",
    "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "",
    "reservation/UnusedRecurringFee": "",
    "savingsPlan/SavingsPlanARN": "",
    "savingsPlan/SavingsPlanEffectiveCost": "",
    "savingsPlan/TotalCommitmentToDate": "",
    "savingsPlan/UsedCommitment": "",
    "resourceTags/user:team": "payments",
    "resourceTags/user:env": "prod",
    "costCategory/Unit": "shop",
}
RESERVATION = "arn:aws:ec2:eu-west-1:2100:reserved-instances/r1"
PLAN = "arn:aws:savingsplans::2100:savingsplan/p1"

AZURE = {
    "InvoiceSectionName": "Shop",
    "AccountName": "Ops",
    "SubscriptionId": "sub-1",
    "SubscriptionName": "shop-prod",
    "ResourceGroup": "web",
    "ResourceLocation": "EastUS",
    "Date": "05/03/2026",
    "ProductName": "Virtual Machines D2 v3",
    "MeterCategory": "Virtual Machines",
    "MeterSubCategory": "Dv3 Series",
    "MeterId": "m-1",
    "MeterName": "D2 v3",
    "MeterRegion": "US East",
    "UnitOfMeasure": "1 Hour",
    "Quantity": "24",
    "EffectivePrice": "0.1",
    "CostInBillingCurrency": "2.4",
    "CostCenter": "42",
    "ConsumedService": "Microsoft.Compute",
    "ResourceId": "/subscriptions/sub-1/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/vm1",
    "Tags": '"team": "payments","env": "prod"',
    "AdditionalInfo": '{"ServiceType":"Standard_D2_v3","VCPUs":2}',
    "ReservationId": "",
    "ReservationName": "",
    "UnitPrice": "0.11",
    "PublisherType": "Azure",
    "PublisherName": "Microsoft",
    "ChargeType": "Usage",
    "Frequency": "UsageBased",
    "PricingModel": "OnDemand",
    "BillingAccountId": "8611",
    "BillingAccountName": "Contoso",
    "BillingCurrencyCode": "EUR",
    "BillingPeriodStartDate": "05/01/2026",
    "BillingPeriodEndDate": "05/31/2026",
    "PayGPrice": "0.12",
    "ServiceFamily": "Compute",
    "benefitId": "",
    "benefitName": "",
}
BENEFIT = "/providers/Microsoft.Capacity/reservationOrders/o1/reservations/r1"

GOOGLE = {
    "billing_account_id": "01A-02B",
    "service": {"id": "6F81", "description": "Compute Engine"},
    "sku": {"id": "S-1", "description": "N1 Predefined Instance Core running in Americas"},
    "usage_start_time": "2026-05-03 10:00:00 UTC",
    "usage_end_time": "2026-05-03 11:00:00 UTC",
    "project": {"id": "shop", "number": "12", "name": "Shop", "labels": [{"key": "unit", "value": "retail"}]},
    "labels": [{"key": "team", "value": "payments"}],
    "system_labels": [{"key": "compute.googleapis.com/machine_spec", "value": "n1-standard-2"}],
    "location": {"location": "us-central1", "country": "US", "region": "us-central1", "zone": "us-central1-a"},
    "cost": 10.0,
    "currency": "USD",
    "currency_conversion_rate": 1.0,
    "usage": {"amount": 3600.0, "unit": "seconds", "amount_in_pricing_units": 1.0, "pricing_unit": "hour"},
    "credits": [],
    "invoice": {"month": "202605"},
    "cost_type": "regular",
    "resource": {
        "name": "vm-1",
        "global_name": "//compute.googleapis.com/projects/shop/zones/us-central1-a/instances/1",
    },
}

ORACLE = {
    "lineItem/referenceNo": "r1",
    "lineItem/tenantId": "ocid1.tenancy.oc1..a",
    "lineItem/intervalUsageStart": "2026-05-03T10:00Z",
    "lineItem/intervalUsageEnd": "2026-05-03T11:00Z",
    "product/service": "COMPUTE",
    "product/compartmentId": "ocid1.compartment.oc1..b",
    "product/compartmentName": "shop",
    "product/region": "eu-frankfurt-1",
    "product/availabilityDomain": "AD-1",
    "product/resourceId": "ocid1.instance.oc1..c",
    "usage/billedQuantity": "2.000000000000000000",
    "cost/productSku": "B9",
    "cost/subscriptionId": "77",
    "product/Description": "Standard - E4 - OCPU",
    "cost/unitPrice": "0.025",
    "cost/myCost": "0.050000000000000000",
    "cost/currencyCode": "USD",
    "cost/billingUnitReadable": "1 NONE HOURS OCPUS",
    "cost/skuUnitDescription": "OCPU Per Hour",
    "cost/overageFlag": "N",
    "lineItem/isCorrection": "false",
    "lineItem/backreferenceNo": "",
    "tags/Ops.team": "payments",
}


def write_csv(path: Path, rows: Sequence[Row]) -> Path:
    """Rows under the columns of the first; what is nested as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow({name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in row.items()})
    return path


def write_lines(path: Path, rows: Sequence[Row]) -> Path:
    """Rows as JSON lines, without what is null or empty, as BigQuery writes them."""
    path.write_text("".join(json.dumps({k: v for k, v in row.items() if v not in (None, "")}) + "\n" for row in rows))
    return path


def cur_2(row: Row) -> Row:
    """A row of the legacy report as CUR 2.0 has it: snake case, what is open-ended in maps."""
    snake: Row = {"resource_tags": {}, "product": {}, "cost_category": {}}
    own = {"instanceType", "region", "sku", "productFamily", "operatingSystem"}
    for name, value in row.items():
        room, _, field = name.partition("/")
        if room == "resourceTags":
            snake["resource_tags"][field.replace(":", "_")] = value
        elif room == "costCategory":
            snake["cost_category"][field] = value
        elif room == "product" and field not in own:
            snake["product"][_snake(field)] = value
        else:
            snake[f"{_snake(room)}_{_snake(field)}"] = value
    return snake


def _snake(name: str) -> str:
    text = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return text.replace("_a_r_n", "_arn").replace("i_d", "id")


def flattened(row: Row) -> Row:
    """A nested row of Google's export as flat columns, `service.description`."""
    flat: Row = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{field}": inner for field, inner in value.items()}
        else:
            flat[name] = value
    return flat


def camel_case(row: Row) -> Row:
    """Azure's columns as a customer agreement's export writes them."""
    return {name[:1].lower() + name[1:]: value for name, value in row.items()}


def in_german(row: Row) -> Row:
    """Azure's columns as an export in another language writes them: a translation, the name in parentheses."""
    return {f"Übersetzung {number} ({name})": value for number, (name, value) in enumerate(row.items())}
