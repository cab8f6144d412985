"""What recipes come to in an asked currency, and where the bills are in several: never a figure over currencies."""

from dataclasses import replace
from decimal import Decimal

import pytest

from config.access import SYSTEM
from config.organisation import Organisation
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask
from nl2sql.deps import Deps


def first_line(question: str, deps: Deps) -> str:
    answer = ask(question, SYSTEM, None, deps)
    assert isinstance(answer, Answer), answer.text
    return answer.text.splitlines()[0]


def rated(deps: Deps) -> Deps:
    return replace(deps, organisation=Organisation(exchange_rates={"EUR": Decimal("0.5")}))


def test_a_verdict_is_in_the_asked_currency(deps: Deps) -> None:
    """As its sections are: 110 dollars are 55 euros."""
    assert "€55, up €15 (+37.5 %) vs September 2026." in first_line("monthly review for payments in EUR", rated(deps))
    assert "checkout grew most, by €20" in first_line(
        "which team grew most in october and which resource is behind it? in EUR", rated(deps)
    )


@pytest.mark.parametrize(
    "question",
    [
        "monthly review",
        "what changed last month and who owns it?",
        "which team grew most in october and which resource is behind it?",
        "what is the forecast for november against october, and explain the difference",
        "what would we save if we stop payments on weekends?",
    ],
)
def test_no_verdict_adds_up_over_currencies(question: str, mixed: Deps) -> None:
    """Neither a sum of dollars and euros nor a currency that there is not, and no figure taken for another."""
    told = first_line(question, mixed)
    assert "several 9" not in told
    assert "grew most, by" not in told
    assert not any(sign in told for sign in ("$", "€"))


def test_an_exchanged_verdict_is_of_all_currencies(mixed: Deps) -> None:
    """157 dollars at a half and 9,474 euros; what grew is ranked after the exchange."""
    assert "€9,552, up €4,512" in first_line("monthly review in EUR", rated(mixed))
    asked = "what would we save if we stop payments on weekends? in EUR"
    assert "of €9,475 in all" in first_line(asked, rated(mixed))
    grown = first_line("which team grew most in october and which resource is behind it? in EUR", rated(mixed))
    assert "payments grew most, by €4,490" in grown


def test_a_scope_of_one_currency_has_its_verdict(mixed: Deps) -> None:
    """Where all rows are in one currency the figures are told in it."""
    assert "$40, up $40 vs September 2026." in first_line("monthly review for checkout", mixed)
