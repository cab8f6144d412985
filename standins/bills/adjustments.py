"""FOCUS rows beside usage: commitments' fees and unused parts, subscriptions, credits, a refund, tax."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from standins.bills.charges import account_columns, code, commitment_columns, month_after
from standins.bills.commitments import COMMITMENTS, Commitment, covering
from standins.bills.providers import ACCOUNTS, PROVIDERS
from standins.bills.world import World

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]

_SPARE = 1.04  # bought for each unit that is used: the rest is the unused part
_SUBSCRIPTIONS = (  # service, publisher, category, subcategory, dollars a month
    ("AWS Support (Business)", "Amazon Web Services, Inc.", "Management and Governance", "Support", 4_200.0),
    ("Datadog Pro", "Datadog, Inc.", "Management and Governance", "Observability", 2_950.0),
)
_CREDITS = (  # provider, account, service, category, subcategory, dollars a day, text
    (
        "aws",
        "commerce-prod",
        "Amazon Elastic Compute Cloud",
        "Compute",
        "Virtual Machines",
        38.0,
        "Enterprise discount program credit",
    ),
    (
        "aws",
        "data-prod",
        "Amazon Simple Storage Service",
        "Storage",
        "Object Storage",
        21.0,
        "Migration acceleration credit",
    ),
    (
        "gcp",
        "fernhill-ml",
        "Vertex AI",
        "AI and Machine Learning",
        "Machine Learning",
        55.0,
        "Google Cloud AI startup credit",
    ),
)


def _time(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - columns of UTC times are written without a zone, and marked Z


def _row(provider: str, account: str, start: date, end: date, service: tuple[str, str, str], **fields: Any) -> Row:
    where = account_columns(account, ACCOUNTS[account].id, provider)
    name, category, subcategory = service
    return (
        {"provider": provider}
        | where
        | {"ServiceName": name, "ServiceCategory": category, "ServiceSubcategory": subcategory, "Tags": "{}"}
        | {"ChargePeriodStart": _time(start), "ChargePeriodEnd": _time(end)}
        | fields
    )


def _money(listed: float, contracted: float, billed: float, effective: float) -> Row:
    values = {"ListCost": listed, "ContractedCost": contracted, "BilledCost": billed, "EffectiveCost": effective}
    return {name: round(value, 8) for name, value in values.items()}


def _used(world: World, commitment: Commitment) -> float:
    """Effective dollars a day that a commitment covers: constant, as it covers only what is always on."""
    covered = [line for line in world.lines if covering(line) is commitment]
    return (
        float(np.sum([line.quantity * line.meter.price for line in covered]))
        * commitment.share
        * (1 - commitment.discount)
    )


def commitments(world: World, start: date, end: date) -> Iterator[Row]:
    """The unused part of each day, the fee of each day for what is paid as it goes, and upfront purchases."""
    for commitment in COMMITMENTS:
        used, home = _used(world, commitment), commitment.account_name
        bought = used * _SPARE
        for day in (start + timedelta(n) for n in range((end - start).days)):
            unused = commitment_columns(commitment, "Unused") | _money(0, 0, 0, bought - used)
            quantity = bought - used if commitment.category == "Spend" else 24 * (_SPARE - 1)
            text = {
                "ChargeCategory": "Usage",
                "ChargeFrequency": "Usage-Based",
                "ChargeDescription": f"Unused part of {commitment.name}",
            }
            yield _row(
                commitment.provider,
                home,
                day,
                day + timedelta(1),
                commitment.purchase,
                **unused,
                **text,
                CommitmentDiscountQuantity=round(quantity, 6),
            )
            paid_on = commitment.upfront is not None and day == world.anchor - timedelta(commitment.upfront)
            if paid_on or commitment.upfront is None:
                yield _fee(commitment, day, bought * (365 if paid_on else 1))


def _fee(commitment: Commitment, day: date, amount: float) -> Row:
    upfront = commitment.upfront is not None
    columns = commitment_columns(commitment, None) | _money(amount, amount, amount, 0)
    text = f"{commitment.type} fee, {commitment.name}, {'one year, all upfront' if upfront else 'no upfront'}"
    return _row(
        commitment.provider,
        commitment.account_name,
        day,
        day + timedelta(1),
        commitment.purchase,
        **columns,
        ChargeCategory="Purchase",
        ChargeFrequency="One-Time" if upfront else "Recurring",
        ChargeDescription=text,
        PricingQuantity=1.0,
        PricingUnit="Years" if upfront else "Days",
        SkuId=code(commitment.name),
        SkuPriceId=f"{code(commitment.name)}.{code(commitment.type)}",
        CommitmentDiscountQuantity=1.0,
    )


def subscriptions(month: date) -> Iterator[Row]:
    """Support and a marketplace subscription, billed on the 1st."""
    for name, publisher, category, subcategory, amount in _SUBSCRIPTIONS:
        fields: Row = {
            "ChargeCategory": "Purchase",
            "ChargeFrequency": "Recurring",
            "ChargeDescription": f"{name}, monthly",
            "PricingCategory": "Standard",
        }
        where = {
            "PublisherName": publisher,
            "PricingQuantity": 1.0,
            "PricingUnit": "Months",
            "SkuId": code(name),
            "SkuPriceId": f"{code(name)}.{code('month')}",
        }
        fields |= where | _money(amount, amount, amount, amount)
        yield _row("aws", "shared-services", month, month_after(month), (name, category, subcategory), **fields)


def credits(start: date, end: date) -> Iterator[Row]:  # noqa: A001 - FOCUS's word
    """Credits of each day; Azure's prepayment credit comes once per month."""
    for day in (start + timedelta(n) for n in range((end - start).days)):
        for provider, account, name, category, subcategory, amount, text in _CREDITS:
            yield _credit(provider, account, day, (name, category, subcategory), amount, text)
        if day.day == 1:
            yield _credit(
                "azure",
                "storefront-prod",
                day,
                ("Virtual Machines", "Compute", "Virtual Machines"),
                900.0,
                "Azure prepayment credit",
            )


