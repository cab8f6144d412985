"""What changed, and words that only sound like a change."""

import pytest

from nl2sql.grammar.draft import Refusal
from tests.nl2sql.builders import query, understood


def test_before_a_noun_up_and_down_say_where() -> None:
    """`down the left` compares nothing; what is not understood is refused, and not taken for a fall."""
    assert isinstance(understood("october cost by team down my left"), Refusal)
    assert query("which teams went down in october").change == "down"


@pytest.mark.parametrize(
    ("question", "period", "before", "average"),
    [
        ("how has ec2 changed since august", "October 2026", "August 2026", None),
        ("last week versus the average of the 4 weeks before", "2–8 Nov 2026", "5 Oct – 1 Nov 2026", "week"),
        ("last 30 days vs the 30 days before", "16 Oct – 14 Nov 2026", "16 Sep – 15 Oct 2026", None),
        ("aws this quarter vs last", "1 Oct – 15 Nov 2026", "Q3 2026", None),
    ],
)
def test_what_a_change_is_against(question: str, period: str, before: str, average: str | None) -> None:
    """The month that `since` names; as many units as are counted; the unit before."""
    found = query(question)
    assert found.period.label == period
    assert [one.label for one in found.compared] == [before]
    assert found.average == average
