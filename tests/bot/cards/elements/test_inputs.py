"""Fields of modals, and what comes back out of them."""

import pytest

from bot.cards.elements import inputs


def test_a_scope_goes_out_and_comes_back() -> None:
    """A name may hold a colon; what is longer than Slack carries is left out, and so is a dimension without names."""
    menu = inputs.scope({"team": ["web", "a:b", " "], "account": ["x" * 150], "service": ["y" * 140]})
    values = [one["value"] for group in menu["option_groups"] for one in group["options"]]
    assert values == ["*", "team:web", "team:a:b", f"service:{'y' * 140}"]
    assert inputs.chosen_scope("team:a:b", "*", None) == {"team": "a:b"}
    assert inputs.chosen_scope("team:web", f"service:{'y' * 140}") == {"team": "web", "service": "y" * 140}


@pytest.mark.parametrize("value", ["*", "", None, "team:", "owner:me", "team"])
def test_what_is_no_scope_is_everything(value: str | None) -> None:
    """A value that a menu never offered narrows nothing."""
    assert inputs.chosen_scope(value) == {}


def test_a_menu_without_names_still_has_a_choice() -> None:
    """Slack refuses an empty one."""
    assert [one["value"] for one in inputs.scope({}, everything=False)["option_groups"][0]["options"]] == ["*"]


def test_a_menu_opens_at_its_value_or_at_its_first() -> None:
    options = [("Monday", "0"), ("Tuesday", "1")]
    assert inputs.choice(options, "1")["initial_option"]["value"] == "1"
    assert inputs.choice(options, "9")["initial_option"]["value"] == "0"


def test_boxes_are_ten_and_only_those_that_there_are_are_ticked() -> None:
    boxes = inputs.boxes([(str(n), str(n)) for n in range(12)], ["1", "11"])
    assert len(boxes["options"]) == 10
    assert [one["value"] for one in boxes["initial_options"]] == ["1"]
    assert "initial_options" not in inputs.boxes([("a", "a")])
