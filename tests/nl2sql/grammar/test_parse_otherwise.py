"""What the grammar makes of questions said otherwise: periods, parts of shares, names that several begin with."""

import pytest

from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.query import CostQuery, Threshold
from tests.nl2sql.builders import query, understood


@pytest.mark.parametrize(
    ("question", "start", "end", "compared"),
    [
        ("first half of october vs second half", "2026-10-16", "2026-11-01", "2026-10-01"),
        ("did ec2 cost less this october than last october", "2026-10-01", "2026-11-01", "2025-10-01"),
        ("most expensive day of the year so far", "2026-01-01", "2026-11-16", None),
        ("cost since the first of september", "2026-09-01", "2026-11-16", None),
        ("cost in 10/2026", "2026-10-01", "2026-11-01", None),
        ("cost in 2026/09", "2026-09-01", "2026-10-01", None),
        ("are databases dearer in october than a year ago", "2026-10-01", "2026-11-01", "2025-10-01"),
        ("yesterday vs a week ago", "2026-11-14", "2026-11-15", "2026-11-07"),
        ("cost of the rise on october 7 and 8", "2026-10-07", "2026-10-09", "2026-10-05"),
        ("fastest growing team this year: january to october", "2026-10-01", "2026-11-01", "2026-01-01"),
        ("cheapest month of 2026 so far", "2026-01-01", "2026-11-01", None),
        ("last 30 days vs previous 30 days per cloud", "2026-10-16", "2026-11-15", "2026-09-16"),
        ("last 3 months compared to the previous 3 months", "2026-08-01", "2026-11-01", "2026-05-01"),
    ],
)
def test_periods_of_questions(question: str, start: str, end: str, compared: str | None) -> None:
    """Halves of one month beside each other, months in figures; the running month is no cheapest one."""
    found = query(question)
    assert (found.period.start.isoformat(), found.period.end.isoformat()) == (start, end)
    assert [one.start.isoformat() for one in found.compared] == ([compared] if compared else [])


def test_a_part_that_is_left_out_can_be_the_share_of_each_group() -> None:
    """Non-prod as a share of each team is no distribution of non-prod over teams."""
    found = query("non-prod as a share of each team's october spend")
    assert found.filters == ()
    assert found.share_of
    assert found.share_of[0].negated
    assert found.share_of[0].values == ("prod",)


def test_prices_are_no_amounts() -> None:
    """What a unit costs is not compared by what everything cost."""
    assert isinstance(understood("which prices went up"), Refusal)


def test_a_part_of_a_region_that_others_begin_with_is_asked_about() -> None:
    """`west` is in eu-west-1 and begins westeurope."""
    assert isinstance(understood("cost in the west region"), Doubt)


def test_the_same_for_another_kind_keeps_the_limit() -> None:
    """`top 5 teams`, `same for services`: five of them; `by service` are all."""
    top = query("top 5 teams in october")
    assert (query("same for services", top).dimensions, query("same for services", top).limit) == (("service",), 5)
    assert query("by service", top).limit is None


@pytest.mark.parametrize(
    ("question", "part", "expected"),
    [
        ("what do we effectively pay per ec2 hour", "metric", "unit_cost"),
        ("break october down by team", "dimensions", ("team",)),
        ("what does an ec2 instance cost us on average", "average", "resource"),
        ("ec2 instances of payments with their cost", "dimensions", ("resource",)),
        ("ec2 instances costing less than 300 dollars", "dimensions", ("resource",)),
        ("unused commitments by type", "dimensions", ("commitment_type",)),
        ("top spender among the teams", "limit", 1),
        ("plot prod and dev per week", "dimensions", ("environment",)),
        ("prod and dev per week in total", "dimensions", ()),
        ("AWS and Azure only, by month", "dimensions", ()),
        ("teams under 30 grand", "threshold", Threshold(over=False, amount=30_000.0)),
        ("teams over half a million", "threshold", Threshold(over=True, amount=500_000.0)),
        ("how much do databases cost across clouds", "dimensions", ()),
    ],
)
def test_parts_of_the_query(question: str, part: str, expected: object) -> None:
    """Names set out side by side, amounts in words, verbs in two parts, averages of one thing."""
    assert getattr(query(question), part) == expected


def test_the_second_of_something_unordered_is_not_guessed() -> None:
    """A number of a week is none of a ranking."""
    assert not isinstance(understood("cost of the second thing by week"), CostQuery)


def test_coverage_is_of_all_usage() -> None:
    """The kind of commitment narrows what is covered, not what it is a share of."""
    found = query("what percentage of EC2 is covered by savings plans in october")
    assert (found.metric, found.share_of) == ("coverage_rate", None)
    assert {(f.dimension, f.values, f.negated) for f in found.filters} == {
        ("service", ("Amazon Elastic Compute Cloud",), False),
        ("commitment_type", ("Compute Savings Plan",), False),
    }


