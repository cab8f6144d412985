"""Azure's cost and usage details (EA, MCA, CSP, older exports), actual or amortized, in camelCase or translated.

Both exports have the same columns. In the actual one a reservation or savings plan costs on the day it is bought and
the usage it covers is free; in the amortized one the purchase is missing and its cost stands on the usage and on what
stays unused. So a row of the amortized export tells the effective cost, and where no commitment is in it the billed
cost too; from the actual export beside it come the purchases alone, billed and not effective. Given alone, the actual
export's cost is both; the amortized one's billed cost then lacks the purchases, which the load says.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from flows.ingest.formats.azure_words import of_region, resource_type, units
from flows.ingest.formats.native import Fields, Native, NotTaken, first_of_next_month, json_object
from flows.ingest.formats.service_categories import of_family

if TYPE_CHECKING:
    import polars as pl

_NAME = "Azure cost export"
Kind = Literal["actual", "amortized"]
_COST = ("CostInBillingCurrency", "Cost", "PreTaxCost")
_CURRENCY = ("BillingCurrencyCode", "BillingCurrency", "Currency", "CurrencyCode")
_DATE = ("Date", "UsageDateTime", "UsageDate")
_SUBSCRIPTION = ("SubscriptionId", "SubscriptionGuid")
_ACCOUNT = (
    "BillingAccountId",
    "EnrollmentNumber",
    "BillingProfileId",
    "CustomerTenantId",
    "PartnerTenantId",
    "BillingAccountName",
    "AccountOwnerId",
    *_SUBSCRIPTION,
)
_CHARGES = {
    "Usage": "Usage",
    "UnusedReservation": "Usage",
    "UnusedSavingsPlan": "Usage",
    "Purchase": "Purchase",
    "Tax": "Tax",
    "Credit": "Credit",
}  # of ChargeType; refunds, rounding and what else there is are adjustments
_PRICING = {"OnDemand": "Standard", "Spot": "Dynamic", "Reservation": "Committed", "SavingsPlan": "Committed"}
_FREQUENCIES = {"OneTime": "One-Time", "Recurring": "Recurring", "UsageBased": "Usage-Based"}


_COMMITMENTS = ["Reservation", "SavingsPlan"]

Periods = frozenset[tuple[str, str]]  # (billing account, YYYY-MM)


def recognise(columns: tuple[str, ...]) -> Native | NotTaken | None:
    """The mapping of an export with these columns, taken for an actual one; `mapping` makes another of it."""
    fields = Fields(columns)
    matches = _any(fields, _DATE) and _any(fields, _SUBSCRIPTION) and fields.has("MeterId", "MeterCategory")
    if not matches:
        return None
    for what, names in (("cost", _COST), ("currency", _CURRENCY)):
        if not _any(fields, names):
            return NotTaken(
                _NAME, f"The Azure export lacks the {what} ({' or '.join(names)}). Export it with all columns."
            )
    return mapping(columns)


def mapping(columns: tuple[str, ...], kind: Kind | None = None, amortized: Periods = frozenset()) -> Native:
    """The mapping of an export of a kind; of an actual one only the purchases of commitments are taken in the
    accounts' periods whose amortized export stands beside it.
    """
    fields = Fields(columns)
    return Native(
        f"{_NAME}, {kind}" if kind else _NAME,
        _columns(fields, kind, beside=bool(amortized)),
        month=_month(fields),
        currency=fields.text(*_CURRENCY),
        cost=fields.number(*_COST),
        measure="effective" if kind == "amortized" else "billed",
        rows=_without_what_is_amortized(fields, amortized) if amortized and kind != "amortized" else None,
        note=_NO_PURCHASES
        if kind == "amortized" and not amortized
        else _NOT_SPREAD
        if kind == "actual" and not amortized
        else None,
    )


def is_azure(native: Native | None) -> bool:
    """Whether a mapping is this one."""
    return native is not None and native.format.startswith(_NAME)


def kind_and_periods(columns: tuple[str, ...], piece: "pl.DataFrame") -> tuple[set[Kind], Periods]:
    """What a piece of an export shows of its kind, and which accounts and months it holds."""

    fields = Fields(columns)
    commitment, purchase = _of_a_commitment(fields), _is_purchase(fields)
    costs = fields.number(*_COST).fill_null(0) != 0
    amortized = (commitment & ~purchase & costs).any().alias("amortized")
    actual = ((commitment & purchase & costs) | (commitment & ~purchase & ~costs)).any().alias("actual")
    shown = piece.select(amortized, actual).row(0, named=True)
    kinds: set[Kind] = {"amortized"} if shown["amortized"] else {"actual"} if shown["actual"] else set()
    periods = piece.select(fields.text(*_ACCOUNT).alias("account"), _month(fields).alias("month")).unique()
    return kinds, frozenset((account or "", month or "") for account, month in periods.iter_rows())


_NO_PURCHASES = (
    "The export is amortized: purchases of reservations and savings plans are not in its billed cost. "
    "Load the actual export together with it, or Azure's FOCUS export instead of both."
)
_NOT_SPREAD = (
    "The export is of actual costs: purchases of reservations and savings plans stand on the day they were made, "
    "not spread. Load the amortized export together with it, or Azure's FOCUS export instead of both."
)


def _any(fields: Fields, names: tuple[str, ...]) -> bool:
    return any(fields.has(name) for name in names)


def _date(text: "pl.Expr") -> "pl.Expr":
    """`2026-05-01`, with a time or without, and `5/1/2026` as American exports write it."""
    import polars as pl

    day = text.str.split(" ").list.first()
    return pl.coalesce(
        text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False), day.str.to_date("%m/%d/%Y", strict=False)
    )


def _month(fields: Fields) -> "pl.Expr":
    return _period(fields).dt.strftime("%Y-%m")


def _period(fields: Fields) -> "pl.Expr":
    """The billing period's first day: as the row says, else the month of its day."""
    import polars as pl

    day = _date(fields.text(*_DATE))
    start = _date(fields.text("BillingPeriodStartDate", "BillingPeriodStart"))
    return pl.coalesce(start, day).dt.month_start()


