"""A name with stars means the same wherever it is compared."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ingest import wildcards


def by_engine(pattern: str, value: str) -> bool:
    return bool(pl.DataFrame({"x": [value]}).select(pl.col("x").str.contains(wildcards.regex(pattern))).item())


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("shop", "Shop", True),
        ("shop", "shop-2", False),
        ("shop*", "shop-2", True),
        ("*-prod-*", "web-prod-eu", True),
        ("*-prod-*", "web-production", False),
        ("a*b*c*d", "aXbXcXd", True),
        ("*", "", True),
        ("prod [eu]", "PROD [eu]", True),
        ("prod [eu]", "prod e", False),
        ("a?c", "abc", False),
        ("a.c", "abc", False),
        ("x*", "x\nx", True),
    ],
)
def test_only_the_star_is_special(pattern: str, value: str, fits: bool) -> None:
    """Several of them too; case does not matter."""
    assert wildcards.fits(pattern, value) == fits
    assert by_engine(pattern, value) == fits


@given(st.text("aB*[]?.-^!\\ ", max_size=8), st.text("aAbB[]?.-^!\\ ", max_size=8))
def test_both_forms_agree(pattern: str, value: str) -> None:
    assert wildcards.fits(pattern, value) == by_engine(pattern, value)
