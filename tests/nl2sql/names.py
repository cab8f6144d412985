"""The names of a small company, as its bills would hold them."""

from datetime import date

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


def understood(question: str, previous: CostQuery | None = None) -> CostQuery | Doubt | Refusal:
    """What the grammar makes of a question on this data."""
    draft = parse(question, semantics(), VALUES, CALENDAR, following=previous is not None)
    if draft.discourse.refusal or draft.discourse.doubt:
        return draft.discourse.refusal or draft.discourse.doubt  # type: ignore[return-value]
    if previous is not None and not stands_alone(draft):
        return amend(previous, draft, question, CALENDAR)
    return complete(draft, question, CALENDAR)


def query(question: str, previous: CostQuery | None = None) -> CostQuery:
    """The query of a question that is understood."""
    found = understood(question, previous)
    assert isinstance(found, CostQuery), found
    return found
