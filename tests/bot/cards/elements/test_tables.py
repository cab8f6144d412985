"""What is added up in a table, and how days, months and years read."""

from typing import Any

import pytest

from bot.cards.elements import tables


def rows_of(columns: list[str], rows: list[list[Any]], **more: Any) -> list[list[str]]:
    """The table's rows as text, its titles first."""
    made = tables.table_of({"columns": columns, "rows": rows, **more})
    assert made is not None
    return [[cell["text"] for cell in row] for row in made["rows"]]


def test_a_comparison_adds_up_both_sides_and_says_the_change_of_all() -> None:
    """Also of the rows that only the file has."""
    columns = ["team", "october_2026", "september_2026", "change", "change_percent"]
    rows = [[f"t{at}", 110.0, 100.0, 10.0, 10.0] for at in range(12)]
    shown = rows_of(columns, rows, metric="effective_cost")
    assert shown[-2:] == [
        ["2 more in the CSV", "220.00", "+20.00 (+10.0 %)", "200.00"],
        ["Total of 12", "1,320.00", "+120.00 (+10.0 %)", "1,200.00"],
    ]


@pytest.mark.parametrize("metric", ["coverage_rate", "unit_cost"])
def test_rates_of_two_periods_are_not_added_up(metric: str) -> None:
    """A share of one team and a share of another are no share."""
    columns = ["team", "october_2026", "september_2026", "change"]
    assert len(rows_of(columns, [["a", 50.0, 40.0, 10.0], ["b", 70.0, 60.0, 10.0]], metric=metric)) == 3


@pytest.mark.parametrize("dimension", ["availability_zone", "tag_application", "sku", "charge_description"])
def test_parts_of_line_items_have_a_share_and_a_total(dimension: str) -> None:
    """As parts of the daily sums have."""
    shown = rows_of([dimension, "effective_cost"], [["a", 75.0], ["b", 25.0]], metric="effective_cost")
    assert shown[1:] == [["a", "75.00", "75.0 %"], ["b", "25.00", "25.0 %"], ["Total of 2", "100.00", "100.0 %"]]


def test_a_total_of_nothing_that_is_shown_is_left_out() -> None:
    """A statement of more columns than a table has."""
    columns = ["day", *(f"name_{at}" for at in range(20)), "effective_cost"]
    rows = [["2026-11-01", *"abcdefghijklmnopqrst", 1.0], ["2026-11-02", *"abcdefghijklmnopqrst", 2.0]]
    assert [row[0] for row in rows_of(columns, rows)] == ["Day", "1 Nov 2026", "2 Nov 2026"]


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("month", "2026-11-01", "Nov 2026"),
        ("quarter", "2026-10-01", "Q4 2026"),
        ("year", "2026-01-01T00:00:00+00:00", "2026"),
        ("day", "2026-11-01", "1 Nov 2026"),
        ("loaded_at", "2026-11-28T07:59:48.471956+00:00", "28 Nov 2026 07:59 UTC"),
    ],
)
def test_steps_of_time_read_as_what_they_are(column: str, text: str, said: str) -> None:
    """A year is no first of January."""
    assert tables.cell(column, text, numeric=False) == said
