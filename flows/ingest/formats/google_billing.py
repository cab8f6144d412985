"""Google Cloud's billing export, standard and detailed, as CSV, JSON lines, Parquet or Avro, nested or flattened.

Google's invoice is the sum of `cost` and of the amounts in `credits`. Credits that make usage cheaper (committed and
sustained use, negotiated discounts, the free tier, a reseller's margin) are taken off the usage they stand on; those
that only pay for it (promotions and what has no type) become rows of their own, so that both can be asked for. Google
spreads commitments itself: the fee is a row and the discount a credit, so billed and effective cost are the same.
"""

import ast
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flows.ingest.formats.native import Fields, Native, NotTaken, json_object
from flows.ingest.formats.service_categories import of_service

if TYPE_CHECKING:
    import polars as pl

_NAME = "Google Cloud billing export"
_SIGNATURE = ("billing_account_id", "service.description", "sku.description", "usage_start_time", "currency")
_DISCOUNTS = frozenset(
    {
        "COMMITTED_USAGE_DISCOUNT",
        "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE",
        "SUSTAINED_USAGE_DISCOUNT",
        "DISCOUNT",
        "FREE_TIER",
        "SUBSCRIPTION_BENEFIT",
        "RESELLER_MARGIN",
        "FEE_UTILIZATION_OFFSET",
    }
)
_COMMITTED = frozenset({"COMMITTED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE"})
_CATEGORIES = {"regular": "Usage", "tax": "Tax", "adjustment": "Adjustment", "rounding_error": "Adjustment"}
_MACHINE = r"""machine_spec['"](?:,\s*['"]value['"])?:\s*['"]([^'"]+)"""  # in a list of key and value or a map
_IS_CREDIT = "is_credit"  # of a row that stands for the credits of another

Credit = dict[str, Any]


def recognise(columns: tuple[str, ...]) -> Native | NotTaken | None:
    """The mapping of an export with these columns."""
    fields = Fields(columns)
    if fields.lacks(*_SIGNATURE):
        return None
    if fields.lacks("cost"):
        return NotTaken(
            _NAME,
            "The Google Cloud export lacks the column cost. Export the whole table of standard or detailed usage cost.",
        )
    return Native(
        _NAME,
        _columns(fields),
        month=_month(fields).dt.strftime("%Y-%m"),
        currency=fields.text("currency"),
        cost=fields.number("cost").fill_null(0) + _credits(fields, lambda _: True),
        rows=_with_credits(fields),
    )


def _month(fields: Fields) -> "pl.Expr":
    """The invoice's month, else that of the usage."""
    import polars as pl

    invoice = fields.text("invoice.month").str.replace_all("-", "").str.slice(0, 6) + "01"
    usage = fields.text("usage_start_time").str.slice(0, 7) + "-01"
    return pl.coalesce(invoice.str.to_date("%Y%m%d", strict=False), usage.str.to_date("%Y-%m-%d", strict=False))


def _read(text: str) -> list[Credit]:
    """The credits of a row, of JSON or as Python prints them; raises ValueError for another text."""
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(text)
        except (SyntaxError, MemoryError, RecursionError) as error:
            raise ValueError("no credits") from error
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("no credits")
    return value


def _kind(credit: Credit) -> str:
    return str(credit.get("type") or "").upper()


def _amount(some: Iterable[Credit]) -> float:
    return sum(float(one.get("amount") or 0) for one in some)


def _over_credits(fields: Fields, read: Callable[[list[Credit]], Any], kind: "pl.DataType") -> "pl.Expr":
    """What is read of each row's credits; null where they cannot be read, so that the row's cost is none either."""
    import polars as pl

    if fields.lacks("credits"):
        return pl.lit(read([]), dtype=kind)

    def of_piece(column: "pl.Series") -> "pl.Series":
        parsed: dict[str | None, Any] = {None: read([])}
        for text in column.unique():
            if text is not None:
                try:
                    parsed[text] = read(_read(text))
                except (ValueError, TypeError):
                    parsed[text] = None
        return pl.Series([parsed[text] for text in column], dtype=kind)

    return fields.text("credits").map_batches(of_piece, return_dtype=kind)


def _credits(fields: Fields, is_counted: Callable[[Credit], bool]) -> "pl.Expr":
    """The sum of a row's credits for which `is_counted` holds."""
    import polars as pl

    return _over_credits(fields, lambda some: _amount(filter(is_counted, some)), pl.Float64())


def _names(fields: Fields) -> "pl.Expr":
    """What a row's credits that only pay are called."""
    import polars as pl

    def read(some: list[Credit]) -> str:
        names = {str(one.get("full_name") or one.get("name") or "") for one in filter(_pays, some)}
        return ", ".join(sorted(filter(None, names))) or "Credit"

    return _over_credits(fields, read, pl.String())


def _makes_cheaper(credit: Credit) -> bool:
    return _kind(credit) in _DISCOUNTS


def _pays(credit: Credit) -> bool:
    return not _makes_cheaper(credit)