def _is_purchase(fields: Fields) -> "pl.Expr":
    return fields.text("ChargeType").is_in(["Purchase", "Refund"]).fill_null(value=False)


def _of_a_commitment(fields: Fields) -> "pl.Expr":
    """Whether a row is a purchase of a reservation or savings plan, usage that it covers, or its unused part."""
    model = fields.text("PricingModel").is_in(_COMMITMENTS)
    unused = fields.text("ChargeType").str.starts_with("Unused")
    bought = _is_purchase(fields) & fields.text("ReservationId", "BenefitId").is_not_null()
    return model.fill_null(value=False) | unused.fill_null(value=False) | bought


def _without_what_is_amortized(fields: Fields, periods: Periods) -> "Callable[[pl.DataFrame], pl.DataFrame]":
    import polars as pl

    account = fields.text(*_ACCOUNT).fill_null("")
    key = pl.concat_str(account, pl.lit("|"), _month(fields).fill_null(""))
    spread = key.is_in(["|".join(period) for period in periods])
    keep = ~spread | (_of_a_commitment(fields) & _is_purchase(fields))
    return lambda piece: piece.filter(keep)


def _costs(fields: Fields, kind: Kind | None, beside: bool) -> dict[str, "pl.Expr"]:
    import polars as pl

    cost, zero = fields.text(*_COST), pl.lit("0")
    if kind == "amortized":
        return {"BilledCost": pl.when(_of_a_commitment(fields)).then(zero).otherwise(cost), "EffectiveCost": cost}
    if beside:
        return {
            "BilledCost": cost,
            "EffectiveCost": pl.when(_of_a_commitment(fields) & _is_purchase(fields)).then(zero).otherwise(cost),
        }
    return {"BilledCost": cost, "EffectiveCost": cost}


