"""Figures read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.wording import formatting


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (12_400, "USD", "$12.4k"),
        (812, "USD", "$812"),
        ("0.42", "EUR", "€0.42"),
        (3_100_000, "CHF", "CHF 3.1M"),
        (-250, "USD", "−$250"),
        (999.96, "USD", "$1,000"),
        (0, "USD", "$0"),
        (7.5, "GBP", "£7.50"),
        (0.0004, "USD", "under 1 cent"),
        (250_300, "USD", "$250.3k"),
    ],
)
def test_money_is_short(value: float, currency: str, shown: str) -> None:
    """Sentences carry what a person reads at once."""
    assert formatting.money(value, currency) == shown


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [
        (12_400, 10_500, "up $1,900 (+18 %)"),
        (90, 100, "down $10 (−10 %)"),
        (5, 0, "up $5 from $0"),
        (5, 5, "unchanged"),
        (2000, 10, "up $1,990 (+×199)"),
    ],
)
def test_a_change_is_an_amount_and_a_per_cent(now: float, before: float, shown: str) -> None:
    """From nothing there is no per cent, and huge ones are multiples."""
    assert formatting.change(now, before) == shown


def test_exact_figures_keep_their_cents() -> None:
    """Tables and files are exact; below a cent four digits are kept."""
    assert [formatting.exact(value) for value in (7204.11, 1411, 0.0042, None, "n/a", True)] == [
        "7,204.11",
        "1,411.00",
        "0.0042",
        "",
        "n/a",
        "True",
    ]


@given(st.one_of(st.floats(), st.text(), st.none(), st.integers()))
def test_no_value_breaks_a_figure(value: object) -> None:
    """Whatever stands in a cell, a text comes out."""
    assert isinstance(formatting.exact(value), str)
    assert formatting.money(value if isinstance(value, int | float) else 0)


def test_a_measure_is_said_in_a_unit_that_fits() -> None:
    """Four seconds are not 0.07 minutes."""
    said = [
        formatting.measure(value, unit) for value, unit in ((0.07, "minutes"), (1 / 60, "minutes"), (12.5, "minutes"))
    ]
    assert said == ["4 seconds", "1 second", "12.5 minutes"]
    assert [formatting.measure(0, "minutes"), formatting.measure(76.67, "%")] == ["0 minutes", "76.7 %"]
