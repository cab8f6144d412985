"""Sides of a comparison that are no single names."""

import pytest

from nl2sql.grammar.draft import Doubt
from tests.nl2sql.builders import query, understood


@pytest.mark.parametrize(
    ("question", "dimensions"),
    [
        ("refunds and credits from microsoft this year", ("charge_class", "charge_category")),
        ("how much on demand or savings plans in october", ("pricing_category", "commitment_type")),
    ],
)
def test_parts_of_the_bill_that_no_charge_is_both_of(question: str, dimensions: tuple[str, ...]) -> None:
    """As two filters they would leave nothing."""
    found = query(question)
    assert tuple(side.dimension for side in found.scopes) == dimensions
    assert not {one.dimension for one in found.filters} & {*dimensions}


def test_parts_of_one_column_stay_one_filter() -> None:
    """Credits and tax are both told by the charge's category."""
    found = query("purchases and credits in october")
    assert found.scopes == ()
    assert found.filters[0].values == ("Purchase", "Credit")


@pytest.mark.parametrize(
    "question",
    [
        "staging and dev together vs prod, october",
        "prod versus staging and dev combined in october",
        "compare staging plus dev combined against prod, october",
    ],
)
def test_names_put_together_are_one_side(question: str) -> None:
    """Two rows, one of them the sum."""
    found = query(question)
    assert {frozenset(side.values) for side in found.scopes} == {frozenset({"staging", "dev"}), frozenset({"prod"})}


def test_names_that_are_not_put_together_stay_apart() -> None:
    """Each its own row."""
    assert len(query("staging and dev vs prod, october").scopes) == 3


@pytest.mark.parametrize("question", ["the october and september cost by team", "cost per service, q3 and q2"])
def test_months_told_backwards_stand_side_by_side(question: str) -> None:
    """They are no span; forwards, or summed, they are."""
    assert len(query(question).compared) == 1


@pytest.mark.parametrize("question", ["cost of september and october", "october and september cost combined"])
def test_months_that_are_a_span(question: str) -> None:
    """One period of two months."""
    found = query(question)
    assert found.compared == ()
    assert found.period.days == 61


@pytest.mark.parametrize(
    "question", ["how expensive is it?", "how much is that", "what did it cost us", "how much was it"]
)
def test_what_is_pointed_at_must_be_known(question: str) -> None:
    """Without a question before, `it` is nothing that has a cost."""
    assert isinstance(understood(question), Doubt)


def test_names_of_different_kinds_joined_by_or_stand_side_by_side() -> None:
    """Together they would be what is both."""
    found = query("cost of ml-platform or the payments team in october")
    assert [side.dimension for side in found.scopes] == ["account", "team"]
    assert found.filters == ()
    assert len(query("ec2 or lambda in october").filters) == 1
