"""What the grammar makes of limits, parts and kinds of things, and of follow-ups on them."""

import pytest

from nl2sql.grammar.draft import Refusal
from nl2sql.grammar.query import Threshold
from tests.nl2sql.builders import query, understood


@pytest.mark.parametrize(
    "question", ["what isn't allocated to any environment in october", "cost not attributed to any environment"]
)
def test_what_has_no_value_of_a_kind(question: str) -> None:
    """`any` belongs to the kind, and breaks nothing down."""
    found = query(question)
    assert found.dimensions == ()
    assert [(one.dimension, one.values) for one in found.filters] == [("environment", (None,))]


@pytest.mark.parametrize(
    ("question", "threshold"),
    [
        ("services costing 5% or more of the october bill", Threshold(True, 5, percent=True)),
        ("teams with 10k or more in october", Threshold(True, 10_000)),
        ("accounts at 500 dollars or less in october", Threshold(False, 500)),
    ],
)
def test_an_amount_with_its_side_behind_it(question: str, threshold: Threshold) -> None:
    """`5 % or more` is a limit as `at least 5 %` is."""
    assert query(question).threshold == threshold


def test_an_amount_in_per_cent_is_never_passed_over() -> None:
    """Where it is no limit it is not understood."""
    assert isinstance(understood("services of checkout with 5% in october"), Refusal)


def test_the_previous_week_is_the_one_before_what_was_asked() -> None:
    """In a thread about last week it is no other name of that."""
    before = query("daily ec2 cost last week")
    assert query("and the previous week?", before).period.start.isoformat() == "2026-10-26"


@pytest.mark.parametrize(
    ("question", "dimension"),
    [
        ("most expensive database of payments in october", "resource"),
        ("top 3 databases last month", "resource"),
        ("most expensive database service in october", "service"),
    ],
)
def test_databases_are_resources_and_their_services(question: str, dimension: str) -> None:
    """As machines and buckets are."""
    assert query(question).dimensions == (dimension,)


def test_general_words_in_a_follow_up_are_of_what_was_asked() -> None:
    """`their biggest instances` after RDS are RDS's, and no other machines."""
    before = query("rds in october by team")
    found = query("and their biggest instances?", before)
    assert [one.label for one in found.filters] == ["Amazon Relational Database Service"]
    assert found.dimensions == ("resource",)


@pytest.mark.parametrize(
    "question", ["ec2 in october without the savings plan part", "ec2 excluding the dev portion in october"]
)
def test_a_part_that_is_left_out_is_no_share(question: str) -> None:
    """An amount is asked for."""
    assert query(question).share_of is None
    assert query("what part of ec2 is not prod in october").share_of is not None


def test_usage_cost_is_an_amount_and_no_quantity() -> None:
    """`how much usage` is told in hours and gigabytes."""
    assert query("how much usage cost did we have in october without credits").metric == "effective_cost"
    assert query("how much usage of ec2 in october").metric == "usage_quantity"


@pytest.mark.parametrize("question", ["largest dev spenders by team, top 3, sept", "october, 3 biggest teams in dev"])
def test_a_comma_parts_a_number_from_a_month(question: str) -> None:
    """`top 3, sept` is of all September."""
    found = query(question)
    assert found.period.days >= 30
    assert found.limit == 3


def test_net_of_credits_leaves_them_in() -> None:
    """They are taken off, as they are anyway."""
    assert query("net of credits, what did aws cost in q2").filters == query("what did aws cost in q2").filters
    assert query("aws in q2 without credits").filters != query("aws in q2").filters


@pytest.mark.parametrize(
    "question", ["how well are our savings plans used in q3", "how well do we use the savings plan in october"]
)
def test_how_well_commitments_are_used(question: str) -> None:
    """Is their utilization, and no share of all spend."""
    found = query(question)
    assert found.metric == "utilization_rate"
    assert found.share_of is None


def test_sides_that_differ_have_not_changed() -> None:
    """`how does prod differ from dev` is of one period; a month differs from another by a change."""
    assert query("how does prod differ from dev in october").compared == ()
    assert len(query("how did october differ from september for ec2").compared) == 1
