"""FOCUS 1.2 rows of what was used: a day each, an hour each for one account's
last weeks, split where a commitment covers.
"""

import json
import zlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from standins.bills.commitments import Commitment, covering
from standins.bills.lines import Line
from standins.bills.providers import PROVIDERS, REGIONS
from standins.bills.world import World

if TYPE_CHECKING:
    import polars as pl

HOURLY_ACCOUNT, HOURLY_DAYS = "commerce-prod", 14
_HOURS = np.array(
    [
        0.55,
        0.45,
        0.4,
        0.38,
        0.4,
        0.5,
        0.7,
        0.9,
        1.05,
        1.15,
        1.2,
        1.25,
        1.35,
        1.3,
        1.2,
        1.15,
        1.15,
        1.25,
        1.45,
        1.6,
        1.55,
        1.35,
        1.0,
        0.72,
    ]
)
_HOURS = _HOURS / _HOURS.sum()


def code(text: str) -> str:
    """Eight capital letters and digits that look like a SKU."""
    return f"{zlib.crc32(text.encode()):08X}"


def account_columns(account_name: str, account_id: str, provider: str) -> dict[str, Any]:
    """Who issues the bill, to whom, for which sub account."""
    seller = PROVIDERS[provider]
    return {
        "ProviderName": seller.name,
        "PublisherName": seller.publisher,
        "InvoiceIssuerName": seller.issuer,
        "BillingAccountId": seller.billing_account_id,
        "BillingAccountName": seller.billing_account_name,
        "BillingAccountType": seller.billing_account_type,
        "SubAccountId": account_id,
        "SubAccountName": account_name,
        "SubAccountType": seller.sub_account_type,
        "BillingCurrency": "USD",
        "PricingCurrency": "USD",
    }


def commitment_columns(commitment: Commitment, status: str | None) -> dict[str, Any]:
    """The columns that name a commitment."""
    return {
        "PricingCategory": "Committed",
        "CommitmentDiscountCategory": commitment.category,
        "CommitmentDiscountId": commitment.id,
        "CommitmentDiscountName": commitment.name,
        "CommitmentDiscountType": commitment.type,
        "CommitmentDiscountUnit": commitment.unit,
        "CommitmentDiscountStatus": status,
    }


def _line_columns(line: Line, world: World) -> dict[str, Any]:
    meter, service, region = line.meter, line.service, line.region
    contracted = meter.price * (1 - PROVIDERS[service.provider].discount)
    global_service = meter.service == "cloudfront"
    return account_columns(line.account_name, line.account.id, service.provider) | {
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "AvailabilityZone": f"{region}a" if meter.service == "ec2" else None,
        "RegionId": None if global_service else region,
        "RegionName": None if global_service else REGIONS[region],
        "ResourceId": world.resource_id(line),
        "ResourceName": line.name,
        "ResourceType": service.resource_type,
        "ServiceCategory": service.category,
        "ServiceName": service.name,
        "ServiceSubcategory": service.subcategory,
        "SkuId": code(service.name + meter.meter),
        "SkuMeter": meter.meter,
        "SkuPriceId": f"{code(service.name + meter.meter)}.{code(meter.unit + region)}",
        "SkuPriceDetails": json.dumps(meter.details or {"x_Meter": meter.meter}),
        "ConsumedUnit": meter.unit,
        "PricingUnit": meter.unit,
        "ListUnitPrice": meter.price,
        "ContractedUnitPrice": round(contracted, 12),
        "PricingCurrencyListUnitPrice": meter.price,
        "PricingCurrencyContractedUnitPrice": round(contracted, 12),
        "Tags": json.dumps(line.all_tags()),
    }


