"""How an answer is shown: said with a question, or alone about the answer before."""

import pytest

from nl2sql.answers.presentation import Presentation, charted, parse_presentation
from tests.nl2sql.builders import query


@pytest.mark.parametrize(
    ("question", "rest", "presentation"),
    [
        ("spend by team in october in euros", "spend by team in october", Presentation(currency="EUR")),
        ("spend by team as a bar chart", "spend by team", Presentation(chart="bars")),
        ("spend by team as csv", "spend by team", Presentation(export=True)),
        ("in canadian dollars", "", Presentation(currency="CAD")),
        ("plot it", "", Presentation(chart="any")),
        ("export", "", Presentation(export=True)),
        ("can you show that as a line chart?", "", Presentation(chart="line")),
    ],
)
def test_a_presentation_is_taken_from_the_question(question: str, rest: str, presentation: Presentation) -> None:
    """What is left is the question; nothing where it was the presentation alone."""
    assert parse_presentation(question) == (rest, presentation)


@pytest.mark.parametrize("question", ["spend by team in october", "cost of the line of business", "cost in europe"])
def test_a_question_without_one_stays_as_it_is(question: str) -> None:
    """No presentation, and every word kept."""
    assert parse_presentation(question) == (question, Presentation())


def test_one_number_is_charted_as_its_course() -> None:
    """Daily up to 62 days, then weekly, then monthly."""
    chart = Presentation(chart="any")
    assert charted(query("spend in october"), chart).grain == "day"
    assert charted(query("spend in q3"), chart).grain == "week"
    assert charted(query("spend in 2026"), chart).grain == "month"
    assert charted(query("spend by team in october"), chart).grain is None
