"""Oracle's cost reports before FOCUS, a row per resource, hour and product; the usage's month is the billing period."""

from typing import TYPE_CHECKING

from flows.ingest.formats.native import Fields, Native, NotTaken, first_match, first_of_next_month, json_object
from flows.ingest.formats.service_categories import of_service

if TYPE_CHECKING:
    import polars as pl

_NAME = "Oracle cost report"
_SIGNATURE = ("lineItem/tenantId", "lineItem/intervalUsageStart", "product/service")
_NO_COST = (
    "It is an Oracle usage report, which holds no costs. Load the cost reports that lie beside it "
    "(reports/cost-csv/), or Oracle's FOCUS reports."
)
_TAGS = "tags/"


def recognise(columns: tuple[str, ...]) -> Native | NotTaken | None:
    """The mapping of a cost report with these columns."""
    fields = Fields(columns)
    if not first_match(fields, _SIGNATURE):
        return None
    if fields.lacks("cost/myCost", "cost/currencyCode"):
        return NotTaken(_NAME, _NO_COST)
    start = _start(fields)
    return Native(
        _NAME,
        _columns(fields),
        month=start.dt.strftime("%Y-%m"),
        currency=fields.text("cost/currencyCode"),
        cost=fields.number("cost/myCost"),
    )


def _start(fields: Fields) -> "pl.Expr":
    """Oracle leaves the seconds out: `2023-11-13T10:00Z`."""
    return fields.text("lineItem/intervalUsageStart").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def _columns(fields: Fields) -> dict[str, "pl.Expr"]:
    import polars as pl

    text = fields.text
    correction = text("lineItem/isCorrection").str.to_lowercase() == "true"
    return {
        "ProviderName": pl.lit("Oracle"),
        "PublisherName": pl.lit("Oracle"),
        "InvoiceIssuerName": pl.lit("Oracle"),
        "BillingAccountId": text("lineItem/tenantId"),
        "SubAccountId": text("product/compartmentId", "lineItem/tenantId"),
        "SubAccountName": text("product/compartmentName"),
        "BillingPeriodStart": _start(fields).dt.strftime("%Y-%m-01"),
        "BillingPeriodEnd": first_of_next_month(_start(fields)),
        "ChargePeriodStart": text("lineItem/intervalUsageStart"),
        "ChargePeriodEnd": text("lineItem/intervalUsageEnd"),
        "BillingCurrency": text("cost/currencyCode"),
        "BilledCost": text("cost/myCost").fill_null("0"),  # empty on what is free
        "EffectiveCost": text("cost/myCost").fill_null("0"),
        "ContractedCost": text("cost/myCost"),
        "ContractedUnitPrice": text("cost/unitPrice"),
        "ChargeCategory": pl.lit("Usage"),
        "ChargeClass": pl.when(correction).then(pl.lit("Correction")),
        "ChargeDescription": text("product/Description"),
        "ChargeFrequency": pl.lit("Usage-Based"),
        "PricingCategory": pl.lit("Standard"),
        "PricingQuantity": text("usage/billedQuantity"),
        "PricingUnit": text("cost/skuUnitDescription", "cost/billingUnitReadable"),
        "ConsumedQuantity": pl.when(~correction.fill_null(value=False)).then(text("usage/billedQuantity")),
        "ConsumedUnit": text("cost/skuUnitDescription", "cost/billingUnitReadable"),
        "ServiceName": text("product/service"),
        "ServiceCategory": of_service(text("product/service")),
        "RegionId": text("product/region"),
        "AvailabilityZone": text("product/availabilityDomain"),
        "ResourceId": text("product/resourceId", "product/resource"),
        "SkuId": text("cost/productSku"),
        "SkuMeter": text("product/Description"),
        "Tags": _tags(fields),
        "x_SubscriptionId": text("cost/subscriptionId"),
        "x_OverageFlag": text("cost/overageFlag"),
        "x_CorrectedReference": text("lineItem/backreferenceNo"),
    }


def _tags(fields: Fields) -> "pl.Expr":
    """A column a tag, `tags/namespace.key`; free-form tags have no namespace."""
    import polars as pl

    from_name = {
        name.removeprefix(_TAGS): pl.col(str(position))
        for position, name in enumerate(fields.columns)
        if name.startswith(_TAGS)
    }
    return json_object(from_name)
