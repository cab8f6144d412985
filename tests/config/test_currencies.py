"""Rough rates: the order of magnitude between any two currencies."""

import pytest

from config.currencies import ROUGH, rough_rate


@pytest.mark.parametrize(
    ("currency", "base", "rate"),
    [
        ("USD", "EUR", 1),  # about the same
        ("JPY", "USD", 100),
        ("USD", "JPY", 0.01),
        ("INR", "JPY", 1),
        ("IDR", "SEK", 1_000),
        ("KRW", "KRW", 1),
        ("XXX", "USD", 1),  # unknown: taken for a dollar
    ],
)
def test_units_of_a_currency_per_unit_of_another(currency: str, base: str, rate: float) -> None:
    assert rough_rate(currency, base) == pytest.approx(rate)


def test_there_and_back_is_one() -> None:
    """For every pair of which one is listed."""
    for currency in ROUGH:
        for base in (*ROUGH, "USD"):
            assert rough_rate(currency, base) * rough_rate(base, currency) == pytest.approx(1)


def test_rates_are_powers_of_ten_of_currencies_with_three_letters() -> None:
    assert set(ROUGH.values()) <= {10.0, 100.0, 1_000.0, 10_000.0}
    assert all(len(currency) == 3 and currency.isupper() for currency in ROUGH)
