"""A canvas of an answer: Markdown that names cannot break, within what Slack takes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.cards.messages.answers import canvas
from standins.slack.methods.canvases import CELLS, cells_of


def result(rows: list[list[Any]], title: str = "Services", text: str = "s0 leads.") -> dict[str, Any]:
    part = {"title": title, "text": text, "sql": "SELECT 1", "columns": ["service", "cost"], "rows": rows}
    return {"text": f"Review, {title}. $12.", "sections": [part], "metric": "effective_cost", "currency": "USD"}


def test_a_table_has_all_rows_that_fit_and_says_what_is_left() -> None:
    """Three hundred cells a table are Slack's limit; amounts read as on the card."""
    made = canvas.markdown_of(result([[f"s{at}", 1234.5] for at in range(90)]))
    assert "## Services" in made
    assert "| s0 | 1,234.50 |" in made
    assert max(cells_of(made)) <= CELLS
    many = canvas.markdown_of(result([[f"s{at}", 1.5] for at in range(500)]))
    assert max(cells_of(many)) <= CELLS
    assert "more rows are in the CSV." in many
    assert canvas.title_of(result([])) == "Review, Services"


@given(st.text(max_size=60), st.text(max_size=60))
def test_names_are_no_markup(name: str, title: str) -> None:
    """No row breaks out of its table, no link, mention or heading is made of a name."""
    made = canvas.markdown_of(result([[name, 1.5], ["b", 2.5], ["c", 1.0]], title, f"[x](http://evil) <@U1> {name}"))
    rows = [line for line in made.splitlines() if line.startswith("| ")]
    assert len(rows) == 5
    assert {line.replace("\\\\", "").replace("\\|", "").count("|") for line in rows} == {4}
    assert "](" not in made.replace("\\](", "")
    assert "<" not in made.replace("\\<", "")
