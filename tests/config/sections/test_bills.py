"""Rules on bills in finops.yaml say what is wrong with them."""

from typing import Any

import pytest
from pydantic import ValidationError

from config.sections.bills import AllocationRule, SharedCost


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"value": "web"},
        {"account": "shop"},
        {"tag": ["team"], "account": "shop"},
        {"tag": ["team"], "value": "web"},
    ],
)
def test_a_rule_takes_a_tag_or_gives_a_value_where_a_condition_holds(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give either `tag:"):
        AllocationRule.model_validate(rule)


def test_a_value_may_depend_on_a_tag_beside_another_condition() -> None:
    rule = AllocationRule.model_validate({"tag": ["team"], "account": "shop-*", "value": "web"})
    assert rule.value == "web"


def test_a_pattern_that_is_none_is_said() -> None:
    with pytest.raises(ValidationError, match="`resource` is no regular expression"):
        AllocationRule.model_validate({"resource": "(", "value": "web"})


@pytest.mark.parametrize(
    ("cost", "reason"),
    [
        ({}, "name the account or the service"),
        ({"account": "a", "shares": {"web": 1}}, "belong to `split: fixed`"),
        ({"account": "a", "split": "fixed"}, "belong to `split: fixed`"),
        ({"account": "a", "split": "fixed", "shares": {"web": -0.1, "shop": 0.5}}, "parts of 1"),
        ({"account": "a", "split": "fixed", "shares": {"web": 0.6, "shop": 0.5}}, "parts of 1"),
    ],
)
def test_a_shared_cost_that_cannot_be_divided_is_refused(cost: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        SharedCost.model_validate({"name": "support", **cost})


def test_thirds_are_one_whole() -> None:
    """Their sum in binary is not exactly 1."""
    shares = {"web": 0.1, "shop": 0.2, "search": 0.7}
    assert SharedCost.model_validate({"name": "x", "account": "a", "split": "fixed", "shares": shares}).shares == shares
