"""Medians, moving averages, profiles, hours, what is new or gone, and parts of names, as they are asked for."""

import pytest

from nl2sql.grammar.draft import Refusal
from nl2sql.grammar.query import CostQuery
from nl2sql.understanding import meant
from tests.nl2sql.builders import CALENDAR, FACTS, query, understood


@pytest.mark.parametrize(
    ("question", "statistic", "unit", "dimensions"),
    [
        ("median daily cost in october", "median", "day", ()),
        ("what was the 95th percentile of daily cost last month?", "p95", "day", ()),
        ("p90 of daily spend by team in october", "p90", "day", ("team",)),
        ("median cost per account in october", "median", "account", ()),
        ("median monthly cost of checkout in 2026", "median", "month", ()),
        ("standard deviation of daily cost in Q3", "stddev", "day", ()),
    ],
)
def test_a_statistic_is_of_days_unless_another_unit_is_said(
    question: str, statistic: str, unit: str, dimensions: tuple[str, ...]
) -> None:
    """As an average is."""
    found = query(question)
    assert (found.statistic, found.average, found.dimensions, found.grain) == (statistic, unit, dimensions, None)


@pytest.mark.parametrize(
    ("question", "steps", "grain"),
    [
        ("7-day moving average of prod in october", 7, "day"),
        ("30 day rolling average of cost in Q3", 30, "day"),
        ("moving average over 4 weeks in Q3", 4, "week"),
        ("3 month moving average of checkout this year", 3, "month"),
        ("smoothed daily cost in october", 7, "day"),
    ],
)
def test_a_moving_average_has_its_steps(question: str, steps: int, grain: str) -> None:
    """Seven days where none are named; the number is neither a limit nor a threshold."""
    found = query(question)
    assert (found.moving, found.grain, found.limit, found.threshold) == (steps, grain, None, None)


@pytest.mark.parametrize(
    ("question", "profile", "limit"),
    [
        ("cost by day of the week in october", "weekday", None),
        ("which day of the week is the most expensive?", "weekday", 1),
        ("weekends vs weekdays in october", "weekend", None),
        ("compare weekday and weekend spend of dev last month", "weekend", None),
        ("cost by hour of the day last week", "hour", None),
    ],
)
def test_a_profile_is_of_weekdays_or_hours(question: str, profile: str, limit: int | None) -> None:
    """And `on weekends` alone stays a filter."""
    found = query(question)
    assert (found.profile, found.weekdays, found.limit) == (profile, None, limit)
    assert query("cost on weekends in october").weekdays == "weekend"


@pytest.mark.parametrize(
    ("question", "appeared", "dimensions", "average"),
    [
        ("new resources this week", "new", ("resource",), None),
        ("which services are new in october?", "new", ("service",), None),
        ("which new resources appeared, who owns them and what do they cost a day", "new", ("resource", "team"), "day"),
        ("which accounts disappeared in october", "gone", ("account",), None),
        ("resources that are no longer charged this month", "gone", ("resource",), None),
    ],
)
def test_what_is_new_or_gone(question: str, appeared: str, dimensions: tuple[str, ...], average: str | None) -> None:
    """Of the dimension that is named."""
    found = query(question)
    assert (found.appeared, found.dimensions, found.average) == (appeared, dimensions, average)


@pytest.mark.parametrize(
    ("question", "dimension", "part"),
    [
        ("cost of resources with web in the name in october", "resource", "web"),
        ('resources whose name contains "web-1" last month', "resource", "web-1"),
        ("services whose name contains sql in october", "service", "sql"),
        ("top 5 resources with batch in their name last month", "resource", "batch"),
    ],
)
def test_a_part_of_a_name_is_a_filter(question: str, dimension: str, part: str) -> None:
    """Whatever the part is a name of elsewhere."""
    found = query(question)
    (condition,) = found.filters
    assert (condition.dimension, condition.values, condition.contains) == (dimension, (part,), True)


def test_hours_are_a_grain_of_few_days() -> None:
    """A year of hours is refused with the reason."""
    refused = meant("hourly cost in 2026", FACTS, CALENDAR, None)
    assert isinstance(refused, Refusal)
    assert refused.text == "By hour, at most 31 days are shown."
    assert query("hourly cost yesterday").grain == "hour"
    assert query("hourly cost of prod last week").period.days == 7


@pytest.mark.parametrize("question", ["new", "median", "cost of the new", "named like"])
def test_a_word_of_these_alone_is_no_question(question: str) -> None:
    """It is asked about or declined, never answered for something else."""
    found = understood(question)
    assert not isinstance(found, CostQuery) or found.appeared or found.statistic


def test_a_follow_up_leaves_the_step_behind() -> None:
    """By month after a median is no median of months."""
    before = query("median daily cost of prod in october")
    after = understood("by week", before)
    assert isinstance(after, CostQuery)
    assert (after.statistic, after.grain) == (None, "week")
    assert isinstance(understood("only checkout", before), CostQuery)
