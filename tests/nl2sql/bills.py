"""Bills of three clouds to ask questions about: the names never change, a seed draws the money.

Fourteen months and a half of daily charges through 14 November 2026 by team, application and environment, some of it
untagged; commitments used and unused, purchases, credits, tax, refunds, a correction, growth, weekends and spikes.
"""

import csv
import json
import random
import zlib
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from tests.nl2sql.bill_names import (
    ACCOUNTS,
    CORRECTIONS,
    CREDITS,
    GROWTH,
    LESS,
    PAYERS,
    PLANS,
    REGIONS,
    SERVICES,
    SPIKES,
    UNPLACED,
    WORKLOADS,
    Plan,
    Service,
    Workload,
)

FIRST, LAST = date(2025, 9, 1), date(2026, 11, 14)
COLUMNS = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "SubAccountId",
    "SubAccountName",
    "Tags",
]
Row = dict[str, str]


class _Bill:
    """The rows of all files, by provider and billing month."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, date], list[Row]] = defaultdict(list)

    def add(
        self, start: date, end: date, service: Service, account: str, costs: tuple[float, ...], **more: str
    ) -> None:
        """A charge; `costs` are list, contracted, billed and effective."""
        publisher, payer, payer_name, *_ = PAYERS[service.provider]
        billing = date.fromisoformat(more.pop("billing", start.replace(day=1).isoformat()))
        listed, contracted, billed, effective = (f"{cost:.6f}" for cost in costs)
        row = dict.fromkeys(COLUMNS, "") | {
            "BilledCost": billed,
            "EffectiveCost": effective,
            "ListCost": listed,
            "ContractedCost": contracted,
            "BillingAccountId": payer,
            "BillingAccountName": payer_name,
            "BillingCurrency": "USD",
            "BillingPeriodStart": _stamp(billing),
            "BillingPeriodEnd": _stamp(_next_month(billing)),
            "ChargePeriodStart": _stamp(start),
            "ChargePeriodEnd": _stamp(end),
            "ChargeCategory": "Usage",
            "ChargeFrequency": "Usage-Based",
            "ProviderName": service.provider,
            "PublisherName": publisher,
            "InvoiceIssuerName": publisher,
            "ServiceName": service.name,
            "ServiceCategory": service.category,
            "SubAccountId": ACCOUNTS[account],
            "SubAccountName": account,
        }
        self.files[service.provider, billing].append(row | more)


def write(folder: Path, seed: int) -> list[Path]:
    """Write one CSV file a provider and billing month; their paths."""
    paths = []
    for (provider, month), rows in sorted(_bill(random.Random(seed)).files.items()):
        path = folder / f"{provider.split(' ')[0].lower()}-{month:%Y-%m}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        paths.append(path)
    return paths


def _bill(chance: random.Random) -> _Bill:
    bill = _Bill()
    used: dict[tuple[Plan, date], float] = defaultdict(float)
    billed: dict[tuple[str, str, date], float] = defaultdict(float)  # service, account and month: the base of tax
    for workload in WORKLOADS:
        for environment, count in zip(("prod", "staging", "dev"), workload.counts, strict=True):
            for number in range(1, count + 1):
                _use(bill, chance, workload, environment, number, used, billed)
    for workload in UNPLACED:
        for number in range(1, workload.counts[0] + 1):
            _use(bill, chance, workload, None, number, used, billed)
    _commitments(bill, used)
    _of_months(bill, chance, billed)
    return bill


def _use(
    bill: _Bill,
    chance: random.Random,
    workload: Workload,
    environment: str | None,
    number: int,
    used: dict[tuple[Plan, date], float],
    billed: dict[tuple[str, str, date], float],
) -> None:
    service = SERVICES[workload.service]
    account = workload.account if environment in ("prod", None) else workload.elsewhere
    name = f"{workload.application or account}-{workload.service}-{environment or 'shared'}-{number}"
    size, weekend = LESS[environment]
    level = workload.dollars * size * chance.uniform(0.93, 1.07)
    plan = next((plan for plan in PLANS if plan.service == workload.service and environment == "prod"), None)
    about = {
        "RegionId": workload.region,
        "RegionName": REGIONS.get(workload.region, ""),
        "ResourceId": f"{workload.service}-{zlib.crc32(name.encode()):08x}",
        "ResourceName": name,
        "ResourceType": service.kind,
        "SkuId": workload.service.upper(),
        "ConsumedUnit": service.unit,
        "PricingUnit": service.unit,
        "ListUnitPrice": f"{service.price}",
        "Tags": _tags(workload.team, environment, workload.application),
    }
    spike = SPIKES.get((workload.application or "", workload.service))
    for day in _days():
        steady = level * (1 + GROWTH.get(workload.team or "", 0.01)) ** ((day - FIRST).days / 30.4)
        steady *= chance.uniform(0.92, 1.08) * (weekend if day.weekday() > 4 else 1.0)
        cost = steady * spike[2] if spike and 0 <= (day - spike[0]).days < spike[1] else steady
        covered = steady * plan.share if plan else 0.0
        quantities = {"ConsumedQuantity": f"{(cost - covered) / service.price:.6f}"}
        quantities["PricingQuantity"] = quantities["ConsumedQuantity"]
        paid = (cost - covered) * (1 - PAYERS[service.provider][3])
        billed[workload.service, account, day.replace(day=1)] += paid
        on_demand = {"PricingCategory": "Standard", "ChargeDescription": f"{service.kind} on demand"}
        bill.add(
            day, _after(day), service, account, (cost - covered, paid, paid, paid), **about, **quantities, **on_demand
        )
        if plan:
            effective = covered * (1 - plan.discount)
            used[plan, day] += effective
            costs = (covered, covered, 0.0, effective)
            quantities = dict.fromkeys(("ConsumedQuantity", "PricingQuantity"), f"{covered / service.price:.6f}")
            bill.add(day, _after(day), service, account, costs, **about, **quantities, **_of_plan(plan, "Used"))


def _of_plan(plan: Plan, status: str) -> dict[str, str]:
    return {
        "PricingCategory": "Committed",
        "ChargeDescription": f"{plan.name} {status}".strip(),
        "CommitmentDiscountCategory": plan.category,
        "CommitmentDiscountId": f"commitment/{plan.name}",
        "CommitmentDiscountName": plan.name,
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountType": plan.kind,
    }


def _commitments(bill: _Bill, used: dict[tuple[Plan, date], float]) -> None:
    """What is bought each month, and each day's unused rest."""
    for plan in PLANS:
        for month in _months():
            days = [day for day in _days() if day.replace(day=1) == month]
            daily = 1.02 * max(used[plan, day] for day in days)
            fee = daily * (_next_month(month) - month).days
            bought = _of_plan(plan, "") | {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring"}
            end = _next_month(month)
            bill.add(month, end, SERVICES[plan.service], plan.home, (0.0, fee, fee, 0.0), **bought)
            for day in days:
                rest = (0.0, 0.0, 0.0, daily - used[plan, day])
                unused = _of_plan(plan, "Unused")
                bill.add(day, _after(day), SERVICES[plan.service], plan.home, rest, **unused)


def _of_months(bill: _Bill, chance: random.Random, billed: dict[tuple[str, str, date], float]) -> None:
    """Support, a marketplace subscription, credits, tax, refunds and a correction of a month that was over."""
    for index, month in enumerate(_months()):
        end = _next_month(month)
        for name, publisher, dollars in (
            ("AWS Support (Business)", "Amazon Web Services, Inc.", 900.0 + 10 * index),
            ("Datadog Pro", "Datadog, Inc.", 975.0),
        ):
            bought = Service("AWS", name, "Management and Governance", "", "Months", dollars)
            more = {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring", "PricingCategory": "Standard"}
            bill.add(month, end, bought, "shared-services", (dollars,) * 4, **more, PublisherName=publisher)
        for _, service, account, dollars in CREDITS:
            amount = -dollars * chance.uniform(0.95, 1.05)
            text = f"Credit for {SERVICES[service].name}"
            bill.add(
                month, end, SERVICES[service], account, (amount,) * 4, ChargeCategory="Credit", ChargeDescription=text
            )
    for (service, account, month), amount in billed.items():
        tax = amount * PAYERS[SERVICES[service].provider][4]
        bill.add(month, _next_month(month), SERVICES[service], account, (tax,) * 4, ChargeCategory="Tax")
    for service, account, application, team, day, billing, dollars, kind in CORRECTIONS:
        bill.add(
            day,
            _after(day),
            SERVICES[service],
            account,
            (float(dollars),) * 4,
            ChargeCategory="Usage" if kind else "Adjustment",
            ChargeClass=kind,
            ChargeFrequency="One-Time" if not kind else "Usage-Based",
            PricingCategory="Standard" if kind else "",
            Tags=_tags(team, "prod", application),
            billing=billing.isoformat(),
        )


def _tags(team: str | None, environment: str | None, application: str | None) -> str:
    tags = {"team": team, "environment": environment, "application": application}
    given = {key: value for key, value in tags.items() if value}
    return json.dumps(given) if given else ""


def _days() -> list[date]:
    return [FIRST + timedelta(offset) for offset in range((LAST - FIRST).days + 1)]


def _months() -> list[date]:
    return sorted({day.replace(day=1) for day in _days()})


def _after(day: date) -> date:
    return day + timedelta(1)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(32)).replace(day=1)


def _stamp(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
