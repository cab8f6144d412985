"""A small bill of two months, and what answers questions about it."""

from datetime import date
from pathlib import Path

import pytest

from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.ask import connect_deps
from nl2sql.deps import Deps

HEADER = (
    "BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeDescription,ChargePeriodEnd,"
    "ChargePeriodStart,ContractedCost,EffectiveCost,ListCost,InvoiceIssuerName,ProviderName,PublisherName,PricingQuantity,ServiceCategory,ServiceName,"
    "SubAccountId,SubAccountName,RegionId,ResourceId,ResourceName,Tags"
)
ROWS = [  # day, service, account, team, cost, category
    ("2026-10-05", "Amazon Elastic Compute Cloud", "shop-prod", "payments", 100, "Usage"),
    ("2026-10-06", "Amazon Elastic Compute Cloud", "shop-test", "checkout", 40, "Usage"),
    ("2026-10-07", "AWS Lambda", "shop-prod", "payments", 10, "Usage"),
    ("2026-10-07", "AWS Lambda", "shop-prod", None, 5, "Usage"),
    ("2026-10-01", "AWS Lambda", "shop-prod", None, 3, "Tax"),
    ("2026-09-10", "Amazon Elastic Compute Cloud", "shop-prod", "payments", 80, "Usage"),
]


def _bill(path: Path, month: int) -> str:
    lines = [HEADER]
    for day, service, account, team, cost, category in ROWS:
        if not day.startswith(f"2026-{month:02d}"):
            continue
        tags = f'"{{""team"": ""{team}""}}"' if team else ""
        start, end = f"2026-{month:02d}-01T00:00:00Z", f"2026-{month + 1:02d}-01T00:00:00Z"
        lines.append(
            f"{cost},1,Shop,USD,{end},{start},{category},text,{day[:8]}{int(day[8:]) + 1:02d}T00:00:00Z,"
            f"{day}T00:00:00Z,{cost},{cost},{cost},AWS,AWS,AWS,1,"
            f"Compute,{service},{account},{account},eu-west-1,{'i-' + account if category == 'Usage' else ''},,{tags}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def deps(clean_database: Database, settings: Settings, organisation: Organisation, tmp_path: Path) -> Deps:
    """Two months of a small bill."""
    result = ingest([_bill(tmp_path / f"{month}.csv", month) for month in (9, 10)], clean_database, organisation)
    assert all(load["status"] == "loaded" for load in result.to_json()["loads"]), result.to_json()
    return connect_deps(settings, organisation, clean_database, today=date(2026, 11, 3))


_PRICED_HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,"
    "ChargePeriodStart,ContractedCost,EffectiveCost,ListCost,InvoiceIssuerName,ProviderName,PublisherName,"
    "ServiceCategory,ServiceName,SubAccountId,SubAccountName,RegionId,ResourceId,ResourceName,PricingCategory,Tags"
)
_SUNDAYS = ((9, 13, 5_000, "EUR"), (10, 11, 9_474, "EUR"), (10, 11, 2, "USD"))  # month, day, amount


@pytest.fixture
def mixed(deps: Deps, clean_database: Database, organisation: Organisation, tmp_path: Path) -> Deps:
    """The small bill in dollars, and one of another account on Sundays, in euros and a little in dollars."""
    paths = []
    for month, day, amount, currency in _SUNDAYS:
        start, end, at = (f"2026-{m:02d}-{d:02d}T00:00:00Z" for m, d in ((month, 1), (month + 1, 1), (month, day)))
        line = (
            f"{amount},7-{currency},{currency},{end},{start},Usage,2026-{month:02d}-{day + 1:02d}T00:00:00Z,{at},"
            f"{amount},{amount},{amount},"
            f'AWS,AWS,AWS,Compute,AWS Lambda,sunday,sunday,eu-west-1,fn-1,fn-1,Standard,"{{""team"": ""payments""}}"'
        )
        path = tmp_path / f"{currency}-{month}.csv"
        path.write_text(f"{_PRICED_HEADER}\n{line}\n", encoding="utf-8")
        paths.append(str(path))
    result = ingest(paths, clean_database, organisation)
    assert all(load["status"] == "loaded" for load in result.to_json()["loads"]), result.to_json()
    return deps
