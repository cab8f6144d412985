"""One table of words, and no raw identifier where people read."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.wording import words
from db.reporting.views import VIEWS

PAGE = Path(__file__).resolve().parents[3] / "web" / "src" / "words.json"


def test_the_page_has_the_same_table() -> None:
    """`python -m analysis.wording.words > web/src/words.json` after a change."""
    assert json.loads(PAGE.read_text(encoding="utf-8")) == words.table()


def test_every_column_of_every_view_reads_as_words() -> None:
    """Those that are not in the table are plain words without their underscores."""
    columns = {column.name for view in VIEWS for column in view.columns}
    assert columns
    assert [name for name in sorted(columns) if "_" in words.column(name)] == []


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("effective_cost", "Effective cost"),
        ("monthly_savings", "Saving a month"),
        ("16_to_22_nov_2026", "16–22 Nov 2026"),
        ("october_2026", "October 2026"),
        ("something_new", "Something new"),
    ],
)
def test_a_column_is_a_title(column: str, said: str) -> None:
    """A period's column is the period."""
    assert words.column(column) == said


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (5e6, "bytes a day", "5 MB a day"),
        (2.587e6, "bytes a day", "2.6 MB a day"),
        (512.0, "bytes", "512 bytes"),
        (2.1, "%", "2.1 %"),
        (0.0, "requests a day", "0 requests a day"),
        (0.00042, "requests a day", "0.00042 requests a day"),
        (0.00001, "requests a day", "0 requests a day"),
        (1234.5, "invocations a day", "1,234 invocations a day"),
    ],
)
def test_a_quantity_is_said_with_its_unit(amount: float, unit: str, said: str) -> None:
    """Bytes are megabytes where there are many."""
    assert words.quantity(amount, unit) == said


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["bytes", "bytes a day", "Bytes", "%", "requests a day", "count", ""]),
)
def test_a_quantity_has_no_exponent(amount: float, unit: str) -> None:
    """However large or small: a number, with its thousands apart, and what it counts."""
    said = words.quantity(amount, unit)
    assert re.fullmatch(r"-?\d{1,3}(,\d{3})*(\.\d+)?( [A-Za-z%].*)?", said), said


def test_states_are_words() -> None:
    """None of them has an underscore."""
    assert words.value("forecast_breach") == "heading over budget"
    assert [
        said for said in (*words.VALUES.values(), *words.METRICS.values(), *words.COLUMNS.values()) if "_" in said
    ] == []