def _with_credits(fields: Fields) -> "Callable[[pl.DataFrame], pl.DataFrame]":
    """The rows, and one more under the same number for the credits of a row that only pay."""
    import polars as pl

    paid = _credits(fields, _pays)

    def rows(piece: "pl.DataFrame") -> "pl.DataFrame":
        more = piece.filter(paid != 0).with_columns(pl.lit(value=True).alias(_IS_CREDIT))
        return pl.concat([piece.with_columns(pl.lit(value=False).alias(_IS_CREDIT)), more])

    return rows


def _costs(fields: Fields) -> dict[str, "pl.Expr"]:
    import polars as pl

    credit = pl.col(_IS_CREDIT)
    discount, cost = _credits(fields, _makes_cheaper), fields.number("cost")
    paid = _credits(fields, _pays).cast(pl.String)
    usage = pl.when(discount == 0).then(fields.text("cost")).otherwise((cost + discount).cast(pl.String))
    net = pl.when(credit).then(paid).otherwise(usage)
    return {
        "BilledCost": net,
        "EffectiveCost": net,
        "ListCost": pl.when(~credit).then(fields.text("cost_at_list")),
        "ContractedCost": pl.when(~credit).then(fields.text("cost_at_effective_price_default", "cost")),
        "ListUnitPrice": pl.when(~credit).then(fields.text("price.list_price", "price.pricing_unit_list_price")),
        "ContractedUnitPrice": pl.when(~credit).then(fields.text("price.effective_price")),
    }


def _columns(fields: Fields) -> dict[str, "pl.Expr"]:
    import polars as pl

    text, credit = fields.text, pl.col(_IS_CREDIT)
    fee = text("sku.description").str.starts_with("Commitment").fill_null(value=False)
    category = (
        text("cost_type")
        .str.to_lowercase()
        .replace_strict(_CATEGORIES, default="Usage", return_dtype=pl.String)
        .fill_null("Usage")
    )
    committed = _over_credits(fields, lambda some: any(_kind(one) in _COMMITTED for one in some), pl.Boolean())
    usage = ~credit & ~fee & (category == "Usage")
    return {
        "ProviderName": pl.lit("Google Cloud"),
        "PublisherName": text("seller_name").fill_null("Google Cloud"),
        "InvoiceIssuerName": pl.lit("Google Cloud"),
        "BillingAccountId": text("billing_account_id"),
        "SubAccountId": text("project.id"),
        "SubAccountName": text("project.name", "project.id"),
        "BillingPeriodStart": _month(fields).dt.strftime("%Y-%m-%d"),
        "BillingPeriodEnd": _month(fields).dt.offset_by("1mo").dt.strftime("%Y-%m-%d"),
        "ChargePeriodStart": text("usage_start_time"),
        "ChargePeriodEnd": text("usage_end_time"),
        "BillingCurrency": text("currency"),
        **_costs(fields),
        "ChargeCategory": pl.when(credit)
        .then(pl.lit("Credit"))
        .when(fee & (category == "Usage"))
        .then(pl.lit("Purchase"))
        .otherwise(category),
        "ChargeClass": pl.when(text("adjustment_info.id").is_not_null()).then(pl.lit("Correction")),
        "ChargeDescription": pl.when(credit).then(_names(fields)).otherwise(text("sku.description")),
        "ChargeFrequency": pl.when(fee).then(pl.lit("Recurring")).otherwise(pl.lit("Usage-Based")),
        "PricingCategory": pl.when(usage & committed)
        .then(pl.lit("Committed"))
        .when(usage & text("sku.description").str.contains("(?i)spot|preemptible"))
        .then(pl.lit("Dynamic"))
        .when(usage)
        .then(pl.lit("Standard")),
        "CommitmentDiscountType": pl.when(fee | (usage & committed)).then(pl.lit("Committed Use Discount")),
        "CommitmentDiscountStatus": pl.when(usage & committed).then(pl.lit("Used")),
        "CommitmentDiscountId": text("subscription.instance_id"),
        "ConsumedQuantity": pl.when(usage).then(text("usage.amount")),
        "ConsumedUnit": pl.when(usage).then(text("usage.unit")),
        "PricingQuantity": pl.when(~credit).then(text("usage.amount_in_pricing_units")),
        "PricingUnit": pl.when(~credit).then(text("usage.pricing_unit")),
        "ServiceName": text("service.description"),
        "ServiceCategory": of_service(text("service.description")),
        "RegionId": text("location.region", "location.location"),
        "RegionName": text("location.location"),
        "AvailabilityZone": text("location.zone"),
        "ResourceId": text("resource.global_name", "resource.name"),
        "ResourceName": text("resource.name"),
        "SkuId": text("sku.id"),
        "SkuMeter": text("sku.description"),
        "SkuPriceDetails": json_object({"InstanceType": _machine(fields)}),
        "x_Labels": text("labels"),
        "x_ProjectLabels": text("project.labels"),
        "x_Tags": text("tags"),
        "x_SystemLabels": text("system_labels"),
        "x_TransactionType": text("transaction_type"),
    }


def _machine(fields: Fields) -> "pl.Expr":
    """The machine type among the system labels, `compute.googleapis.com/machine_spec`."""
    return fields.text("system_labels").str.extract(_MACHINE, 1)
