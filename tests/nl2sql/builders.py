"""The names of a small company as its bills hold them, what the grammar makes of a question on them, and a bill."""

from datetime import date
from pathlib import Path

from nl2sql.catalog.known_values import Facts
from nl2sql.catalog.linking import index
from nl2sql.catalog.semantics import semantics
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.grammar.assembly.amend import amend, stands_alone
from nl2sql.grammar.assembly.complete import complete
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import CostQuery

CALENDAR = QuestionCalendar(date(2026, 11, 15), date(2025, 9, 1))
VALUES = index(
    {
        "provider": ["AWS", "Microsoft", "Google Cloud"],
        "account": ["commerce-prod", "commerce-nonprod", "sandbox", "ml-platform", "identity-platform"],
        "account_id": ["210045678801"],
        "service": [
            "Amazon Elastic Compute Cloud",
            "Amazon Relational Database Service",
            "AWS Lambda",
            "Virtual Machines",
            "Azure SQL Database",
            "Cloud SQL",
        ],
        "service_category": ["Compute", "Databases"],
        "region": ["eu-west-1", "us-east-1", "westeurope"],
        "team": ["payments", "checkout", "data-platform", "growth"],
        "environment": ["prod", "staging", "dev"],
        "application": ["checkout-web", "cart-service"],
        "commitment_type": ["Compute Savings Plan"],
        "currency": ["USD"],
    },
    semantics(),
    {"checkout": ("kasse",)},
)
FACTS = Facts("1", date(2025, 9, 1), date(2026, 11, 14), VALUES)


def understood(question: str, previous: CostQuery | None = None) -> CostQuery | Doubt | Refusal:
    """What the grammar makes of a question on this data."""
    draft = parse(question, semantics(), VALUES, CALENDAR, following=previous is not None)
    if draft.discourse.refusal or draft.discourse.doubt:
        return draft.discourse.refusal or draft.discourse.doubt  # type: ignore[return-value]  # one of them is set
    if draft.discourse.subject:
        return Refusal(f"That is about {draft.discourse.subject}.")
    if previous is not None and not stands_alone(draft):
        return amend(previous, draft, question, CALENDAR)
    return complete(draft, question, CALENDAR)


def query(question: str, previous: CostQuery | None = None) -> CostQuery:
    """The query of a question that is understood."""
    found = understood(question, previous)
    assert isinstance(found, CostQuery), found
    return found


HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,"
    "ContractedCost,EffectiveCost,ListCost,InvoiceIssuerName,ProviderName,PublisherName,ConsumedQuantity,ConsumedUnit,PricingQuantity,"
    "ServiceCategory,ServiceName,SubAccountId,SubAccountName,RegionId,ResourceId,ResourceName,SkuMeter,CommitmentDiscountId,"
    "CommitmentDiscountType,CommitmentDiscountStatus,Tags"
)


EC2, RDS = "Amazon Elastic Compute Cloud", "Amazon Relational Database Service"


# month, service, account, region, team, resource, hours, cost, commitment
LINES = [
    (9, EC2, "shop", "eu-west-1", "payments", "web-1", 100, "10.01", ""),
    (10, EC2, "shop", "eu-west-1", "payments", "web-1", 300, "30.03", ""),  # more usage
    (10, EC2, "shop", "us-east-1", "payments", "web-2", 200, "20.02", ""),  # new
    (9, RDS, "data", "eu-west-1", "search", "db-1", 100, "50.05", "Savings Plan"),
    (10, RDS, "data", "eu-west-1", "search", "db-1", 100, "90.09", ""),  # its commitment ended
    (9, RDS, "data", "us-east-1", "search", "db-2", 100, "25.25", ""),  # gone
    (9, EC2, "shop", "", "", "", 0, "-3.33", ""),  # a credit of no resource
]


def bill(path: Path, month: int) -> str:
    """A month's lines as a FOCUS file; its path."""
    lines = [HEADER]
    start, end = f"2026-{month:02d}-01T00:00:00Z", f"2026-{month + 1:02d}-01T00:00:00Z"
    last = {9: "2026-09-30", 10: "2026-10-31"}[month]
    for at, service, account, region, team, resource, hours, cost, commitment in LINES:
        if at != month:
            continue
        tags = f'"{{""team"": ""{team}""}}"' if team else ""
        usage = f"{hours},Hours,{hours}" if hours else ",,"
        covered = f"sp-1,{commitment},Used" if commitment else ",,"
        lines.append(
            f"{cost},1,USD,{end},{start},{'Usage' if hours else 'Credit'},{end},{last}T00:00:00Z,{cost},{cost},{cost},"
            f"AWS,AWS,AWS,{usage},Compute,{service},{account},{account},{region},"
            f"{resource},{resource},{'box' if hours else ''},{covered},{tags}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)
