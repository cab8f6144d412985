"""How rows are ordered, cut and left out; judged by what comes back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.query import CostQuery, Threshold
from nl2sql.grammar.sql.compile import compile_query
from nl2sql.grammar.sql.context import CompileContext
from tests.flows.daily import spend
from tests.nl2sql.builders import query

SEPTEMBER, OCTOBER = date(2026, 9, 5), date(2026, 10, 5)


@pytest.fixture(autouse=True)
def bill(session: Session) -> None:
    """September: a 100, b 100, c 50, d 10; October: a 100, b 160, c 10, d 10, e 5."""
    for service, cost in {"a": 100.0, "b": 100.0, "c": 50.0, "d": 10.0}.items():
        spend(session, SEPTEMBER, [cost], service=service)
    for service, cost in {"e": 5.0, "d": 10.0, "c": 10.0, "b": 160.0, "a": 100.0}.items():
        spend(session, OCTOBER, [cost], service=service)


BY_SERVICE = query("cost by service last month")
CHANGED = query("cost by service in october vs september")


def services(session: Session, asked: CostQuery, column: str = "service") -> list[Any]:
    sql = compile_query(asked, CompileContext(semantics())).sql("postgres")
    return [row[column] for row in session.execute(sa.text(sql)).mappings()]


def test_the_largest_come_first_and_equal_ones_by_name(session: Session) -> None:
    assert services(session, BY_SERVICE) == ["b", "a", "c", "d", "e"]
    assert services(session, replace(BY_SERVICE, order="asc")) == ["e", "c", "d", "a", "b"]


def test_the_first_groups_of_all_have_every_step(session: Session) -> None:
    """Top services by month are the largest over both months, each with all of its months."""
    both = query("top 2 services by month from september to october")
    assert both.limit == 2
    sql = compile_query(both, CompileContext(semantics())).sql("postgres")
    found = [tuple(row)[:3] for row in session.execute(sa.text(sql))]
    months = (date(2026, 9, 1), date(2026, 10, 1))
    assert found == [
        (months[0], "a", 100),
        (months[0], "b", 100),
        (months[1], "a", 100),
        (months[1], "b", 160),
    ]
    second = replace(both, offset=1)
    assert services(session, second) == ["a", "c", "a", "c"]


def test_a_ranking_is_cut_and_begun_where_it_was_asked(session: Session) -> None:
    assert services(session, replace(BY_SERVICE, limit=2)) == ["b", "a"]
    assert services(session, replace(BY_SERVICE, limit=1, offset=2)) == ["c"]
    assert services(session, replace(BY_SERVICE, limit=2, order="asc")) == ["e", "c"]


@pytest.mark.parametrize(
    ("threshold", "left"),
    [
        (Threshold(over=True, amount=10), ["b", "a"]),
        (Threshold(over=False, amount=100), ["c", "d", "e"]),
        (Threshold(over=True, amount=10, upto=100), ["a", "c", "d"]),
    ],
)
def test_amounts_at_the_threshold_are_neither_over_nor_under(
    session: Session, threshold: Threshold, left: list[str]
) -> None:
    """But within, where both ends are named."""
    assert services(session, replace(BY_SERVICE, threshold=threshold)) == left


def test_days_stand_in_the_order_of_the_calendar(session: Session) -> None:
    """Not of their costs; a top of days is a ranking again."""
    spend(session, date(2026, 10, 9), [900.0], service="a")
    spend(session, date(2026, 10, 2), [1.0], service="a")
    days = query("cost by day last month")
    assert services(session, days, "day") == [date(2026, 10, day) for day in (2, 5, 9)]
    assert services(session, replace(days, limit=1), "day") == [date(2026, 10, 9)]


@pytest.mark.parametrize(
    ("change", "first"),
    [("difference", ["b", "c"]), ("up", ["b", "e"]), ("down", ["c", "a"]), ("percent_down", ["c", "a"])],
)
def test_a_change_is_ranked_by_what_was_asked(session: Session, change: Any, first: list[str]) -> None:
    """b +60, e +5, c −40, the others none: by size, upward, downward; what is new has no percentage."""
    assert services(session, replace(CHANGED, change=change, order="desc"))[:2] == first


def test_what_is_new_does_not_lead_a_ranking_in_percent(session: Session) -> None:
    """There is nothing that it could be compared with: it comes last."""
    found = services(session, replace(CHANGED, change="percent_up", order="desc"))
    assert (found[0], found[-1]) == ("b", "e")


def test_only_what_moved_that_way_is_listed_where_it_is_asked(session: Session) -> None:
    assert services(session, replace(CHANGED, change="up", moved_only=True)) == ["b", "e"]
    assert services(session, replace(CHANGED, change="down", moved_only=True)) == ["c"]


def test_a_fall_by_more_than_an_amount_is_a_fall(session: Session) -> None:
    """Down by over 30: the sign is the question's."""
    fell = replace(CHANGED, change="down", threshold=Threshold(over=True, amount=30))
    assert services(session, fell) == ["c"]


def test_the_top_within_each_group_is_cut_in_each(session: Session) -> None:
    """Groups by name, each with its own largest."""
    spend(session, OCTOBER, [70.0], service="a", region="eu-west-1")
    spend(session, OCTOBER, [80.0], service="c", region="eu-west-1")
    spend(session, OCTOBER, [1.0], service="b", region="eu-west-1")
    within = replace(BY_SERVICE, dimensions=("region", "service"), limit=2, limit_within="region")
    sql = compile_query(within, CompileContext(semantics())).sql("postgres")
    rows = session.execute(sa.text(sql)).mappings()
    assert [(row["region"], row["service"]) for row in rows] == [
        ("eu-west-1", "c"),
        ("eu-west-1", "a"),
        ("us-east-1", "b"),
        ("us-east-1", "a"),
    ]
