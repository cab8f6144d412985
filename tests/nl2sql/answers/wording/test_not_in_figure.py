"""What one figure does not show is said beside it."""

import csv
from pathlib import Path

import pytest

from config.access import SYSTEM
from config.organisation import Organisation
from db.database import Database
from flows.ingest.loading.delivery import ingest
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask
from nl2sql.deps import Deps

Row = dict[str, str]

_USAGE = {
    "BilledCost": "10",
    "EffectiveCost": "10",
    "ListCost": "15",
    "BillingAccountId": "9",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-10-01T00:00:00Z",
    "BillingPeriodEnd": "2026-11-01T00:00:00Z",
    "ChargePeriodStart": "2026-10-05T00:00:00Z",
    "ChargePeriodEnd": "2026-10-06T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ProviderName": "Oracle",
    "ServiceName": "Block Volume",
    "CommitmentDiscountId": "",
    "CommitmentDiscountType": "",
}
_PLAN = {
    **_USAGE,
    "BilledCost": "500",
    "EffectiveCost": "0",
    "ListCost": "500",
    "ChargeCategory": "Purchase",
    "ServiceName": "Plans",
    "CommitmentDiscountId": "sp-1",
    "CommitmentDiscountType": "Savings Plan",
}
_SEPTEMBER = {
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-05T00:00:00Z",
    "ChargePeriodEnd": "2026-09-06T00:00:00Z",
}
_TAX = {"ChargeCategory": "Tax", "BilledCost": "2", "EffectiveCost": "2", "ListCost": "2", "ServiceName": "Tax"}
_BACK = {**_PLAN, "BilledCost": "-500", "ListCost": "-500", "ChargeClass": "Correction"}


@pytest.fixture
def asked(deps: Deps, clean_database: Database, organisation: Organisation, tmp_path: Path) -> Deps:
    """Usage at a known price and at none, a savings plan that was bought and given back."""
    path = tmp_path / "more.csv"
    free = [{**_USAGE, "ListCost": price, "EffectiveCost": cost} for price, cost in (("0", "40"), ("", "5"))]
    september = {**_USAGE, **_SEPTEMBER}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(_USAGE))
        writer.writeheader()
        writer.writerows([_USAGE, *free, _PLAN, _BACK, *(september | one for one in ({}, _TAX))])
    assert ingest([str(path)], clean_database, organisation).loads[0].status == "loaded"
    return deps


def _answer(question: str, deps: Deps) -> Answer:
    answer = ask(question, SYSTEM, None, deps)
    assert isinstance(answer, Answer), answer.text
    return answer


@pytest.mark.parametrize(
    "question",
    [
        "savings against list of oracle in october",
        "savings rate of oracle in october",
        "list cost of oracle in october",
        "savings against list by service of oracle in october",
    ],
)
def test_usage_without_a_list_price_is_unknown(question: str, asked: Deps) -> None:
    """It is neither saved nor lost, and somebody should know of it."""
    assert "The list price is unknown for $45 of usage, which is left out." in _answer(question, asked).notes


def test_nothing_is_said_where_all_prices_are_known(asked: Deps) -> None:
    assert "unknown" not in _answer("cost of oracle in october", asked).text
    assert "unknown" not in _answer("savings against list of oracle by week in october", asked).text


def test_what_was_bought_and_given_back_is_not_nothing(asked: Deps) -> None:
    """Both sides come to nothing, and both are told."""
    for question in ("commitment purchases in october", "what did we spend on savings plans in october?"):
        assert _answer(question, asked).text.startswith("$500 bought and $500 returned: ")
    assert "returned" not in _answer("cost of oracle in october", asked).text


def test_what_was_billed_names_the_invoice_where_it_is_another(asked: Deps) -> None:
    """It goes by the bill's month and has the tax; the same figure needs no word."""
    billed = _answer("billed cost of oracle in october", asked)
    assert "By day of use" not in billed.text
    late = _answer("billed cost of oracle in september", asked)
    assert "By day of use; the invoice of September 2026 is $12, with tax." in late.notes
    assert "By day of use" not in _answer("billed cost of oracle from 3 to 20 september", asked).text
