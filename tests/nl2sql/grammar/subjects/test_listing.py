"""What lists are asked for."""

import pytest

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.parse import parse
from nl2sql.grammar.subjects.listing import SubjectListing, list_subject
from tests.nl2sql.builders import CALENDAR, VALUES


@pytest.mark.parametrize(
    ("question", "exceeded", "kept"),
    [
        ("is payments over its budget?", True, False),
        ("is payments under its budget?", False, True),
        ("is payments within budget?", False, True),
        ("is payments below its budget?", False, True),
        ("budget of payments", False, False),
    ],
)
def test_over_a_budget_and_under_it_are_two_questions(question: str, exceeded: bool, kept: bool) -> None:
    """Yes to one is no to the other."""
    listing = list_subject(parse(question, semantics(), VALUES, CALENDAR))
    assert isinstance(listing, SubjectListing)
    assert (listing.exceeded, listing.kept) == (exceeded, kept)


@pytest.mark.parametrize(
    ("question", "instance_type"),
    [
        ("price of m5.2xlarge", "m5.2xlarge"),
        ("how much is a c7g.large per hour", "c7g.large"),
        ("what will aws charge for a db.r6g.large", "db.r6g.large"),
        ("what's the price for n2-standard-8", "n2-standard-8"),
    ],
)
def test_a_machine_type_has_a_price(question: str, instance_type: str) -> None:
    """Of one machine an hour, which is no cost of the bills."""
    listing = list_subject(parse(question, semantics(), VALUES, CALENDAR))
    assert isinstance(listing, SubjectListing)
    assert (listing.subject, listing.instance_type) == ("prices", instance_type)


def test_what_was_spent_on_a_machine_type_is_no_price() -> None:
    """Line items tell it."""
    draft = parse("spend on m5.2xlarge last month", semantics(), VALUES, CALENDAR)
    assert draft.discourse.subject is None
    assert [(one.dimension, one.values) for one in draft.filters.conditions] == [("instance_type", ("m5.2xlarge",))]


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("How much have we saved so far?", "ledger"),
        ("what have you saved us", "ledger"),
        ("savings to date", "ledger"),
        ("how much have we saved so far with savings plans", None),
        ("what have we saved so far against list prices", None),
        ("who overspent?", "budgets"),
        ("which budgets are at risk", "budgets"),
        ("when was the bill last loaded", "freshness"),
        ("most recent data from aws?", "freshness"),
        ("is the data from today?", "freshness"),
        ("do we have yesterday's data?", "freshness"),
        ("what is the cpu utilization of our instances", "utilization"),
    ],
)
def test_lists_said_otherwise(question: str, subject: str | None) -> None:
    """What fixes saved is verified in the ledger; what discounts save is an amount of the bills."""
    draft = parse(question, semantics(), VALUES, CALENDAR)
    assert draft.discourse.refusal is None
    assert draft.discourse.subject == subject
    assert subject is None or isinstance(list_subject(draft), SubjectListing)
    assert draft.discourse.exceeded is (question == "who overspent?")


def test_a_list_is_not_compared_over_periods() -> None:
    """`waste: biggest drop from q2 to q3` is either, and is asked about."""
    draft = parse("worst apps by waste: biggest drop in cost from q2 to q3", semantics(), VALUES, CALENDAR)
    assert draft.discourse.refusal is not None
    assert "cannot tell both" in draft.discourse.refusal.text
