"""Rows in the shape that a card shows best."""

from typing import Any

import pytest

from bot.cards.elements import table_layout
from bot.cards.elements.table_layout import measure, shaped, title


def titles(columns: Any) -> list[str]:
    return [title(column) for column in columns]


def test_an_id_beside_a_name_of_its_own_is_left_out() -> None:
    columns, rows = shaped(["resource_id", "resource_name", "cost"], [["arn:1", "web", 2], ["arn:2", "db", 1]], {})
    assert (list(columns), list(rows)) == (["resource_name", "cost"], [["web", 2], ["db", 1]])


@pytest.mark.parametrize("names", [["web", "web"], ["web", None]])
def test_an_id_stays_where_its_name_does_not_tell_it_apart(names: list[str | None]) -> None:
    rows = [["arn:1", names[0], 2], ["arn:2", names[1], 1]]
    assert shaped(["resource_id", "resource_name", "cost"], rows, {}) == (
        ["resource_id", "resource_name", "cost"],
        rows,
    )


def test_what_explains_a_change_has_the_largest_moves_first() -> None:
    rows: list[list[Any]] = [["a", 1.0], ["b", -9.0], ["c", None], ["d", 4.0]]
    assert [row[0] for row in shaped(["service", "change"], rows, {"chart": "waterfall"})[1]] == ["b", "d", "a", "c"]
    assert shaped(["service", "change"], rows, {"chart": "bar"})[1] == rows


def test_parts_over_time_are_columns_with_the_small_ones_together() -> None:
    """Five parts: the three largest, the others as one, and the sum of all in front."""
    parts = {"a": 50, "b": 40, "c": 30, "d": 2, None: 1}
    rows = [[day, part, amount] for day in ("2026-11-01", "2026-11-02") for part, amount in parts.items()]
    columns, shown = shaped(["usage_date", "team", "effective_cost"], rows, {})
    assert titles(columns)[1:] == ["Total", "a", "b", "c", "Other"]
    assert shown[0] == ["2026-11-01", 123.0, 50.0, 40.0, 30.0, 3.0]
    assert {measure(column) for column in columns[1:]} == {"effective_cost"}


def test_a_part_without_cost_on_a_day_is_nothing_there() -> None:
    rows = [["2026-11-01", "a", 5], ["2026-11-02", "a", 1], ["2026-11-02", "b", 2]]
    assert shaped(["usage_date", "team", "effective_cost"], rows, {})[1] == [
        ["2026-11-01", 5.0, 5.0, 0.0],
        ["2026-11-02", 3.0, 1.0, 2.0],
    ]


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (["usage_date", "currency", "effective_cost"], [["1", "USD", 1], ["2", "EUR", 1]]),
        (["usage_date", "team", "resources"], [["1", "a", 1], ["2", "b", 1]]),
        (["usage_date", "team", "effective_cost"], [["1", "a", 1], ["2", "a", 1]]),
        (["usage_date", "team", "effective_cost"], [["1", "a", 1], ["1", "b", 1]]),
    ],
)
def test_what_does_not_add_up_or_has_one_part_or_step_stays_as_it_is(columns: list[str], rows: list[list[Any]]) -> None:
    """Currencies, counts, a single part, a single day."""
    assert shaped(columns, rows, {}) == (columns, rows)


def test_a_change_and_its_per_cent_share_a_cell() -> None:
    columns = ["team", "change", "change_percent", "cost"]
    rows = [
        ["a", "1,411.00", "24.0 %", "9"],
        ["b", "−3.00", "−1.0 %", "8"],
        ["c", "0.00", "0.0 %", "7"],
        ["d", "5.00", "", "5"],
    ]
    merged = table_layout.with_percent_beside_change(columns, ["Team", "Change", "%", "Cost"], rows, [1, 2, 3])
    assert merged[0] == ["Team", "Change", "Cost"]
    assert [row[1] for row in merged[1]] == ["+1,411.00 (+24.0 %)", "−3.00 (−1.0 %)", "0.00", "+5.00"]
    assert merged[2] == [1, 2]


def test_a_list_shows_its_amount_on_a_telephone() -> None:
    """Among the first columns; what all rows have in common is left out, what differs stays."""
    columns = ["budget", "scope", "period_start", "period_end", "amount", "spent", "currency"]
    ends = ["2026-11-01", "2026-12-01"]
    rows = [["a", "x", *ends, 9.0, 4.0, "USD"], ["b", "y", *ends, 8.0, 3.0, "USD"]]
    assert shaped(columns, rows, {}) == (
        ["budget", "scope", "amount", "spent"],
        [["a", "x", 9.0, 4.0], ["b", "y", 8.0, 3.0]],
    )
    assert list(shaped(columns, [rows[0], [*rows[1][:6], "EUR"]], {})[0])[-1] == "currency"
    advice = ["kind", "resource_id", "account", "current_state", "monthly_savings"]
    assert shaped(advice, [["idle", "i-1", "sandbox", "running", 7.0]], {}) == (
        ["kind", "monthly_savings", "resource_id", "account", "current_state"],
        [["idle", 7.0, "i-1", "sandbox", "running"]],
    )


def test_an_id_is_left_out_of_several_months_of_a_resource() -> None:
    """A name stands for one id though it stands in several rows."""
    rows = [["2026-10-01", "web", "arn:1", 2.0], ["2026-11-01", "web", "arn:1", 3.0]]
    assert list(shaped(["month", "resource", "resource_id", "cost"], rows, {})[0]) == ["month", "resource", "cost"]


def test_the_change_is_not_what_a_telephone_cuts_off() -> None:
    """It stands before what was, which it says anyway; steps over time have nothing that was."""
    columns = ["team", "november_2026", "october_2026", "change", "change_percent", "october_2026_whole"]
    assert shaped(columns, [["a", 3.0, 2.0, 1.0, 50.0, 2.5]], {}) == (
        ["team", "november_2026", "change", "change_percent", "october_2026", "october_2026_whole"],
        [["a", 3.0, 1.0, 50.0, 2.0, 2.5]],
    )
    total = ["november_2026", "october_2026", "change", "change_percent"]
    assert list(shaped(total, [[3.0, 2.0, 1.0, 50.0]], {})[0])[:2] == ["november_2026", "change"]
    steps = ["month", "effective_cost", "change", "change_percent"]
    assert list(shaped(steps, [["2026-11-01", 3.0, 1.0, 50.0]], {})[0]) == steps