def _columns(fields: Fields, kind: Kind | None, beside: bool) -> dict[str, "pl.Expr"]:
    import polars as pl

    text, number = fields.text, fields.number
    day, period = _date(text(*_DATE)), _period(fields)
    charge = text("ChargeType")
    usage = charge.is_null() | charge.is_in(["Usage", "UnusedReservation", "UnusedSavingsPlan"])
    quantity = number("Quantity", "UsageQuantity")
    rate = number("ExchangeRatePricingToBilling").fill_null(1.0)  # prices are in the pricing currency
    listed, agreed = number("PayGPrice"), number("UnitPrice", "ResourceRate")
    each, unit = units(text("UnitOfMeasure"))
    resource = text("ResourceId", "InstanceId", "InstanceName")
    return {
        "ProviderName": pl.lit("Microsoft"),
        "PublisherName": text("PublisherName").fill_null("Microsoft"),
        "InvoiceIssuerName": text("PartnerName").fill_null("Microsoft"),
        "InvoiceId": text("InvoiceId"),
        "BillingAccountId": text(*_ACCOUNT),
        "BillingAccountName": text("BillingAccountName", "BillingProfileName"),
        "SubAccountId": text(*_SUBSCRIPTION),
        "SubAccountName": text("SubscriptionName"),
        "BillingPeriodStart": period.dt.strftime("%Y-%m-%d"),
        "BillingPeriodEnd": first_of_next_month(period),
        "ChargePeriodStart": pl.coalesce(day.dt.strftime("%Y-%m-%d"), text(*_DATE)),
        "ChargePeriodEnd": pl.coalesce(day.dt.offset_by("1d").dt.strftime("%Y-%m-%d"), text(*_DATE)),
        "BillingCurrency": text(*_CURRENCY).str.to_uppercase(),
        **_costs(fields, kind, beside),
        "ListCost": pl.coalesce(
            number("PaygCostInBillingCurrency"), pl.when(listed > 0).then(listed * quantity * rate)
        ),
        "ListUnitPrice": text("PayGPrice"),
        "ContractedCost": pl.when(usage & (agreed > 0)).then(agreed * quantity * rate),
        "ContractedUnitPrice": text("UnitPrice", "ResourceRate"),
        "PricingCurrency": text("PricingCurrency", "PricingCurrencyCode"),
        "ChargeCategory": charge.fill_null("Usage").replace_strict(
            _CHARGES, default="Adjustment", return_dtype=pl.String
        ),
        "ChargeClass": pl.when(charge == "Refund").then(pl.lit("Correction")),
        "ChargeDescription": text("ProductName", "Product", "MeterName"),
        "ChargeFrequency": text("Frequency").replace(_FREQUENCIES),
        "PricingCategory": text("PricingModel").replace_strict(_PRICING, default=None, return_dtype=pl.String),
        **_commitment(fields),
        "ConsumedQuantity": pl.when(usage & ~charge.fill_null("").str.starts_with("Unused")).then(quantity * each),
        "ConsumedUnit": pl.when(usage).then(unit),
        "PricingQuantity": text("Quantity", "UsageQuantity"),
        "PricingUnit": text("UnitOfMeasure"),
        "ServiceName": text("MeterCategory", "ConsumedService"),
        "ServiceCategory": of_family(text("ServiceFamily"), text("MeterCategory", "ConsumedService")),
        "ServiceSubcategory": text("MeterSubCategory"),
        "RegionId": of_region(text("ResourceLocation", "Location", "ResourceLocationNormalized")),
        "RegionName": text("ResourceLocation", "Location", "MeterRegion"),
        "AvailabilityZone": text("AvailabilityZone"),
        "ResourceId": pl.when(resource != "").then(resource.str.to_lowercase()),  # Azure writes one id in several cases
        "ResourceName": pl.coalesce(text("ResourceName"), resource.str.split("/").list.last()),
        "ResourceType": pl.coalesce(resource_type(resource), text("ResourceType", "ConsumedService")),
        "SkuId": text("MeterId"),
        "SkuPriceId": text("PartNumber", "ProductId"),
        "SkuMeter": text("MeterName"),
        "SkuPriceDetails": json_object({"InstanceType": text("AdditionalInfo.ServiceType")}),
        "Tags": text("Tags"),
        "x_ResourceGroup": text("ResourceGroup", "ResourceGroupName"),
        "x_CostCenter": text("CostCenter"),
        "x_InvoiceSection": text("InvoiceSectionName", "InvoiceSection", "DepartmentName"),
        "x_Customer": text("CustomerName"),
    }


def _commitment(fields: Fields) -> dict[str, "pl.Expr"]:
    """Of the reservation or savings plan that a row is of, by its id or its pricing model."""
    import polars as pl

    text = fields.text
    benefit, charge, model = text("BenefitId", "ReservationId"), text("ChargeType"), text("PricingModel")
    one = _of_a_commitment(fields) | benefit.is_not_null()
    plan = (model == "SavingsPlan") | (charge == "UnusedSavingsPlan") | benefit.str.contains("(?i)savingsplan")
    kind = pl.when(one & plan.fill_null(value=False)).then(pl.lit("Savings Plan")).when(one).then(pl.lit("Reservation"))
    covered = _of_a_commitment(fields) & ~_is_purchase(fields)
    return {
        "CommitmentDiscountId": benefit,
        "CommitmentDiscountName": text("BenefitName", "ReservationName"),
        "CommitmentDiscountType": kind,
        "CommitmentDiscountCategory": kind.replace({"Savings Plan": "Spend", "Reservation": "Usage"}),
        "CommitmentDiscountStatus": pl.when(covered & charge.str.starts_with("Unused"))
        .then(pl.lit("Unused"))
        .when(covered)
        .then(pl.lit("Used")),
    }
