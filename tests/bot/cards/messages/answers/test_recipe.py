"""The card of an answer in sections keeps Slack's limits, shows every section and one chart."""

from datetime import date
from typing import Any

from bot.cards.elements.blocks import without_data_tables
from bot.cards.messages.answers import answer
from standins.slack.block_kit.blocks import message_faults

TODAY = date(2026, 11, 23)


def recipe(rows: int, title: str = "Services") -> dict[str, Any]:
    parts = [
        {
            "title": title,
            "text": f"{number}: $12.4k <@U1>",
            "sql": "SELECT 1",
            "columns": ["service", "cost"],
            "rows": [[f"s{at}", 1.5] for at in range(rows)],
        }
        for number in range(11)
    ]
    return {
        "outcome": "answer",
        "text": "Review, checkout, October 2026. $12.4k.\nServices: …",
        "sql": "SELECT 2",
        "columns": ["day", "cost"],
        "rows": [["2026-10-01", 1.0], ["2026-10-02", 3.0]],
        "metric": "effective_cost",
        "period": {"start": "2026-10-01", "end": "2026-11-01"},
        "currency": "USD",
        "as_of": "2026-11-22",
        "translator": "offline",
        "chart": "line",
        "sections": parts,
    }


def test_a_recipe_is_one_message_with_a_paragraph_a_section() -> None:
    """The headline, eleven sections with their first rows, one chart, no edit of several statements."""
    card = answer.card(recipe(5), "7F3K", TODAY)
    text = str(card["blocks"])
    assert card["blocks"][0]["text"]["text"] == "*Review, checkout, October 2026. $12.4k.*"
    assert text.count("*Services*") == 11
    plain = str(card["plain_tables"])
    assert "• s0 · 1.50" in plain
    assert "and 2 more" in plain
    assert "<@U1>" not in text
    assert "answer_schedule" in text
    assert "answer_edit" not in text
    assert message_faults(card["blocks"]) == []


def test_long_sections_fit() -> None:
    """Texts of people and bills are cut, not refused by Slack."""
    long = recipe(50, "T" * 500)
    for part in long["sections"]:
        part["text"] = "x" * 5_000
    assert message_faults(answer.card(long, "7F3K", TODAY)["blocks"]) == []


def test_the_sql_of_every_section_is_shown() -> None:
    """Under the section's title, in one line whatever the title holds."""
    shown = answer.sql_of(recipe(1, "A\ntitle"))
    assert shown.count("-- A title\nSELECT 1") == 11
    assert answer.sql_of({"sql": "SELECT 3"}) == "SELECT 3"


def test_the_rows_of_a_section_are_said_in_words() -> None:
    """Amounts are named, a name stands once, days are left to lists of days; no enum, no machine's time."""
    made = recipe(0)
    budgets = ["budget", "scope", "period_start", "period_end", "amount", "spent", "currency"]
    loads = ["provider", "data_through", "loaded_at"]
    made["sections"] = [
        {
            "title": "Budgets",
            "text": "None is over.",
            "columns": budgets,
            "rows": [["payments", "payments", "2026-11-01", "2026-12-01", 90000.0, 85788.82, "USD"]] * 2,
        },
        {
            "title": "Savings",
            "text": "Two.",
            "columns": ["kind", "resource_id", "monthly_savings"],
            "rows": [["commitment_gap", "AWS: RDS", 9356.88]] * 2,
        },
        {
            "title": "Fresh",
            "text": "To 27 Nov.",
            "columns": loads,
            "rows": [["AWS", "2026-11-27", "2026-11-28T07:59:48.471956+00:00"]] * 2,
        },
    ]
    text = str(answer.card(made, "7F3K", TODAY)["blocks"])
    assert "• payments · amount 90,000.00 · spent 85,788.82" in text
    assert "• gap of commitments · 9,356.88" in text
    assert "• AWS · 27 Nov 2026 · 28 Nov 2026 07:59 UTC" in text


def test_a_longer_section_shows_all_its_rows_in_a_data_table() -> None:
    """Each has its own name and its first rows to stand in for it; three rows are shown as lines."""
    card = answer.card(recipe(40), "7F3K", TODAY)
    tables = [block for block in card["blocks"] if block["type"] == "data_table"]
    assert [len(table["rows"]) for table in tables] == [41] * len(tables)
    assert {table["block_id"] for table in tables} == card["plain_tables"].keys()
    assert {table["caption"] for table in tables} == {"Services: 40 rows"}
    assert "data_table" not in str(answer.card(recipe(3), "7F3K", TODAY)["blocks"])


def test_tables_of_a_recipe_fit_into_one_message_together() -> None:
    """Those beyond Slack's count of characters keep their first rows; without tables the card is the one of old."""
    made = recipe(60)
    for part in made["sections"]:
        part["rows"] = [[f"{'n' * 40} {at}", 1.5] for at in range(60)]
    card = answer.card(made, "7F3K", TODAY)
    kinds = [block["type"] for block in card["blocks"]]
    assert 0 < kinds.count("data_table") < 11
    assert message_faults(card["blocks"]) == []
    assert "and 57 more" in str(card["blocks"])
    plain = without_data_tables(card["blocks"], card["plain_tables"])
    assert str(plain).count("and 57 more") == 11
    assert message_faults(plain) == []