def _parts(line: Line) -> list[tuple[float, float, dict[str, Any]]]:
    """(share of the quantity, effective cost per list cost, columns): the covered part and what is paid on demand."""
    negotiated = 1 - PROVIDERS[line.account.provider].discount
    commitment = covering(line)
    standard = {"PricingCategory": "Standard", "ChargeDescription": f"{line.meter.meter} in {REGIONS[line.region]}"}
    if commitment is None:
        return [(1.0, negotiated, standard)]
    covered = commitment_columns(commitment, "Used") | {
        "ChargeDescription": f"{line.meter.meter}, covered by {commitment.name}"
    }
    return [(commitment.share, 1 - commitment.discount, covered), (1 - commitment.share, negotiated, standard)]


def usage(world: World, start: date, end: date) -> "pl.DataFrame":
    """Every usage row with a charge period in [start, end), with the helping column `provider`."""
    import polars as pl

    constants: list[dict[str, Any]] = []
    long = []
    first, last = (start - world.first_day).days, (end - world.first_day).days
    hourly_from = min(last, max(first, (world.anchor - world.first_day).days - HOURLY_DAYS))
    for line, quantities in zip(world.lines, world.quantities, strict=True):
        columns = {"provider": line.account.provider} | _line_columns(line, world)
        discount = PROVIDERS[line.account.provider].discount
        split = hourly_from if line.account_name == HOURLY_ACCOUNT else last
        profile = _HOURS if line.shape == "elastic" else np.full(24, 1 / 24)
        for share, effective, more in _parts(line):
            number = len(constants)
            constants.append(
                {"part": number, "contracted_share": 1 - discount, "effective_share": effective} | columns | more
            )
            daily, hourly = quantities[first:split] * share, np.outer(quantities[split:last] * share, profile).ravel()
            starts = np.concatenate([24 * np.arange(first, split), np.arange(24 * split, 24 * last)])
            amounts = np.concatenate([daily, hourly])
            lengths = np.concatenate([np.full(len(daily), 24), np.full(len(hourly), 1)])
            keep = amounts > 0
            long.append((np.full(keep.sum(), number), starts[keep], lengths[keep], amounts[keep]))
    columns_of = {
        name: np.concatenate(parts)
        for name, parts in zip(("part", "hour", "hours", "ConsumedQuantity"), zip(*long, strict=True), strict=True)
    }
    frame = pl.DataFrame(columns_of).join(
        pl.DataFrame(constants, infer_schema_length=None), on="part", maintain_order="left"
    )
    return _priced(frame, world)


def _priced(frame: "pl.DataFrame", world: World) -> "pl.DataFrame":
    """Quantities times prices, rounded to the ten-millionth, and the times."""
    import polars as pl

    origin = pl.datetime(world.first_day.year, world.first_day.month, world.first_day.day)
    committed = pl.col("PricingCategory") == "Committed"
    listed = (pl.col("ConsumedQuantity") * pl.col("ListUnitPrice")).round(8)
    contracted = (pl.col("ConsumedQuantity") * pl.col("ContractedUnitPrice")).round(8)
    effective = (
        pl.when(committed)
        .then((pl.col("ConsumedQuantity") * pl.col("ListUnitPrice") * pl.col("effective_share")).round(8))
        .otherwise(contracted)
    )
    return (
        frame.with_columns(
            pl.col("ConsumedQuantity").round(6),
            ChargePeriodStart=origin + pl.duration(hours="hour"),
            ChargePeriodEnd=origin + pl.duration(hours=pl.col("hour") + pl.col("hours")),
        )
        .with_columns(
            PricingQuantity=pl.col("ConsumedQuantity"),
            ListCost=listed,
            ContractedCost=contracted,
            EffectiveCost=effective,
            BilledCost=pl.when(committed).then(0.0).otherwise(contracted),
        )
        .with_columns(
            CommitmentDiscountQuantity=pl.when(~committed)
            .then(None)
            .when(pl.col("CommitmentDiscountCategory") == "Spend")
            .then(pl.col("EffectiveCost"))
            .otherwise(pl.col("ConsumedQuantity")),
        )
        .drop("part", "hour", "hours", "contracted_share", "effective_share")
    )


def month_after(month: date) -> date:
    """The 1st of the next month."""
    return (month + timedelta(31)).replace(day=1)
