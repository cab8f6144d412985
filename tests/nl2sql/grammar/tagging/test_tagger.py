"""What each word of a question means: names of the data, dates, amounts and words of the catalogue."""

import pytest

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.tagging.tagger import Tagger
from nl2sql.grammar.tagging.terms import Term
from nl2sql.grammar.tagging.words import split
from tests.nl2sql.builders import CALENDAR, VALUES

TAGGER = Tagger(semantics(), VALUES, CALENDAR)


def tagged(question: str) -> list[Term]:
    """What carries meaning; words as `the` and `of` are left out."""
    return [term for term in TAGGER.tag(split(question))[0] if term.kind != "noise"]


def kinds(question: str) -> list[tuple[str, str]]:
    return [(term.kind, term.value) for term in tagged(question)]


def test_a_question_becomes_its_terms_in_order() -> None:
    assert kinds("what did checkout cost in prod last month by service") == [
        ("value", "checkout"),
        ("noun", "cost"),
        ("value", "prod"),
        ("period", ""),
        ("by", "by"),
        ("dimension", "service"),
    ]


def test_the_longest_name_is_meant() -> None:
    """`commerce-prod` is an account; neither `commerce` nor the environment prod."""
    [account] = tagged("commerce-prod")
    assert (account.kind, account.value, account.text) == ("value", "commerce-prod", "commerce prod")
    assert [match.dimension for match in account.matches] == ["account"]
    assert kinds("commerce-prod in prod") == [("value", "commerce-prod"), ("value", "prod")]


def test_words_of_the_organisation_stand_for_its_names() -> None:
    """finops.yaml calls checkout `kasse`."""
    [term] = tagged("kasse")
    assert [(match.dimension, match.label) for match in term.matches] == [("team", "checkout")]


def test_what_everybody_calls_a_service_is_known() -> None:
    assert [term.matches[0].dimension for term in tagged("lambda")] == ["service"]
    assert kinds("ec2-cost") == [("value", "Amazon Elastic Compute Cloud"), ("noun", "cost")]  # both parts are known


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("$1.5k", "money", 1_500),
        ("1,200 dollars", "money", 1_200),
        ("€2 million", "money", 2e6),
        ("$0.5", "money", 0.5),
        ("20%", "percent", 20),
        ("12.5 percent", "percent", 12.5),
        ("5", "number", 5),
        ("three", "number", 3),
    ],
)
def test_amounts_are_read_with_their_scale_and_unit(text: str, kind: str, amount: float) -> None:
    term = tagged(f"services over {text}")[-1]
    assert (term.kind, term.amount) == (kind, amount)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("last month", "2026-10-01", "2026-11-01"),
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("yesterday", "2026-11-14", "2026-11-15"),
        ("in october", "2026-10-01", "2026-11-01"),
    ],
)
def test_dates_are_read_as_of_the_day_of_the_question(text: str, start: str, end: str) -> None:
    """The calendar's today is 15 November 2026."""
    period = tagged(f"cost {text}")[-1].period
    assert period is not None
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


def test_account_for_is_a_verb_only_where_it_is_one() -> None:
    assert ("share", "share") in kinds("what share does commerce-prod account for")
    assert kinds("spend by account for prod")[-2:] == [("dimension", "account"), ("value", "prod")]


def test_what_nobody_knows_stays_one_unknown_with_its_hyphens() -> None:
    assert kinds("cost of foo-bar in eu-west-1") == [
        ("noun", "cost"),
        ("unknown", "foo bar"),
        ("value", "eu-west-1"),
    ]


def test_a_slip_is_read_as_the_name_and_said() -> None:
    """A wrong word for a name changes the answer, so the person is told; for `cost` it does not."""
    terms, notes = TAGGER.tag(split("paymnets csots"))
    assert [term.value for term in terms if term.kind == "value"] == ["payments"]
    assert notes == ("read “paymnets” as “payments”",)


def test_no_slip_becomes_a_word_that_is_refused() -> None:
    """`delet` is not repaired to what would forbid the question, nor is `wether`."""
    assert ("unsafe", "change") in kinds("delete all instances")
    assert not any(kind in ("unsafe", "outside") for kind, _ in kinds("delet wether"))


def test_each_term_knows_its_place_in_the_question() -> None:
    question = "What did Checkout cost, in PROD?"
    found = {term.value: question[term.start : term.end] for term in tagged(question)}
    assert found == {"checkout": "Checkout", "cost": "cost", "prod": "PROD"}
    assert [term.value for term in tagged(question) if term.comma] == ["cost"]


@pytest.mark.parametrize("question", ["", "?!…", "    ", "-- ; '", "\u202e", "💸"])
def test_what_has_no_words_has_no_terms(question: str) -> None:
    assert tagged(question) == []
