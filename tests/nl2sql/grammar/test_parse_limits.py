"""What the grammar makes of limits, parts and kinds of things, and of follow-ups on them."""

import pytest

from nl2sql.grammar.draft import Doubt, Refusal
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


@pytest.mark.parametrize("question", ["and what was the peak?", "which was the highest", "the cheapest?"])
def test_the_peak_of_what_was_listed(question: str) -> None:
    """One day of the days before it; sorting them is something else."""
    before = query("daily ec2 cost in september")
    found = query(question, before)
    assert (found.grain, found.limit) == ("day", 1)


def test_what_caused_a_peak_is_asked_back() -> None:
    """Its day stands in the rows, and no question names it."""
    peak = query("what was the peak?", query("daily ec2 cost in september"))
    assert isinstance(understood("which service caused that", peak), Doubt)
    assert query("which services on 17 september", peak).dimensions == ("service",)


def test_the_part_of_a_share_is_no_group() -> None:
    """`what share is sandbox` after a breakdown by account is of all of them."""
    before = query("unallocated cost in october by account")
    found = query("what share is sandbox", before)
    assert found.dimensions == ()
    assert [one.label for one in found.share_of or ()] == ["sandbox"]


def test_untagged_resources_are_ranked() -> None:
    """With the number behind them."""
    found = query("untagged resources in october, the 5 most expensive")
    assert (found.dimensions, found.limit, found.period.days) == (("resource",), 5, 31)


@pytest.mark.parametrize(
    "question",
    [
        "hello finops team, our auditors ask for tax by provider in q3",
        "half year costs 2026 per team (h1)",
        "payments: how much is covered by commitments in october, percent",
    ],
)
def test_preambles_and_doubled_words(question: str) -> None:
    """What says nothing more is passed over; coverage is of all usage."""
    found = query(question)
    assert found.metric != "coverage_rate" or len(found.filters) == 1


def test_no_corrects_what_was_asked() -> None:
    """With a comma, in a thread; `no tax` leaves something out."""
    before = query("lambda by team in september")
    found = query("no, october", before)
    assert (found.period.label, found.dimensions) == ("October 2026", ("team",))
    assert understood("no, october") != found


@pytest.mark.parametrize(
    ("question", "compared"),
    [("how does that compare to a month earlier?", "September 2026"), ("versus one year earlier", "October 2025")],
)
def test_a_unit_earlier_is_beside_what_was_asked(question: str, compared: str) -> None:
    """And no step of time."""
    found = query(question, query("ec2 cost in october"))
    assert [one.label for one in found.compared] == [compared]
    assert found.grain is None


def test_months_before_their_names_say_nothing_more() -> None:
    """`for the months July and August`."""
    assert query("ec2 spending for the months july and august").period.label == "1 Jul – 31 Aug 2026"


@pytest.mark.parametrize("question", ["who uses lambda? october", "ec2: who pays how much in october"])
def test_who_uses_what_is_told_by_team(question: str) -> None:
    """With what it costs them."""
    assert query(question).dimensions == ("team",)
