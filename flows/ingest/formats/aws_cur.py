"""AWS cost and usage reports: the legacy report and CUR 2.0 of Data Exports, whose columns mean the same.

Amortized cost is what AWS's own columns say: a reservation's effective cost on the usage it covers and its unused part
on the fee, a savings plan's effective cost on the usage it covers and the unused commitment on its recurring fee;
upfront fees are billed and spread. Billed cost is the unblended cost of every line, so that its sum is the report's:
usage that a savings plan covers stands with its on-demand cost beside the negation that takes it off again.
"""

import re
from typing import TYPE_CHECKING

from flows.ingest.formats.native import Fields, Native, NotTaken, first_match, json_object
from flows.ingest.formats.service_categories import of_service

if TYPE_CHECKING:
    import polars as pl

_SIGNATURE = (
    "lineItem/UsageAccountId",
    "lineItem/LineItemType",
    "bill/PayerAccountId",
    "bill/BillingPeriodStartDate",
    "lineItem/UsageStartDate",
    "lineItem/CurrencyCode",
)
_LEGACY_TAGS = ("resourceTags/", "resource_tags_")
_CATEGORIES = {
    "Tax": "Tax",
    "Fee": "Purchase",
    "RIFee": "Purchase",
    "SavingsPlanRecurringFee": "Purchase",
    "SavingsPlanUpfrontFee": "Purchase",
    "Credit": "Credit",
    "Refund": "Adjustment",
}  # of lineItem/LineItemType; the others are usage or take something off it
_COMMITTED = ("DiscountedUsage", "SavingsPlanCoveredUsage")
_RESERVATION = "reservation/ReservationARN"
_PLAN = "savingsPlan/SavingsPlanARN"


def recognise(columns: tuple[str, ...]) -> Native | NotTaken | None:
    """The mapping of a report with these columns."""
    fields = Fields(columns)
    if not first_match(fields, _SIGNATURE):
        return None
    name = "AWS legacy CUR" if "lineItem/UsageAccountId" in columns else "AWS CUR 2.0"
    if fields.lacks("lineItem/UnblendedCost"):
        return NotTaken(
            name, "The report lacks the unblended cost (line_item_unblended_cost). Add that column to the export."
        )
    return Native(
        name,
        _columns(fields),
        month=fields.text("bill/BillingPeriodStartDate").str.slice(0, 7),
        currency=fields.text("lineItem/CurrencyCode"),
        cost=fields.number("lineItem/UnblendedCost"),
    )


def _columns(fields: Fields) -> dict[str, "pl.Expr"]:
    import polars as pl

    kind = fields.text("lineItem/LineItemType")
    text = fields.text
    category = kind.replace_strict(_CATEGORIES, default="Usage", return_dtype=pl.String)
    code = text("lineItem/ProductCode")
    usage_type = text("lineItem/UsageType")
    usage = category == "Usage"
    return {
        "ProviderName": pl.lit("AWS"),
        "PublisherName": text("lineItem/LegalEntity", "bill/BillingEntity"),
        "InvoiceIssuerName": text("bill/InvoicingEntity", "bill/BillingEntity"),
        "InvoiceId": text("bill/InvoiceId"),
        "BillingAccountId": text("bill/PayerAccountId"),
        "BillingAccountName": text("bill/PayerAccountName"),
        "SubAccountId": text("lineItem/UsageAccountId"),
        "SubAccountName": text("lineItem/UsageAccountName"),
        "BillingPeriodStart": text("bill/BillingPeriodStartDate"),
        "BillingPeriodEnd": text("bill/BillingPeriodEndDate"),
        "ChargePeriodStart": text("lineItem/UsageStartDate"),
        "ChargePeriodEnd": text("lineItem/UsageEndDate"),
        "BillingCurrency": text("lineItem/CurrencyCode"),
        "BilledCost": text("lineItem/UnblendedCost"),
        "EffectiveCost": _effective(fields, kind),
        "ListCost": pl.when(usage).then(text("pricing/publicOnDemandCost")),
        "ListUnitPrice": text("pricing/publicOnDemandRate"),
        # what the usage costs before commitments; a reservation's usage has no such column
        "ContractedCost": pl.when(kind != "DiscountedUsage").then(text("lineItem/UnblendedCost")),
        "ContractedUnitPrice": text("lineItem/UnblendedRate"),
        "ChargeCategory": category,
        "ChargeClass": pl.when((kind == "Refund") | (text("bill/BillType") == "Refund")).then(pl.lit("Correction")),
        "ChargeDescription": text("lineItem/LineItemDescription"),
        "ChargeFrequency": kind.replace_strict(
            {
                "RIFee": "Recurring",
                "SavingsPlanRecurringFee": "Recurring",
                "Fee": "One-Time",
                "SavingsPlanUpfrontFee": "One-Time",
                "Refund": "One-Time",
                "Credit": "One-Time",
            },
            default="Usage-Based",
            return_dtype=pl.String,
        ),
        "PricingCategory": pl.when(kind.is_in(_COMMITTED))
        .then(pl.lit("Committed"))
        .when(usage_type.str.contains("SpotUsage"))
        .then(pl.lit("Dynamic"))
        .when(usage)
        .then(pl.lit("Standard")),
        **_commitment(fields, kind),
        "ConsumedQuantity": pl.when(usage & ~_takes_off(kind)).then(text("lineItem/UsageAmount")),
        "ConsumedUnit": pl.when(usage).then(text("pricing/unit")),
        "PricingQuantity": text("lineItem/UsageAmount"),
        "PricingUnit": text("pricing/unit"),
        "ServiceName": text(
            "product/ProductName", "product.product_name", "product/servicename", "lineItem/ProductCode"
        ),
        "ServiceCategory": of_service(code),
        "ServiceSubcategory": text("product/productFamily", "product.product_family"),
        "RegionId": text("product/regionCode", "product/region", "product.region_code", "product.region"),
        "RegionName": text("product/location", "product.location"),
        "AvailabilityZone": text("lineItem/AvailabilityZone"),
        "ResourceId": text("lineItem/ResourceId"),
        "SkuId": text("product/sku", "product.sku"),
        "SkuPriceId": text("pricing/RateCode"),
        "SkuMeter": usage_type,
        "SkuPriceDetails": json_object(_machine(fields)),
        "Tags": _tags(fields),
        "x_Operation": text("lineItem/Operation"),
        "x_LineItemType": kind,
        "x_ServiceCode": text("product/servicecode", "lineItem/ProductCode"),
        "x_CostCategories": _costs_by_category(fields),
    }


