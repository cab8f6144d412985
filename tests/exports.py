"""Exports of 1,000 rows in the shape that their makers give them; the values are made up, the same ones each time."""

import csv
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.flows.ingest.formats.builders import AZURE, BENEFIT, CUR, ORACLE, Row

ROWS = 1_000
_PROVIDERS = {
    "AWS": ("Amazon Web Services, Inc.", "1234567890123", "SunBird", "us-west-2", "Amazon Simple Queue Service"),
    "Microsoft": ("Microsoft", "/providers/Microsoft.Billing/billingAccounts/77", "", "eastus", "Virtual Machines"),
    "Oracle": ("Oracle", "20209880", "", "us-phoenix-1", "BLOCK_STORAGE"),
}


def focus_1_0(path: Path) -> dict[str, Decimal]:
    """Write September 2024 of three providers as FOCUS 1.0: NULL as a word, times without a zone, a
    column `Id` of its own, credits below zero; billed cost by provider.
    """
    draw, totals = random.Random(1), dict.fromkeys(_PROVIDERS, Decimal(0))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for number in range(ROWS):
            provider = draw.choice(list(_PROVIDERS))
            cost = _cost(draw) * (-1 if number % 50 == 0 else 1)
            totals[provider] += cost
            row = _focus_row(provider, cost, number, draw)
            if not number:
                writer.writerow(row)
            writer.writerow(["NULL" if value is None else value for value in row.values()])
    return totals


def _focus_row(provider: str, cost: Decimal, number: int, draw: random.Random) -> Row:
    issuer, account, name, region, service = _PROVIDERS[provider]
    start = datetime(2024, 9, 1) + timedelta(hours=draw.randrange(30 * 24))
    quantity = f"{draw.random():.15f}"
    return {
        "AvailabilityZone": None,
        "BilledCost": f"{cost:.11f}",
        "BillingAccountId": account,
        "BillingAccountName": name,
        "BillingCurrency": "USD",
        "BillingPeriodEnd": "2024-10-01 00:00:00",
        "BillingPeriodStart": "2024-09-01 00:00:00",
        "ChargeCategory": "Credit" if cost < 0 else "Usage",
        "ChargeClass": None,
        "ChargeDescription": '$0.40 per million requests, "Tier1"',
        "ChargeFrequency": draw.choice(["Usage-Based", "Usage-based"]),
        "ChargePeriodEnd": f"{start + timedelta(hours=1)}",
        "ChargePeriodStart": f"{start}",
        "CommitmentDiscountCategory": draw.choice([None, ""]),
        "CommitmentDiscountId": None,
        "CommitmentDiscountName": None,
        "CommitmentDiscountStatus": None,
        "CommitmentDiscountType": None,
        "ConsumedQuantity": quantity,
        "ConsumedUnit": "Requests",
        "ContractedCost": draw.choice([None, "0.00000000000"]),
        "ContractedUnitPrice": None,
        "EffectiveCost": f"{cost:.11f}",
        "InvoiceIssuerName": issuer,
        "ListCost": f"{abs(cost):.11f}",
        "ListUnitPrice": "0.0000004",
        "PricingCategory": draw.choice(["Standard", ""]),
        "PricingQuantity": quantity,
        "PricingUnit": "Requests",
        "ProviderName": provider,
        "PublisherName": issuer,
        "RegionId": region,
        "RegionName": region.upper(),
        "ResourceId": f"res-{number % 80}" if number % 5 else None,
        "ResourceName": None,
        "ResourceType": None,
        "ServiceCategory": "Compute",
        "Id": 11_472 + number,
        "ServiceName": service,
        "SkuId": "G95FST5FTYV3JSRX",
        "SkuPriceId": "G95FST5FTYV3JSRX.JRTCKXETXF.VXGXCWQKTY",
        "SubAccountId": f"{51_738_928_782 + number % 7}",
        "SubAccountName": f"Atlas {number % 7}",
        "Tags": '{"application": "BrightPath", "environment": "dev"}' if number % 2 else None,
    }


def _cost(draw: random.Random) -> Decimal:
    """From a part of a cent to a few dollars, as most rows of a bill are."""
    return Decimal(draw.randrange(1, 10**11)).scaleb(-draw.choice([10, 12, 14]) - 1).quantize(Decimal(10) ** -11)


def aws_cur() -> tuple[list[Row], Decimal]:
    """Legacy CUR: costs as the provider's Java writes them (5.2E-9), tax rows without usage."""
    return _rows(CUR, "lineItem/UnblendedCost", _aws)


def azure() -> tuple[list[Row], Decimal]:
    """An enrollment's export of actual cost: American dates, costs as Excel writes them (5.64902E-05)."""
    return _rows(AZURE, "CostInBillingCurrency", _azure)


def azure_amortized() -> tuple[list[Row], Decimal]:
    """An enrollment's amortized export: what a reservation covers bears its cost."""
    return _rows(AZURE, "CostInBillingCurrency", _azure_amortized)


def oracle() -> tuple[list[Row], Decimal]:
    """Oracle's cost report: 18 decimals, starts without seconds."""
    return _rows(ORACLE, "cost/myCost", _oracle)


def _rows(base: Row, cost: str, vary: Callable[[random.Random], Iterator[Row]]) -> tuple[list[Row], Decimal]:
    changed = vary(random.Random(2))
    rows = [{**base, **next(changed)} for _ in range(ROWS)]
    return rows, sum((Decimal(row[cost]) for row in rows), Decimal(0))


def _aws(draw: random.Random) -> Iterator[Row]:
    while True:
        start, cost = datetime(2026, 5, 1) + timedelta(hours=draw.randrange(31 * 24)), f"{float(_cost(draw))!r}".upper()
        tax = {"lineItem/LineItemType": "Tax", "lineItem/UsageType": "", "product/sku": "", "pricing/unit": ""}
        yield {
            "lineItem/UsageStartDate": f"{start:%Y-%m-%dT%H:%M:%S.000Z}",
            "lineItem/UsageEndDate": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%S.000Z}",
            "lineItem/UnblendedCost": cost,
            "pricing/publicOnDemandCost": cost,
            **(tax if draw.random() < 0.1 else {}),
        }


def _azure(draw: random.Random) -> Iterator[Row]:
    while True:
        cost, day = f"{float(_cost(draw)):G}", draw.randrange(1, 32)
        yield {"Date": f"05/{day:02}/2026", "Quantity": f"{draw.random():.6f}", "CostInBillingCurrency": cost}


def _azure_amortized(draw: random.Random) -> Iterator[Row]:
    covered = {"PricingModel": "Reservation", "ReservationId": "r1", "benefitId": BENEFIT, "PayGPrice": "0"}
    for row in _azure(draw):
        yield {**row, **(covered if draw.random() < 0.2 else {})}


def _oracle(draw: random.Random) -> Iterator[Row]:
    while True:
        start = datetime(2026, 5, 1) + timedelta(hours=draw.randrange(31 * 24))
        yield {
            "lineItem/referenceNo": f"{draw.randrange(16**32):032x}",
            "lineItem/intervalUsageStart": f"{start:%Y-%m-%dT%H:%MZ}",
            "lineItem/intervalUsageEnd": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
            "usage/billedQuantity": f"{draw.random():.18f}",
            "cost/myCost": f"{_cost(draw):.18f}",
        }
