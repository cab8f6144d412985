"""Queries as SQL, run on a few rows whose answer is known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.query import CostQuery, Filter
from nl2sql.grammar.sql.compile import compile_query
from nl2sql.grammar.sql.context import CompileContext
from tests.flows.daily import spend
from tests.nl2sql.builders import query

OCTOBER, NOVEMBER = date(2026, 10, 5), date(2026, 11, 5)
EC2, LAMBDA, RDS = "Amazon Elastic Compute Cloud", "AWS Lambda", "Amazon Relational Database Service"


@pytest.fixture(autouse=True)
def bill(session: Session) -> None:
    """October: 300 + 40 of EC2, 100 of Lambda, 60 of RDS; November: 30 of EC2, 250 of Lambda."""
    spend(session, OCTOBER, [100.0, 200.0], service=EC2, team="payments", environment="prod")
    spend(session, OCTOBER, [40.0], service=EC2, team="checkout", environment="staging")
    spend(session, OCTOBER, [100.0], service=LAMBDA, team="payments", environment="prod")
    spend(session, OCTOBER, [60.0], service=RDS, environment="prod")
    spend(session, OCTOBER, [999.0], service=EC2, charge_category="Tax", team="payments")
    spend(session, NOVEMBER, [30.0], service=EC2, team="payments", environment="prod")
    spend(session, NOVEMBER, [250.0], service=LAMBDA, team="payments", environment="prod")


def answer(session: Session, asked: CostQuery | str, **context: Any) -> list[dict[str, Any]]:
    """The rows of a question; amounts as numbers."""
    found = query(asked) if isinstance(asked, str) else asked
    sql = compile_query(found, CompileContext(semantics(), **context)).sql("postgres")
    rows = session.execute(sa.text(sql.replace(":", "\\:"))).mappings()
    return [{name: float(v) if isinstance(v, Decimal) else v for name, v in row.items()} for row in rows]


def test_a_total_is_one_row_without_tax(session: Session) -> None:
    assert answer(session, "what did we spend last month?") == [{"effective_cost": 500.0}]


def test_a_breakdown_adds_up_to_the_total(session: Session) -> None:
    """Largest first; what belongs to nobody is a row of its own."""
    rows = answer(session, "cost by service last month")
    assert [(row["service"], row["effective_cost"]) for row in rows] == [(EC2, 340.0), (LAMBDA, 100.0), (RDS, 60.0)]
    teams = answer(session, "cost by team last month")
    assert [row["effective_cost"] for row in teams] == [400.0, 60.0, 40.0]
    assert sum(row["effective_cost"] for row in teams) == 500.0


def test_names_narrow_the_rows(session: Session) -> None:
    assert answer(session, "what did ec2 cost payments last month?") == [{"effective_cost": 300.0}]
    assert answer(session, "cost last month except prod") == [{"effective_cost": 40.0}]


def test_two_of_one_dimension_stand_side_by_side_as_rows(session: Session) -> None:
    rows = answer(session, "prod vs staging cost last month")
    assert [(row["environment"], row["effective_cost"]) for row in rows] == [("prod", 460.0), ("staging", 40.0)]


def test_groups_over_an_amount_are_counted(session: Session) -> None:
    """Over means over: of 340, 100 and 60 one is over 100."""
    assert answer(session, "how many services cost over $100 last month") == [{"services": 1}]
    assert answer(session, "how many services cost over $99 last month") == [{"services": 2}]
    assert answer(session, "how many days cost over $150 last month") == [{"days": 2}]


def test_a_share_is_of_everything_in_the_period(session: Session) -> None:
    [row] = answer(session, "what share of cost is payments last month")
    assert (row["share_percent"], row["effective_cost"], row["of_total"]) == (80.0, 400.0, 500.0)


def test_a_change_names_both_amounts(session: Session) -> None:
    """Of October against September there is nothing to divide by: no percentage, and no error."""
    rows = answer(session, "cost by service in october vs september")
    assert {(row["service"], row["change"], row["change_percent"]) for row in rows} == {
        (EC2, 340.0, None),
        (LAMBDA, 100.0, None),
        (RDS, 60.0, None),
    }


@pytest.mark.parametrize("name", ["O'Reilly", "x'; DROP TABLE finops.daily_costs; --", 'a"b', "100%", "a\\b"])
def test_a_name_is_a_value_and_never_sql(session: Session, name: str) -> None:
    """Whatever a tag holds is compared, not run."""
    spend(session, OCTOBER, [7.0], team=name)
    found = replace(query("what did we spend last month?"), filters=(Filter("team", (name,), name),))
    sql = compile_query(found, CompileContext(semantics())).sql("postgres")
    row = session.connection().exec_driver_sql(sql.replace("%", "%%")).one()
    assert float(row.effective_cost) == 7.0
    assert session.scalar(sa.text("SELECT count(*) FROM finops.daily_costs")) == 9


def test_several_currencies_are_told_apart(session: Session) -> None:
    """Nothing is added over them."""
    spend(session, OCTOBER, [5_000.0], service=EC2, currency="JPY")
    rows = answer(session, "what did we spend last month?", several_currencies=True)
    assert {(row["currency"], row["effective_cost"]) for row in rows} == {("USD", 500.0), ("JPY", 5_000.0)}