def _machine(fields: Fields) -> dict[str, "pl.Expr"]:
    """What the line says of the machine: instance type, family, operating system, engine."""
    named = {
        "InstanceType": ("product/instanceType", "product.instance_type"),
        "InstanceSeries": ("product/instanceFamily", "product.instance_family"),
        "OperatingSystem": ("product/operatingSystem", "product.operating_system"),
        "DatabaseEngine": ("product/databaseEngine", "product.database_engine"),
    }
    return {name: fields.text(*sources) for name, sources in named.items()}


def _takes_off(kind: "pl.Expr") -> "pl.Expr":
    """Lines that take money off other lines: they use nothing."""
    return kind.str.contains("Discount$|Negation$").fill_null(value=False)


def _effective(fields: Fields, kind: "pl.Expr") -> "pl.Expr":
    import polars as pl

    number = fields.number
    unused_reservation = number("reservation/UnusedAmortizedUpfrontFeeForBillingPeriod").fill_null(0) + number(
        "reservation/UnusedRecurringFee"
    ).fill_null(0)
    unused_plan = number("savingsPlan/TotalCommitmentToDate").fill_null(0) - number(
        "savingsPlan/UsedCommitment"
    ).fill_null(0)
    upfront = (kind == "SavingsPlanUpfrontFee") | ((kind == "Fee") & fields.text(_RESERVATION).is_not_null())
    zero = pl.lit("0")
    unblended = fields.text("lineItem/UnblendedCost")
    return (
        pl.when(kind == "DiscountedUsage")
        .then(pl.coalesce(fields.text("reservation/EffectiveCost"), unblended))
        .when(kind == "RIFee")
        .then(unused_reservation.cast(pl.String))
        .when(kind == "SavingsPlanCoveredUsage")
        .then(pl.coalesce(fields.text("savingsPlan/SavingsPlanEffectiveCost"), unblended))
        .when(kind == "SavingsPlanRecurringFee")
        .then(unused_plan.cast(pl.String))
        .when((kind == "SavingsPlanNegation") | upfront)
        .then(zero)
        .otherwise(unblended)
    )


def _commitment(fields: Fields, kind: "pl.Expr") -> dict[str, "pl.Expr"]:
    """From the ARN of the reservation or savings plan that covers the usage, or that the fee is for."""
    import polars as pl

    reservation, plan = fields.text(_RESERVATION, "reservation/SubscriptionId"), fields.text(_PLAN)
    has_plan, has_reservation = (
        plan.is_not_null(),
        fields.text(_RESERVATION).is_not_null() | (kind == "DiscountedUsage"),
    )
    fee = kind.is_in(["RIFee", "SavingsPlanRecurringFee"])
    either = has_plan | has_reservation
    return {
        "CommitmentDiscountId": pl.when(has_plan).then(plan).when(has_reservation).then(reservation),
        "CommitmentDiscountCategory": pl.when(has_plan)
        .then(pl.lit("Spend"))
        .when(has_reservation)
        .then(pl.lit("Usage")),
        "CommitmentDiscountType": pl.when(has_plan)
        .then(pl.lit("Savings Plan"))
        .when(has_reservation)
        .then(pl.lit("Reserved")),
        # the amortized cost of a fee is the part of the commitment that nothing used
        "CommitmentDiscountStatus": pl.when(either & kind.is_in(_COMMITTED))
        .then(pl.lit("Used"))
        .when(either & fee)
        .then(pl.lit("Unused")),
    }


def _tags(fields: Fields) -> "pl.Expr":
    """The map of CUR 2.0, or the legacy report's columns, one per key, without the `user:` that AWS puts before a
    key.
    """
    import polars as pl

    if "resourcetags" in fields.positions:
        tags = pl.col(str(fields.positions["resourcetags"]))
        return tags.str.replace_all(r'([{,]\s*)"user[:_]', '$1"')
    columns = {
        re.sub("^user[:_]", "", name.removeprefix(prefix)): pl.col(str(position))
        for position, name in enumerate(fields.columns)
        for prefix in _LEGACY_TAGS
        if name.startswith(prefix)
    }
    return json_object(columns)


def _costs_by_category(fields: Fields) -> "pl.Expr":
    import polars as pl

    if "costcategory" in fields.positions:
        return pl.col(str(fields.positions["costcategory"]))
    columns = {
        name.removeprefix("costCategory/"): pl.col(str(position))
        for position, name in enumerate(fields.columns)
        if name.startswith("costCategory/")
    }
    return json_object(columns)
