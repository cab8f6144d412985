"""Whatever is put into a block, Slack takes it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.elements import blocks
from standins.slack.block_kit.blocks import message_faults

TEXTS = st.one_of(st.text(max_size=100), st.text(min_size=1, max_size=1).map(lambda letter: letter * 3_500))


def test_what_does_not_fit_into_one_message_is_counted() -> None:
    """Missing blocks do not count; the last line says how many parts are left out."""
    card = blocks.card("x", [blocks.section("a"), None] * 55)
    assert len(card["blocks"]) == blocks.BLOCKS
    assert card["blocks"][-1]["text"]["text"] == "6 more parts do not fit into one message."
    assert len(blocks.card("x", [blocks.section("a"), None] * 50)["blocks"]) == blocks.BLOCKS


@settings(max_examples=30)
@given(TEXTS, TEXTS, st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=3))
def test_any_text_makes_a_valid_card(title: str, text: str, rows: list[list[str]]) -> None:
    """Empty, endless, of control characters."""
    confirm = blocks.confirm(title, text, title)
    shown = [
        blocks.header(title),
        blocks.section(text),
        blocks.context(text, title),
        blocks.actions([blocks.button(title, "act", text, confirm=confirm)]),
        blocks.feedback("feedback", "7F3K-9QWD", title, title),
    ]
    fitting = rows[: blocks.fitting_rows(["a", "b"], rows, 99)]
    assert message_faults(blocks.card(title, [*shown, blocks.table([title, text], fitting, [1])])["blocks"]) == []


def test_rows_fit_by_their_characters_and_by_their_number() -> None:
    """A long cell counts as it is shown, an empty one as its dash; a total row has room."""
    assert blocks.fitting_rows(["a"], [["x"]] * 150, 99) == 99
    assert blocks.fitting_rows(["a"], [["x" * 5_000]] * 99, 99) == (blocks.TABLE_CHARACTERS - 1_000 - 1) // 200
    assert blocks.fitting_rows(["a"], [[""]] * 20_000, 20_000) == blocks.TABLE_CHARACTERS - 1_000 - 1


def test_long_names_that_begin_alike_stay_apart_in_a_figure() -> None:
    names = [f"a-very-long-name-of-a-service-{n}" for n in range(12)]
    figure = blocks.figure("bar", "t", names, [("cost", list(range(12)))])
    assert figure is not None
    labels = figure["chart"]["axis_config"]["categories"]
    assert len(set(labels)) == 12
    assert max(map(len, labels)) <= blocks.LABEL


@pytest.mark.parametrize(("categories", "series"), [(0, 1), (blocks.CATEGORIES + 1, 1), (1, 0), (1, blocks.SERIES + 1)])
def test_a_figure_that_slack_does_not_draw_is_left_to_a_picture(categories: int, series: int) -> None:
    names = [str(n) for n in range(categories)]
    assert blocks.figure("line", "t", names, [(str(n), [1.0] * categories) for n in range(series)]) is None


def test_labels_that_begin_alike_are_cut_in_their_middle() -> None:
    """Their ends tell them apart; others keep their beginnings."""
    names = ["payments-api-fargate-prod-1", "payments-api-fargate-prod-2", "Amazon Elastic Container Service"]
    drawn = blocks.figure("bar", "Cost", names, [("Cost", [1.0, 2.0, 3.0])])
    assert drawn is not None
    labels = drawn["chart"]["axis_config"]["categories"]
    assert labels == ["payments-…ate-prod-1", "payments-…ate-prod-2", "Amazon Elastic Cont…"]
