"""Amounts in another currency."""

from decimal import Decimal

import pytest

from nl2sql.answers.exchange import Exchange
from nl2sql.execution.run import AnswerRows

EUROS = Exchange("EUR", "USD", {"EUR": Decimal("0.5"), "GBP": Decimal("0.25")})


def test_amounts_are_exchanged_and_nothing_else() -> None:
    """Shares, counts and quantities stay."""
    found = AnswerRows(
        ("team", "effective_cost", "share_percent", "count", "usage_quantity"), (("a", 10.0, 40.0, 3, 7.0),), "", False
    )
    assert EUROS.applied(found, "USD").rows == (("a", 5.0, 40.0, 3, 7.0),)


def test_currencies_become_one() -> None:
    """Each by its own rate, through the base; rows that were apart only for their currency are added up."""
    found = AnswerRows(
        ("team", "currency", "effective_cost"),
        (("a", "USD", 10.0), ("b", "USD", 4.0), ("a", "GBP", 1.0), ("b", "EUR", 2.0)),
        "",
        False,
    )
    assert EUROS.applied(found, "several", every=True).rows == (("a", "EUR", 7.0), ("b", "EUR", 4.0))
    assert EUROS.note(["USD", "GBP", "EUR"]).startswith(
        "Exchanged by the rates of finops.yaml: 1 USD = 0.5 EUR, 1 GBP = 2 EUR."
    )


def test_what_has_no_rate_is_named() -> None:
    """The wanted currency, or one of the bills'."""
    assert EUROS.missing(["USD", "GBP"]) is None
    assert EUROS.missing(["USD", "JPY"]) == "JPY"
    assert Exchange("CHF", "USD", {}).missing(["USD"]) == "CHF"
    assert Exchange("CHF", "USD", {}).missing(["CHF"]) is None
    with pytest.raises(KeyError):
        EUROS.factor("JPY")
