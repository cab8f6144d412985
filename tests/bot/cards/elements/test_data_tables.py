"""Longer results as tables that people sort."""

from datetime import date
from typing import Any

import pytest

from bot.cards.elements.data_tables import data_table_of
from bot.cards.messages.answers.answer import card
from standins.slack.block_kit.blocks import message_faults


def result(count: int, **more: Any) -> dict[str, Any]:
    """A cost by application."""
    rows = [[f"app-{at}", 1_000.5 + at] for at in range(count)]
    return {
        "columns": ["application", "effective_cost"],
        "rows": rows,
        "metric": "effective_cost",
        "currency": "USD",
        "text": "A headline.",
        "sql": "SELECT 1",
        **more,
    }


def test_amounts_are_numbers_that_read_as_in_every_table() -> None:
    """With the total in the caption: among rows that are sorted it would be one of them."""
    made = data_table_of(result(12))
    assert made is not None
    assert made["caption"] == "12 rows, effective cost 12,072.00 in total"
    assert made["page_size"] == 10
    assert [cell["text"] for cell in made["rows"][0]] == ["Application", "Effective cost", "Share"]
    assert made["rows"][1] == [
        {"type": "raw_text", "text": "app-0"},
        {"type": "raw_number", "value": 1_000.5, "text": "1,000.50"},
        {"type": "raw_number", "value": pytest.approx(8.2878, abs=1e-3), "text": "8.3 %"},
    ]
    assert message_faults([made]) == []


@pytest.mark.parametrize("count", [2, 10, 101])
def test_what_a_table_shows_at_once_and_what_slack_does_not_take_stays_a_table(count: int) -> None:
    """Ten rows need no pages; of more than a hundred the file has the rest."""
    assert data_table_of(result(count)) is None
    assert "plain_tables" not in card(result(count), "R1", date(2026, 11, 15))


def test_long_texts_stay_a_table() -> None:
    """All cells together have ten thousand characters."""
    long = result(100)
    long["rows"] = [[f"{at}-{'x' * 150}", 1.0] for at in range(100)]
    assert data_table_of(long) is None


def test_a_missing_amount_is_a_dash() -> None:
    """And no zero."""
    missing = result(12)
    missing["rows"][0] = ["app-0", None]
    made = data_table_of(missing)
    assert made is not None
    assert {"type": "raw_text", "text": "–"} in made["rows"][1]
    assert message_faults([made]) == []


def test_a_card_has_the_plain_table_beside_it() -> None:
    """For workspaces that do not know the block; neither card has both."""
    made = card(result(31), "R1", date(2026, 11, 15))
    kinds = [block["type"] for block in made["blocks"]]
    assert (kinds.count("data_table"), kinds.count("table")) == (1, 0)
    assert made["plain_tables"]["rows"]["type"] == "table"
    assert message_faults(made["blocks"]) == []


def test_the_total_of_all_is_not_that_of_the_rows_shown() -> None:
    """The first twelve of more."""
    made = data_table_of(result(12, whole=50_000.0, sql="SELECT 1 LIMIT 12"))
    assert made is not None
    assert made["caption"] == "12 rows, effective cost 50,000.00 of all"


def test_changes_have_their_sign() -> None:
    """As in a shorter table; months that follow each other have no change in total."""
    columns = ["application", "october_2026", "september_2026", "change", "change_percent"]
    rows = [[f"app-{at}", 3.0, 2.0, 1.0, 50.0] for at in range(11)] + [["app-x", 2.0, 2.0, 0.0, 0.0]]
    made = data_table_of(result(0, columns=columns, rows=rows))
    assert made is not None
    assert [cell["text"] for cell in made["rows"][1]] == ["app-0", "3.00", "+1.00", "+50.0 %", "2.00"]
    assert [cell["text"] for cell in made["rows"][12]] == ["app-x", "2.00", "0.00", "0.0 %", "2.00"]
    assert "change +11.00 in total" in made["caption"]
    steps = [[f"20{at}-01-01", 10.0 * at, 10.0, 5.0] for at in range(10, 22)]
    made = data_table_of(result(0, columns=["year", "effective_cost", "change", "change_percent"], rows=steps))
    assert made is not None
    assert made["caption"] == "12 rows, effective cost 1,860.00 in total"
