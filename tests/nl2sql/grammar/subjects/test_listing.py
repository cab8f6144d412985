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
