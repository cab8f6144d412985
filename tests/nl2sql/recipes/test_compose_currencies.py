"""What recipes come to in an asked currency, and where the bills are in several: never a figure over currencies."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from config.access import SYSTEM
from config.organisation import Organisation
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask
from nl2sql.deps import Deps

_HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,"
    "ChargePeriodStart,ContractedCost,EffectiveCost,ListCost,InvoiceIssuerName,ProviderName,PublisherName,"
    "ServiceCategory,ServiceName,SubAccountId,SubAccountName,RegionId,ResourceId,ResourceName,PricingCategory,Tags"
)
_SUNDAYS = ((9, 13, 5_000, "EUR"), (10, 11, 9_474, "EUR"), (10, 11, 2, "USD"))  # month, day, amount


@pytest.fixture
def mixed(deps: Deps, clean_database: Database, organisation: Organisation, tmp_path: Path) -> Deps:
    """The small bill in dollars, and one of another account on Sundays, in euros and a little in dollars."""
    paths = []
    for month, day, amount, currency in _SUNDAYS:
        start, end, at = (f"2026-{m:02d}-{d:02d}T00:00:00Z" for m, d in ((month, 1), (month + 1, 1), (month, day)))
        line = (
            f"{amount},7-{currency},{currency},{end},{start},Usage,2026-{month:02d}-{day + 1:02d}T00:00:00Z,{at},"
            f"{amount},{amount},{amount},"
            f'AWS,AWS,AWS,Compute,AWS Lambda,sunday,sunday,eu-west-1,fn-1,fn-1,Standard,"{{""team"": ""payments""}}"'
        )
        path = tmp_path / f"{currency}-{month}.csv"
        path.write_text(f"{_HEADER}\n{line}\n", encoding="utf-8")
        paths.append(str(path))
    result = ingest(paths, clean_database, organisation)
    assert all(load["status"] == "loaded" for load in result.to_json()["loads"]), result.to_json()
    return deps


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
    """157 dollars at a half and 9,474 euros; a ranking made before the exchange names no first."""
    assert "€9,552, up €4,512" in first_line("monthly review in EUR", rated(mixed))
    asked = "what would we save if we stop payments on weekends? in EUR"
    assert "of €9,475 in all" in first_line(asked, rated(mixed))
    grown = first_line("which team grew most in october and which resource is behind it? in EUR", rated(mixed))
    assert "grew most, by" not in grown


def test_a_scope_of_one_currency_has_its_verdict(mixed: Deps) -> None:
    """Where all rows are in one currency the figures are told in it."""
    assert "$40, up $40 vs September 2026." in first_line("monthly review for checkout", mixed)