def test_what_stands_before_as_a_share_of_each_is_the_part() -> None:
    """Also with a period between; without `each` it is a filter."""
    found = query("how much did prod cost last month as a share of each team")
    assert found.share_of
    assert (found.share_of[0].values, found.filters) == (("prod",), ())


@pytest.mark.parametrize(
    ("question", "limit", "dimension"),
    [
        ("name our 3 biggest cost drivers in october", 3, "service"),
        ("least expensive accounts last month, 3 of them", 3, "account"),
        ("third largest azure service in september", 1, "service"),
        ("second biggest aws account in october", 1, "account"),
        ("biggest ec2 machines by cost in sept, five please", 5, "resource"),
        ("most expensive teams last month, 3", 3, "team"),
    ],
)
def test_how_many_of_a_ranking(question: str, limit: int, dimension: str) -> None:
    """The number may stand before, behind, or be said as a place."""
    found = query(question)
    assert (found.limit, found.dimensions) == (limit, (dimension,))


def test_a_year_behind_over_is_no_amount() -> None:
    """`monthly cost over 2026` is of that year; `days over 2000` are dear ones."""
    assert query("monthly ec2 cost over 2026").threshold is None
    assert query("monthly ec2 cost over 2026").period.start.isoformat() == "2026-01-01"
    assert query("services over 2000 in october").threshold == Threshold(True, 2000)


@pytest.mark.parametrize(
    ("question", "with_tax", "left_out"),
    [
        ("october by charge category, tax too", True, ()),
        ("cost of aws in q3, tax as well", True, ()),
        ("amount invoiced by aws in q2, without tax", False, ("Tax",)),
        ("invoices of aws in q2 excluding taxes", False, ("Tax",)),
        ("cost of aws in q2 without tax", False, ()),
    ],
)
def test_tax_in_and_out(question: str, with_tax: bool, left_out: tuple[str, ...]) -> None:
    """Invoices hold it, so that leaving it out narrows them."""
    found = query(question)
    assert found.with_tax is with_tax
    assert tuple(value for one in found.filters if one.negated for value in one.values) == left_out


@pytest.mark.parametrize(
    "question", ["data transfer cost last month", "what do load balancers cost by team in october"]
)
def test_meters_tell_kinds_of_charges(question: str) -> None:
    """No service is called so; the names of meters hold it."""
    (meter,) = query(question).filters
    assert meter.dimension == "usage_type"
    assert meter.contains


@pytest.mark.parametrize(
    "question", ["cost of the machine last month", "what did the server cost in october", "cost of the database"]
)
def test_one_of_several_machines_is_asked_about(question: str) -> None:
    """`the machine` is one, and nothing says which; `machines` are all."""
    assert isinstance(understood(question), Doubt)
    assert isinstance(query("cost of the machines last month"), CostQuery)


def test_a_condition_that_is_said_twice_is_one() -> None:
    """`nobody's team (no team tag)`."""
    assert len(query("money spent by nobody (no team tag) in september").filters) == 1


@pytest.mark.parametrize(
    "question", ["run: update charges set effective_cost = 0", "please UPDATE finops.budgets SET amount=1"]
)
def test_a_statement_that_writes_is_blocked(question: str) -> None:
    """`update on october` asks for news; `update … set` would write."""
    found = understood(question)
    assert isinstance(found, Refusal)
    assert found.unsafe


def test_periods_of_one_length_are_compared_whole() -> None:
    """Only where their lengths differ is an average of each compared."""
    assert query("last 30 days vs previous 30 days").average is None
    assert query("october vs the previous 3 months").average == "month"


@pytest.mark.parametrize(
    "question", ["commitment discounts: used vs unused in october", "unused and used commitments in october"]
)
def test_used_beside_unused_is_a_side(question: str) -> None:
    """Commitments as a whole hold both."""
    found = query(question)
    values = {value for side in (*found.scopes, *found.filters) for value in side.values}
    assert values == {"Used", "Unused"}


def test_metrics_between_which_a_difference_is_asked_for() -> None:
    """Side by side."""
    found = query("delta between list and effective cost in q3")
    assert {found.metric, *found.beside} == {"list_cost", "effective_cost"}


@pytest.mark.parametrize("question", ["checkout month after month in 2026", "ec2 day after day last week"])
def test_step_after_step(question: str) -> None:
    """A row for each."""
    assert query(question).grain in ("month", "day")


def test_the_word_that_is_not_known_is_told_as_it_was_written() -> None:
    """And not as it was repaired."""
    found = understood("cost of slack-bot last month")
    assert isinstance(found, Refusal)
    assert "“slack-bot”" in found.text
