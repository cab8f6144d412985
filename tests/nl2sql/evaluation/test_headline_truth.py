"""Sentences that say something else than the rows under them."""

from dataclasses import replace
from datetime import date

import pytest

from nl2sql.answers.outcomes import Answer
from nl2sql.evaluation.headline_truth import untruths

TODAY = date(2026, 11, 15)
_WHERE = "WHERE usage_date >= CAST('2026-10-01' AS DATE) AND usage_date < CAST('2026-11-01' AS DATE)"
OCTOBER = Answer(
    text="$1,000 in total, of which payments $700: all spend, October 2026.",
    sql=f"SELECT team, SUM(effective_cost) AS effective_cost FROM reporting.daily_costs {_WHERE} GROUP BY team",
    columns=("team", "effective_cost"),
    rows=(("payments", 700.0), ("search", 300.0)),
    period=("2026-10-01", "2026-11-01"),
    metric="effective_cost",
    currency="USD",
)
MOVED = replace(
    OCTOBER,
    text="$700, up $300 (+75.0 %) vs September 2026: all spend, October 2026.",
    columns=("october_2026", "september_2026", "change", "change_percent"),
    rows=((700.0, 400.0, 300.0, 75.0),),
)


def test_a_true_headline_has_no_fault() -> None:
    """Single rows, their sum, and a change with its sign."""
    assert untruths(OCTOBER, {}, TODAY) == []
    assert untruths(MOVED, {}, TODAY) == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (replace(OCTOBER, text=OCTOBER.text.replace("$700", "$710")), "$710 is in no row and no sum"),
        (replace(OCTOBER, text=OCTOBER.text.replace("October", "September")), "does not say October 2026"),
        (
            replace(OCTOBER, sql=OCTOBER.sql.replace("GROUP BY", "AND environment = 'prod' GROUP BY")),
            "calls prod all spend",
        ),
        (replace(MOVED, text=MOVED.text.replace("up", "down")), "down $300 is no row's change"),
    ],
)
def test_what_is_untrue_is_named(answer: Answer, fault: str) -> None:
    """An amount that is nowhere, other days, a part called all, a fall that was a rise."""
    assert untruths(answer, {}, TODAY) == [fault]


def test_a_question_may_say_what_its_headline_says() -> None:
    """And what it never says; in any case of letters."""
    asked = {"says": ["PAYMENTS", "prod"], "never_says": ["all spend"]}
    assert untruths(OCTOBER, asked, TODAY) == ["does not say “prod”", "says “all spend”"]
