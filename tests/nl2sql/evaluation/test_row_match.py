"""Execution match: which rows count as right."""

from typing import Any

import pytest

from nl2sql.evaluation.focus_to_views import over_views
from nl2sql.evaluation.row_match import MatchRule, matches

GOLD: list[list[Any]] = [["a", 10.0], [None, 5.0]]


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ([["unallocated", 5.0], ["a", 10.0]], True),
        ([["a", 10.02, 66.7], ["unallocated", 5.0, 33.3]], True),
        ([["a", 10.0], ["unallocated", 5.0], ["total", 15.0]], True),
        ([["a", 10.0], ["unallocated", 5.0], ["b", 0.0]], True),
        ([["a", 10.0]], False),
        ([["a", 10.0], ["unallocated", 5.0], ["b", 1.0]], False),
        ([["b", 10.0], ["unallocated", 5.0]], False),
        ([["a", 11.0], ["unallocated", 5.0]], False),
        ([], False),
    ],
)
def test_every_right_row_must_stand_and_none_besides_but_a_total(answer: Any, right: bool) -> None:
    """Order and further columns are free."""
    assert matches(GOLD, answer, MatchRule()) is right


def test_signs_per_cents_and_the_first_row_can_be_given_leave() -> None:
    """A credit may be shown as a positive amount, a per cent as a fraction, and a ranking may go on."""
    assert matches([[-5.0]], [[5.0]], MatchRule(labels=False, unsigned=True))
    assert matches([[69.2]], [[0.692]], MatchRule(labels=False, percents=frozenset({0})))
    assert not matches([[69.2]], [[0.692]], MatchRule(labels=False))
    assert matches([["a", 3.0]], [["a", 3.0], ["b", 2.0]], MatchRule(first_row=True))


def test_sql_over_a_focus_table_is_read_over_the_views() -> None:
    """Columns and tags are renamed, and resources come from their own view."""
    sql = over_views(
        "SELECT (Tags->>'team') AS team, sum(EffectiveCost) FROM focus WHERE ChargeCategory <> 'Tax' GROUP BY 1"
    )
    assert sql == (
        "SELECT (team) AS team, SUM(effective_cost) FROM reporting.daily_costs WHERE charge_category <> 'Tax' "
        "GROUP BY 1"
    )
    resources = over_views(
        "SELECT ResourceName, sum(EffectiveCost) FROM focus WHERE ChargeCategory <> 'Tax' GROUP BY 1"
    )
    assert resources == "SELECT resource_name, SUM(effective_cost) FROM reporting.resource_costs WHERE TRUE GROUP BY 1"
    assert over_views("SELECT FROM WHERE (") is None
