"""Listings as JSON: what the grammar lists is read back, what a view cannot tell is said."""

import json
from typing import Any

import pytest

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.parse import parse
from nl2sql.grammar.semantic.context import ReadingContext, Unreadable
from nl2sql.grammar.semantic.reading import read_listing
from nl2sql.grammar.subjects.listing import SubjectListing, list_subject, select_of
from tests.nl2sql.builders import CALENDAR, VALUES

KNOWN = ReadingContext(semantics(), VALUES, CALENDAR)
OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}


def _team(*values: str | None, **more: Any) -> dict[str, Any]:
    return {"dimension": "team", "values": list(values), **more}


@pytest.mark.parametrize(
    "question",
    [
        "budgets",
        "which budgets are exceeded",
        "budget of payments",
        "forecast for next month",
        "forecast of checkout",
        "anomalies last week",
        "recommendations of payments",
        "hourly price of m6i.large in eu-west-1",
        "open insights of payments",
        "savings ledger",
        "how fresh is the data",
    ],
)
def test_listings_survive_as_json(question: str) -> None:
    """What the grammar lists is listed again, by the same SQL."""
    listing = list_subject(parse(question, semantics(), VALUES, CALENDAR))
    assert isinstance(listing, SubjectListing)
    stored = json.loads(json.dumps(listing.to_json()))
    again = read_listing(stored, KNOWN, own=True)
    assert isinstance(again, SubjectListing), again
    assert select_of(again, CALENDAR) == select_of(listing, CALENDAR)
    assert again.to_json() == listing.to_json()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"subject": "budget"}, "subject: “budget” is no list. The nearest are budgets"),
        ({"subject": "insights", "filters": [_team("paymnts")]}, "No team is called “paymnts”."),
        ({"subject": "utilization", "filters": [_team("payments")]}, "Utilization cannot be narrowed to payments."),
        ({"subject": "insights", "exceeded": True}, "exceeded: Only budgets are exceeded."),
        ({"subject": "freshness", "period": OCTOBER}, "period: Bills are not of days."),
        ({"subject": "insights", "instance_type": "m6i.large"}, "Only prices are of instance types."),
        ({"subject": "insights", "limit": 0}, "limit: Input should be greater than or equal to 1."),
    ],
)
def test_what_a_view_cannot_tell_is_said(given: dict[str, Any], problem: str) -> None:
    """By its field."""
    found = read_listing(given, KNOWN)
    assert isinstance(found, Unreadable)
    assert problem in found.text
