"""What a model replies is read whatever is around it."""

import pytest

from nl2sql.llm.replies import Down, SqlDraft, parse


@pytest.mark.parametrize(
    "reply",
    [
        "Sure! You spent a lot.",
        '{"kind": "query", "sql": "SELECT',
        "[]",
        '{"kind": "dance"}',
        '{"kind": "query", "sql": ""}',
        "",
    ],
)
def test_what_is_not_an_answer_is_down(reply: str) -> None:
    """Prose, half an answer, another form: none becomes SQL."""
    assert isinstance(parse(reply), Down)


def test_json_is_found_inside_prose() -> None:
    """Endpoints without a JSON mode wrap it."""
    assert parse('Here you go:\n```json\n{"kind": "query", "sql": "SELECT 1"}\n```') == SqlDraft("SELECT 1")
