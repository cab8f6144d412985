"""Figures over bills in several currencies: each on its own, or all in the one that was asked for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from config.access import SYSTEM
from config.organisation import Organisation
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask, run_sql
from nl2sql.deps import Deps


def answered(question: str, deps: Deps) -> Answer:
    answer = ask(question, SYSTEM, None, deps)
    assert isinstance(answer, Answer), answer.text
    return answer


@pytest.fixture
def rated(mixed: Deps) -> Deps:
    """A dollar is half a euro."""
    return replace(mixed, organisation=Organisation(exchange_rates={"EUR": Decimal("0.5")}))


def test_shares_and_running_totals_are_of_one_currency(mixed: Deps) -> None:
    """A team's share is of what is charged in its currency; a total or a change does not run on in another."""
    shares = answered("share of spend by team in october", mixed)
    assert {row[:2]: round(row[3], 2) for row in shares.rows} == {
        ("payments", "EUR"): 100.0,
        ("payments", "USD"): round(100 * 112 / 157, 2),
        ("checkout", "USD"): round(100 * 40 / 157, 2),
        ("unallocated", "USD"): round(100 * 5 / 157, 2),
    }
    running = answered("cumulative cost by day in october", mixed)
    assert {row[:2]: row[3] for row in running.rows}["2026-10-11", "USD"] == 157.0
    moved = answered("daily cost in october with change", mixed)
    assert {row[:2]: row[3] for row in moved.rows}["2026-10-11", "USD"] == -13.0
    assert {row[:2]: row[3] for row in moved.rows}["2026-10-11", "EUR"] is None


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("90th percentile of daily cost in october", "$40 and €0 is the 90th percentile of the cost of a day, each"),
        ("90th percentile of daily cost by team in october", "4 rows, each currency on its own"),
        ("cost by weekday in october", "An average day, 5 rows, each currency on its own"),
        ("new services in october", "1 new service, $17 together: AWS Lambda $17"),
        ("7-day moving average of daily cost in october", "5 rows, each currency on its own"),
    ],
)
def test_what_is_made_in_steps_is_told_by_currency(question: str, told: str, mixed: Deps) -> None:
    """No figure is in a currency called several, and none of one leads those of another."""
    text = answered(question, mixed).text.splitlines()[0]
    assert told in text
    assert "several" not in text.replace("several currencies", "")
    assert "highest" not in text.casefold()


def test_an_exchange_comes_before_sums_ranks_and_medians(rated: Deps) -> None:
    """As if the bills were in the currency that was asked for."""
    shares = answered("share of spend by team in october in EUR", rated)
    assert [(row[0], round(row[2], 2)) for row in shares.rows] == [
        ("payments", round(100 * 9530 / 9552.5, 2)),
        ("checkout", round(100 * 20 / 9552.5, 2)),
        ("unallocated", round(100 * 2.5 / 9552.5, 2)),
    ]
    assert answered("top 3 services in october in EUR", rated).rows == (
        ("AWS Lambda", 9482.5),
        ("Amazon Elastic Compute Cloud", 70.0),
    )
    assert answered("how many services cost over 69 in october in EUR?", rated).rows == ((2,),)
    assert answered("how many services cost over 71 in october in EUR?", rated).rows == ((1,),)
    peak = answered("99th percentile of daily cost from 5 october to 11 october in EUR", rated)
    assert peak.rows == ((pytest.approx(50 + 0.94 * (9475 - 50)),),)
    assert "in EUR" not in peak.text
    assert peak.currency == "EUR"
    total = answered("cost in october in EUR", rated)
    assert total.rows == ((9552.5,),)
    assert "Exchanged by the rates of finops.yaml: 1 USD = 0.5 EUR." in total.text
    assert "The SQL is in the bill's currency" not in total.text


def test_rows_of_sql_that_say_no_currency_are_not_exchanged(rated: Deps) -> None:
    """A sum over currencies that somebody wrote is shown as it is, and that is said; it is no error of ours."""
    counted = answered("how many services in october in EUR?", rated)
    assert counted.rows == ((2,),)
    thread = "t"
    run_sql("SELECT sum(effective_cost) AS cost FROM reporting.daily_costs", SYSTEM, thread, rated)
    again = ask("in EUR", SYSTEM, thread, rated)
    assert isinstance(again, Answer)
    assert "The amounts are not exchanged: the rows do not say their currencies." in again.text
