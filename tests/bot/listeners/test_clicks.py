"""Slack's payloads of presses and modals, read into plain values."""

import json
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.cards.elements import blocks
from bot.listeners.clicks import Click, about, click_of, number_of, open_modal, submission_of
from bot.process.runtime import Runtime
from standins.slack import Handle
from tests.bot.conftest import MAYA


def press(**changes: Any) -> dict[str, Any]:
    """As Slack sends a button's press in a channel's message."""
    return {
        "type": "block_actions",
        "user": {"id": "U1", "name": "maya"},
        "channel": {"id": "C1", "name": "finops"},
        "container": {"type": "message", "message_ts": "10.1", "channel_id": "C1"},
        "message": {"ts": "10.1", "text": "an alert"},
        "trigger_id": "T1",
        "actions": [
            {"action_id": "alert_ack", "value": "7", "action_ts": "11.5", "text": {"type": "plain_text", "text": "Ack"}}
        ],
        **changes,
    }


def submitted(elements: dict[str, dict[str, Any]], metadata: str = "{}") -> dict[str, Any]:
    values = {block: {f"{block}_input": element} for block, element in elements.items()}
    view = {"id": "V1", "private_metadata": metadata, "state": {"values": values}}
    return {"type": "view_submission", "user": {"id": "U1"}, "view": view}


def test_a_press_says_who_where_and_what() -> None:
    click = click_of(press())
    assert (click.user, click.channel, click.action, click.value) == ("U1", "C1", "alert_ack", "7")
    assert (click.label, click.trigger, click.at) == ("Ack", "T1", "11.5")


def test_a_press_on_a_message_that_nobody_answered_begins_its_thread() -> None:
    """Private words about it go to the channel: Slack would show them to nobody in a thread that is not there yet."""
    click = click_of(press())
    assert (click.message_ts, click.thread, click.where.fresh) == ("10.1", "10.1", True)
    assert click.where.private_thread is None


def test_a_press_within_a_thread_stays_in_it() -> None:
    click = click_of(press(message={"ts": "10.1", "thread_ts": "9.0"}))
    assert (click.message_ts, click.thread, click.where.private_thread) == ("10.1", "9.0", "9.0")


def test_a_press_on_a_private_message_has_no_thread_to_begin() -> None:
    """Of an ephemeral message Slack sends the container alone."""
    private = {"type": "message", "message_ts": "10.1", "channel_id": "C1", "is_ephemeral": True}
    body = {**press(container=private), "message": None}
    assert (click_of(body).message_ts, click_of(body).thread) == ("10.1", None)
    in_thread = {**press(container={**private, "thread_ts": "9.0"}), "message": None}
    assert click_of(in_thread).thread == "9.0"


def test_a_press_on_the_home_tab_is_answered_in_direct_messages() -> None:
    body = press(container={"type": "view", "view_id": "V1"})
    del body["channel"], body["message"]
    click = click_of(body)
    assert (click.channel, click.message_ts, click.thread) == ("U1", None, None)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ({"action_id": "a", "selected_option": {"value": "snooze:7", "text": {"text": "7 days"}}}, "snooze:7"),
        ({"action_id": "a", "selected_option": None}, ""),
        ({"action_id": "a"}, ""),
    ],
)
def test_a_menu_gives_what_was_chosen(action: dict[str, Any], value: str) -> None:
    assert click_of(press(actions=[action])).value == value


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "value": "95000"}, "95000"),
        ({"type": "plain_text_input", "value": None}, None),
        ({"type": "users_select", "selected_user": "U2"}, "U2"),
        ({"type": "conversations_select", "selected_conversation": "C2"}, "C2"),
        ({"type": "channels_select", "selected_channel": "C3"}, "C3"),
        ({"type": "datepicker", "selected_date": "2026-11-24"}, "2026-11-24"),
        ({"type": "timepicker", "selected_time": "09:30"}, "09:30"),
        ({"type": "static_select", "selected_option": {"value": "monthly"}}, "monthly"),
        ({"type": "static_select", "selected_option": None}, None),
        ({"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}, ["a", "b"]),
        ({"type": "checkboxes", "selected_options": []}, []),
    ],
)
def test_each_element_of_a_modal_gives_its_value(element: dict[str, Any], value: object) -> None:
    """An empty field is None, an empty list of boxes a list."""
    assert submission_of(submitted({"block": element})).values == {"block": value}


def test_a_modal_knows_where_it_was_opened_from() -> None:
    """What `about` wrote comes back; who submits is told there."""
    opened = about(click_of(press(message={"ts": "10.1", "thread_ts": "9.0"})), insight=7)
    submission = submission_of(submitted({}, opened))
    assert submission.about == {"channel": "C1", "thread": "9.0", "message": "10.1", "insight": 7}
    assert (submission.where.user, submission.where.channel, submission.where.private_thread) == ("U1", "C1", "9.0")
    fresh = submission_of(submitted({}, about(click_of(press()))))
    assert fresh.where.private_thread is None


@pytest.mark.parametrize("metadata", ["", "null", json.dumps(["C1"])])
def test_a_modal_without_an_origin_is_answered_in_direct_messages(metadata: str) -> None:
    """A modal of another release may say nothing, or something else."""
    submission = submission_of(submitted({}, metadata))
    assert (submission.about, submission.where.channel, submission.where.thread) == ({}, "U1", None)


@pytest.mark.parametrize(
    ("value", "number"), [("7", 7), ("", 0), ("seven", 0), ("-7", 0), ("٧", 0), ("9" * 19, 0), ("7 ", 0), ("1e3", 0)]
)
def test_what_is_no_number_belongs_to_nothing(value: str, number: int) -> None:
    """Nor what the database could not hold."""
    assert number_of(value) == number


def test_a_modal_opens_with_paragraphs_where_notices_are_unknown(bot: Runtime, slack: Handle) -> None:
    """Any other refusal, and that of a modal without notices, is told as before."""
    trigger = slack.workspace.triggers.issue(MAYA)
    field = blocks.section("Type it.")
    view = {"type": "modal", "title": blocks.plain_text("Approve", 24), "blocks": [blocks.warning("Gone."), field]}
    click = Click(MAYA, "C0FINOPS01", None, None, "a", "", "", trigger, "1.1")
    slack.faults.fail("views.open", "invalid_blocks")
    open_modal(bot, click, view)
    shown = slack.wait_for_view(MAYA)
    assert [(block["type"], block["text"]["text"]) for block in shown["blocks"]] == [
        ("section", "Gone."),
        ("section", "Type it."),
    ]
    slack.faults.fail("views.open", "invalid_blocks")
    with pytest.raises(SlackApiError):
        open_modal(bot, click, {**view, "blocks": [field]})
