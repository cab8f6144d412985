"""Questions in other languages, offered in English."""

from types import SimpleNamespace
from typing import Any

import pytest

from nl2sql.grammar.refusals.languages import in_english


@pytest.mark.parametrize(
    ("question", "labels", "offered"),
    [
        ("Kosten pro Tag", ["Datadog Pro"], "Total cost last month"),
        ("Kosten von Datadog Pro pro Tag", ["Datadog Pro"], "Cost of Datadog Pro last month"),
        ("was kostet EC2", ["Amazon Elastic Compute Cloud"], "Cost of Amazon Elastic Compute Cloud last month"),
    ],
)
def test_a_small_word_is_not_taken_for_a_name(question: str, labels: list[str], offered: str) -> None:
    """`pro` is the German `per`; what is called by another word, or whole, is a name."""
    conditions = [SimpleNamespace(label=label, negated=False) for label in labels]
    draft: Any = SimpleNamespace(filters=SimpleNamespace(conditions=conditions, period=None))
    assert in_english(question, draft) == offered
