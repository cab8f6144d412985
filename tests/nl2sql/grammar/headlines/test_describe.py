"""Headlines: the figure first, then what it is of."""

import pytest

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.headlines import amounts
from nl2sql.grammar.headlines.describe import headline
from tests.nl2sql.builders import query


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0.42, "$0.42"),
        (812.4, "$812"),
        (9_999.0, "$9,999"),
        (12_412.0, "$12.4k"),
        (3_210_000.0, "$3.21M"),
        (-5_592.6, "−$5,593"),
    ],
)
def test_money_is_rounded_as_people_say_it(amount: float, shown: str) -> None:
    """Two or three digits that matter."""
    assert amounts.money(amount) == shown


@pytest.mark.parametrize(
    ("question", "columns", "rows", "text"),
    [
        ("payments cost in october", ("effective_cost",), [(12_412.0,)], "$12.4k: payments, October 2026."),
        (
            "commitment coverage in october",
            ("coverage_rate",),
            [(18.16,)],
            "18.2 % covered by commitments: all spend, October 2026.",
        ),
        (
            "how many percent cheaper than list in october",
            ("savings_rate",),
            [(8.75,)],
            "8.8 % below list prices: all spend, October 2026.",
        ),
        (
            "number of resources by environment in october",
            ("environment", "resources"),
            [("dev", 20), ("prod", 71), ("staging", 29), ("unallocated", 4)],
            "71 resources in prod, 29 in staging, 20 in dev and 1 more: October 2026.",
        ),
        ("nonprod cost in october", ("effective_cost",), [(400.0,)], "$400: non-prod, October 2026."),
        ("cost without prod in october", ("effective_cost",), [(400.0,)], "$400: without prod, October 2026."),
        (
            "credits by month in q3",
            ("month", "effective_cost"),
            [("2026-07-01", -30.0), ("2026-08-01", -10.0)],
            "−$40 in total, most Jul 2026 with −$30: credits, Q3 2026.",
        ),
        (
            "ec2 on demand vs savings plans in october",
            ("on_demand", "savings_plans"),
            [(300.0, 200.0)],
            "on demand $300, savings plans $200: Amazon Elastic Compute Cloud, October 2026.",
        ),
        (
            "teams over 100 dollars in october",
            ("team", "effective_cost"),
            [("payments", 400.0), ("unallocated", 200.0)],
            "1 team and what is unallocated over $100, $600 together, most payments with $400: October 2026.",
        ),
        (
            "amount invoiced by aws in q2 without tax",
            ("invoice_cost",),
            [(400.0,)],
            "$400 invoiced, by invoice month: AWS, without tax, Q2 2026.",
        ),
        (
            "cost by team in october",
            ("team", "effective_cost"),
            [("a", 700.0), ("b", 300.0)],
            "$1,000 in total, of which a $700: all spend, October 2026.",
        ),
        (
            "most expensive team in october",
            ("team", "effective_cost"),
            [("a", 700.0)],
            "a: $700, October 2026.",
        ),
        ("how many accounts in october", ("accounts",), [(3,)], "3 accounts: all spend, October 2026."),
        (
            "october vs september",
            ("x", "y", "change", "change_percent"),
            [(120.0, 100.0, 20.0, 20.0)],
            "$120, up $20 (+20.0 %) vs September 2026: all spend, October 2026.",
        ),
        (
            "what % of spend was prod in october",
            ("share_percent", "effective_cost", "of_total"),
            [(69.2, 692.0, 1000.0)],
            "69.2 %: prod is $692 of $1,000, all spend, October 2026.",
        ),
        (
            "which resources cost more than $50 a month in 2026",
            ("month", "resource", "effective_cost"),
            [("2026-09-01", "a", 60.0), ("2026-10-01", "a", 70.0), ("2026-10-01", "b", 55.0)],
            "2 resources over $50 a month, 3 times, $185 together, most a in Oct 2026 with $70: 1 Jan – 15 Nov 2026.",
        ),
        (
            "prod share of each month in 2026",
            ("month", "share_percent", "effective_cost", "of_total"),
            [("2026-09-01", 60.0, 60.0, 100.0), ("2026-10-01", 70.0, 70.0, 100.0), ("2026-11-01", 65.0, 65.0, 100.0)],
            (
                "prod: 65.0 % in Nov 2026, from 60.0 % in Sep 2026, most in Oct 2026 with 70.0 %; of all spend, "
                "1 Jan – 15 Nov 2026."
            ),
        ),
        (
            "share of the top 2 teams in october",
            ("team", "effective_cost", "share_percent"),
            [("a", 500.0, 50.0), ("b", 300.0, 30.0)],
            "80.0 % together: a 50.0 %, b 30.0 %; of all spend, October 2026.",
        ),
        ("payments cost in october", ("effective_cost",), [(0.0,)], "Nothing: no charges for payments, October 2026."),
        ("payments cost in october", ("currency", "effective_cost"), [("EUR", 5.0)], "€5: payments, October 2026."),
        (
            "payments cost in october",
            ("currency", "effective_cost"),
            [("EUR", 5.0), ("USD", 6.0)],
            "2 rows, each currency on its own: payments, October 2026.",
        ),
    ],
)
def test_the_headline_says_the_figure_that_was_asked_for(
    question: str, columns: tuple[str, ...], rows: list[tuple[object, ...]], text: str
) -> None:
    """Every shape of answer."""
    assert headline(query(question), columns, rows, "USD", semantics()) == text
