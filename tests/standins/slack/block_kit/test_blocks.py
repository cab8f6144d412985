"""Block Kit checks are as strict as Slack's and never crash on wild input."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standins.slack.block_kit.blocks import message_faults, view_faults


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def chart(kind: str = "bar", series: int = 1, categories: int = 2, label: str = "c") -> dict[str, Any]:
    names = [f"{label}{i}" for i in range(categories)]
    data = [{"name": f"s{n}", "data": [{"label": c, "value": 1.5} for c in names]} for n in range(series)]
    return {
        "type": "data_visualization",
        "title": "Cost",
        "chart": {"type": kind, "series": data, "axis_config": {"categories": names}},
    }


def table(rows: int, columns: int) -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


GOOD: list[dict[str, Any]] = [
    {"type": "section", "text": mrkdwn("x" * 3000), "accessory": button(value="v" * 2000)},
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "markdown", "text": "x" * 12_000},
    {"type": "actions", "elements": [{**button(), "action_id": f"a{i}"} for i in range(25)]},
    {"type": "context", "elements": [mrkdwn("x")] * 10},
    table(100, 20),
    chart(series=12, categories=20),
    {
        "type": "data_visualization",
        "title": "Share",
        "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
    },
    {
        "type": "plan",
        "title": "Plan",
        "tasks": [{"type": "task_card", "task_id": "1", "title": "T", "status": "complete"}],
    },
    {"type": "card", "title": mrkdwn("t"), "body": mrkdwn("b"), "actions": [button()]},
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "1"},
                "negative_button": {"text": plain("Bad"), "value": "0"},
            }
        ],
    },
    {
        "type": "data_table",
        "caption": "c",
        "rows": [[{"type": "raw_text", "text": "h"}], [{"type": "raw_number", "value": 1.5, "text": "1.50"}]],
    },
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": True}}]}
        ],
    },
]

BAD = [
    ({"type": "section", "text": mrkdwn("x" * 3001)}, "must be less than 3001 characters"),
    ({"type": "section", "text": mrkdwn("")}, "must be more than 0 characters"),
    ({"type": "section"}, "missing required field"),
    ({"type": "section", "fields": [mrkdwn("x")] * 11}, "no more than 10 items"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "must be less than 2001"),
    ({"type": "section", "text": mrkdwn("x"), "colour": "red"}, "invalid additional property: colour"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151"),
    ({"type": "header", "text": mrkdwn("x")}, "must be one of plain_text"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001"),
    ({"type": "actions", "elements": [button()] * 26}, "no more than 25 items"),
    ({"type": "actions", "elements": [button(), button()]}, "action_id already exists"),
    ({"type": "actions", "elements": [button(text=plain("x" * 76))]}, "must be less than 76"),
    ({"type": "actions", "elements": [button(value="x" * 2001)]}, "must be less than 2001"),
    ({"type": "actions", "elements": [button(action_id="x" * 256)]}, "must be less than 256"),
    ({"type": "actions", "elements": [button(style="green")]}, "must be one of primary, danger"),
    ({"type": "actions", "elements": [{"type": "plain_text_input", "action_id": "x"}]}, "unsupported type"),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "no more than 10 items"),
    ({"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}, "unsupported type: input"),
    ({"type": "video"}, "unsupported type: video"),
    (table(101, 1), "no more than 100 items"),
    (table(1, 21), "no more than 20 items"),
    (chart(series=13), "no more than 12 items"),
    (chart(categories=21), "no more than 20 items"),
    (chart(label="x" * 21), "must be less than 21"),
    ({**chart(), "title": "x" * 51}, "must be less than 51"),
    ({"type": "image", "alt_text": "x", "image_url": "http://127.0.0.1/a.png"}, "downloading image failed"),
    ({"type": "image", "alt_text": "x", "slack_file": {"id": "F404"}}, "invalid slack file"),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda b: str(b["type"]))
def test_what_slack_takes_is_taken(block: dict[str, Any]) -> None:
    """A block at its limits passes."""
    assert message_faults([block]) == []


@pytest.mark.parametrize(("block", "words"), BAD, ids=lambda x: x[:40] if isinstance(x, str) else "")
def test_what_slack_refuses_is_refused(block: dict[str, Any], words: str) -> None:
    """One over a limit is named with its place in the JSON."""
    faults = message_faults([block])
    assert any(words in fault and "json-pointer:/blocks" in fault for fault in faults), faults


def test_a_message_takes_fifty_blocks_and_one_table() -> None:
    """The limits of a message as a whole."""
    divider = {"type": "divider"}
    assert message_faults([divider] * 50) == []
    assert any("no more than 50" in fault for fault in message_faults([divider] * 51))
    assert any("only_one_table_allowed" in fault for fault in message_faults([table(1, 1), table(1, 1)]))
    assert any("block_id already exists" in fault for fault in message_faults([{**divider, "block_id": "b"}] * 2))


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("T"), "blocks": [{"type": "divider"}], **more}


def test_a_modal_has_its_own_limits() -> None:
    """Title and submit of 24 characters, private_metadata of 3,000, 100 blocks, a submit where there are inputs."""
    field = {"type": "input", "label": plain("Name"), "element": {"type": "plain_text_input", "action_id": "a"}}
    assert view_faults(modal()) == []
    assert view_faults(modal(blocks=[field], submit=plain("Save"))) == []
    assert view_faults(modal(blocks=[{"type": "divider"}] * 100)) == []
    assert view_faults({"type": "home", "blocks": []}) == []
    for bad in (
        modal(title=plain("x" * 25)),
        modal(submit=plain("x" * 25)),
        modal(private_metadata="x" * 3001),
        modal(blocks=[{"type": "divider"}] * 101),
        modal(blocks=[field]),
        modal(blocks=[{"type": "markdown", "text": "x"}]),
        {"type": "home", "blocks": [], "title": plain("x")},
        {"type": "workflow_step", "blocks": []},
    ):
        assert view_faults(bad), bad


def test_a_select_takes_a_hundred_options() -> None:
    """101 options, or an initial option that is not among them, are refused."""

    def menu(count: int, **more: Any) -> dict[str, Any]:
        options = [{"text": plain(str(i)), "value": str(i)} for i in range(count)]
        return {
            "type": "actions",
            "elements": [{"type": "static_select", "action_id": "m", "options": options, **more}],
        }

    assert message_faults([menu(100)]) == []
    assert message_faults([menu(101)])
    assert message_faults([menu(2, initial_option={"text": plain("9"), "value": "9"})])


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["section", "button", "plain_text"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "element",
                    "rows",
                    "chart",
                    "options",
                    "accessory",
                    "fields",
                    "confirm",
                    "series",
                    "axis_config",
                    "tasks",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
TYPES = st.sampled_from([str(b["type"]) for b in GOOD] + ["input", "image", "carousel", "alert"])


@given(
    st.lists(
        st.builds(lambda kind, rest: {**rest, "type": kind} if isinstance(rest, dict) else rest, TYPES, JSON),
        max_size=3,
    )
)
def test_wild_json_is_refused_and_never_crashes(blocks: list[Any]) -> None:
    """Whatever is sent, the check answers with a list of sentences."""
    assert all(isinstance(fault, str) for fault in message_faults(blocks) + view_faults(modal(blocks=blocks)))


@given(JSON)
def test_a_wild_view_never_crashes(view: Any) -> None:
    """A view need not even be an object."""
    assert all(isinstance(fault, str) for fault in view_faults(view))
