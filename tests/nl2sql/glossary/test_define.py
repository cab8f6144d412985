"""Questions for a word: its meaning, and what can be asked about it; a question for an amount is none."""

import pytest
import yaml

from nl2sql.glossary.define import TERMS, defined
from nl2sql.grammar.draft import Refusal
from nl2sql.understanding import meant
from tests.nl2sql.builders import CALENDAR, FACTS


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What is a savings plan?", "commitment to spend"),
        ("what are reserved instances", "paid ahead"),
        ("hey, what does effective cost mean?", "spread over the days"),
        ("explain chargeback", "on its own budget"),
        ("what is meant by unblended cost", "in a billing period"),
        ("define rightsizing", "the size that its use needs"),
        ("do you know what a CUD is", "Google Cloud's commitment"),
        ("what do you mean by list cost?", "before any discount"),
        ("whats the meaning of amortized cost", "spread over the days"),
        ("what is FOCUS", "FinOps Open Cost and Usage Specification"),
    ],
)
def test_a_word_is_told(question: str, says: str) -> None:
    """In a sentence, with questions for amounts of it."""
    told = meant(question, FACTS, CALENDAR, None)
    assert isinstance(told, Refusal)
    assert says in told.text
    assert told.choices


@pytest.mark.parametrize(
    "question",
    [
        "what is our savings plan cost last month",
        "what are credits in october",
        "what are credits",
        "what is the forecast",
        "what is the run rate",
        "what are our commitments",
        "what is the total cost of payments",
        "explain why cost went up",
        "what does checkout cost",
    ],
)
def test_an_amount_is_no_word(question: str) -> None:
    """What has a period, a name or may be an amount is left to the grammar."""
    assert defined(question) is None


def test_what_is_offered_can_be_answered() -> None:
    """Each question that stands beside a meaning is understood."""
    asked = {one for term in yaml.safe_load(TERMS.read_text(encoding="utf-8")) for one in term["ask"]}
    hindered = {one for one in asked if isinstance(meant(one, FACTS, CALENDAR, None), Refusal)}
    assert hindered <= {  # the small company of these tests has no such commitment or credit
        "cost of reservations last month",
        "unused reservations last month",
        "cost of committed use discounts last month",
    }