def _credit(provider: str, account: str, day: date, service: tuple[str, str, str], amount: float, text: str) -> Row:
    fields = {"ChargeCategory": "Credit", "ChargeFrequency": "Recurring", "ChargeDescription": text} | _money(
        -amount, -amount, -amount, -amount
    )
    return _row(provider, account, day, day + timedelta(1), service, **fields)


def refunds(world: World, month: date) -> Iterator[Row]:
    """Once, four months before the anchor's: transfer that was counted twice
    the month before is given back as a correction.
    """
    in_month = (world.anchor - timedelta(125)).replace(day=1)
    if month == in_month:
        before = in_month - timedelta(9)
        columns = _money(-640, -601.6, -601.6, -601.6) | {
            "ChargeCategory": "Adjustment",
            "ChargeClass": "Correction",
            "ChargeFrequency": "One-Time",
        }
        text = "Refund: data transfer counted twice"
        yield _row(
            "aws",
            "commerce-prod",
            before,
            before + timedelta(1),
            ("Amazon CloudFront", "Networking", "Content Delivery"),
            **columns,
            ChargeDescription=text,
        )


def taxes(rows: "pl.DataFrame", month: date) -> Iterator[Row]:
    """Tax of the month on what is billed for usage and purchases, by account and service."""
    import polars as pl

    taxed = rows.filter(pl.col("ChargeCategory").is_in(["Usage", "Purchase"]))
    keys = ["provider", "SubAccountName", "ServiceName", "ServiceCategory", "ServiceSubcategory"]
    for provider, account, name, category, subcategory, base in (
        taxed.group_by(keys, maintain_order=True).agg(pl.col("BilledCost").sum()).iter_rows()
    ):
        amount = round(base * PROVIDERS[provider].tax, 2)
        if amount:
            fields = {
                "ChargeCategory": "Tax",
                "ChargeFrequency": "Recurring",
                "ChargeDescription": f"Tax on {name}",
            } | _money(amount, amount, amount, amount)
            yield _row(provider, account, month, month_after(month), (name, category, subcategory), **fields)
