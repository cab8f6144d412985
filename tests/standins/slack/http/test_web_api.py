"""The Web API refuses what Slack refuses, in Slack's words."""

import json
import time

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from standins.slack import Handle, Limits, Setup, running_workspace
from tests.standins.slack.builders import refusal, request
from tests.standins.slack.conftest import actions, plain


def test_tokens_are_checked(slack: Handle, client: WebClient) -> None:
    """auth.test takes a JSON content type with an empty body; wrong, missing and misplaced tokens are refused."""
    auth = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    assert request(f"{slack.api_url}auth.test", b"", **auth)[1]["bot_id"] == "B0FINOPS01"
    assert request(f"{slack.api_url}auth.test", b"")[1]["error"] == "not_authed"
    assert refusal(WebClient(token="xoxb-wrong", base_url=slack.api_url).auth_test) == "invalid_auth"
    assert refusal(client.apps_connections_open, app_token=slack.bot_token) == "not_allowed_token_type"
    assert refusal(WebClient(token=slack.app_token, base_url=slack.api_url).auth_test) == "not_allowed_token_type"
    assert refusal(client.api_call, "chat.shout") == "unknown_method"
    assert request(f"{slack.api_url}auth.test", b"{", **auth)[1]["error"] == "invalid_json"


def test_forms_and_json_are_both_read(slack: Handle) -> None:
    """Blocks come as JSON in a form field or as JSON."""
    form = (
        f"token={slack.bot_token}&channel=C0FINOPS01&text=a%20b&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D".encode()
    )
    kind = "application/x-www-form-urlencoded"
    assert (
        request(f"{slack.api_url}chat.postMessage", form, **{"Content-Type": kind})[1]["message"]["blocks"][0]["type"]
        == "divider"
    )
    broken = form.replace(b"%7D%5D", b"")
    assert (
        request(f"{slack.api_url}chat.postMessage", broken, **{"Content-Type": kind})[1]["error"]
        == "invalid_blocks_format"
    )


def test_messages_are_limited(slack: Handle, client: WebClient) -> None:
    """Length, emptiness, channels, membership, threads and invalid blocks, each with its code."""
    post = client.chat_postMessage
    assert refusal(post, channel="#finops", text="x" * 40_001) == "msg_too_long"
    assert refusal(client.api_call, "chat.postMessage", json={"channel": "#finops", "text": ""}) == "no_text"
    assert refusal(post, channel="C404", text="x") == "channel_not_found"
    assert refusal(post, channel="#random", text="x") == "not_in_channel"
    assert refusal(post, channel="#finops", text="x", thread_ts="1.2") == "thread_not_found"
    assert refusal(post, channel="U404", text="x") == "channel_not_found"
    with pytest.raises(SlackApiError) as caught:
        post(channel="#finops", text="x", blocks=[{"type": "section", "text": plain("x" * 3001)}])
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    posted = post(channel="#finops", text="x")
    reply = post(channel="#finops", text="y", thread_ts=posted["ts"])
    assert refusal(post, channel="#finops", text="z", thread_ts=reply["ts"]) == "cannot_reply_to_message"
    client.conversations_join(channel="C0RANDOM01")
    assert post(channel="#random", text="x")["ok"]


def test_only_own_messages_change(slack: Handle, client: WebClient) -> None:
    """Updating and deleting somebody else's message is refused; an update without blocks keeps them."""
    theirs = slack.post_as("maya", "#finops", "hi")
    channel = "C0FINOPS01"
    assert refusal(client.chat_update, channel=channel, ts=theirs["ts"], text="x") == "cant_update_message"
    assert refusal(client.chat_delete, channel=channel, ts=theirs["ts"]) == "cant_delete_message"
    assert refusal(client.chat_update, channel=channel, ts="1.0", text="x") == "message_not_found"
    mine = client.chat_postMessage(channel=channel, text="a", blocks=actions(("go", "1")))
    assert client.chat_update(channel=channel, ts=mine["ts"], text="b")["message"]["blocks"][0]["block_id"] == "row"
    assert client.chat_update(channel=channel, ts=mine["ts"], text="b", blocks=[])["message"]["blocks"] == []
    client.chat_delete(channel=channel, ts=mine["ts"])
    assert [m["text"] for m in slack.messages("#finops")] == ["hi"]


def test_too_many_messages_are_told_to_wait() -> None:
    """Above a message a second a channel 429 comes with Retry-After, and the SDK's retry handler gets through."""
    with running_workspace(Setup(limits=Limits(burst=1))) as slack:
        bare = WebClient(token=slack.bot_token, base_url=slack.api_url)
        bare.chat_postMessage(channel="#finops", text="1")
        with pytest.raises(SlackApiError) as caught:
            bare.chat_postMessage(channel="#finops", text="2")
        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["Retry-After"] == "1"
        bare.chat_postMessage(channel="#team-payments", text="another channel")
        patient = WebClient(
            token=slack.bot_token,
            base_url=slack.api_url,
            retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)],
        )
        patient.chat_postMessage(channel="#finops", text="3")
        assert [m["text"] for m in slack.messages("#finops")] == ["1", "3"]


def test_faults_hit_the_next_calls(slack: Handle, client: WebClient) -> None:
    """429, 500, a Slack error and silence can be queued for a method."""
    for outcome in (429, 500, "fatal_error"):
        slack.faults.fail("users.info", outcome)
    assert refusal(client.users_info, user="U0MAYA0001") == "ratelimited"
    assert refusal(client.users_info, user="U0MAYA0001") == "internal_error"
    assert refusal(client.users_info, user="U0MAYA0001") == "fatal_error"
    assert client.users_info(user="U0MAYA0001")["user"]["real_name"] == "Maya Lindqvist"
    assert [(call.status, call.error) for call in slack.calls("users.info")] == [
        (429, "ratelimited"),
        (500, "internal_error"),
        (200, "fatal_error"),
        (200, ""),
    ]
    slack.faults.silence_seconds = 3
    slack.faults.fail("users.info", "timeout")
    quick = WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=1)
    with pytest.raises(TimeoutError):
        quick.users_info(user="U0MAYA0001")


def test_a_trigger_is_good_once_and_briefly(slack: Handle, client: WebClient) -> None:
    """views.open spends a trigger; a spent, stale or invented one is refused."""
    view = {"type": "modal", "title": plain("T"), "blocks": [{"type": "divider"}]}
    trigger = slack.workspace.triggers.issue("U0MAYA0001")
    opened = client.views_open(trigger_id=trigger, view=view)
    assert refusal(client.views_open, trigger_id=trigger, view=view) == "exchanged_trigger_id"
    assert refusal(client.views_open, trigger_id="12.34.abc", view=view) == "invalid_trigger_id"
    stale = slack.workspace.triggers.issue("U0MAYA0001")
    slack.workspace.triggers._issued[stale].issued -= 3.1
    assert refusal(client.views_open, trigger_id=stale, view=view) == "expired_trigger_id"
    assert refusal(client.views_update, view_id=opened["view"]["id"], hash="old", view=view) == "hash_conflict"
    assert refusal(client.views_update, view_id="V404", view=view) == "not_found"
    long = {**view, "title": plain("x" * 25)}
    assert (
        refusal(client.views_open, trigger_id=slack.workspace.triggers.issue("U0MAYA0001"), view=long)
        == "invalid_arguments"
    )
    for _ in range(2):
        client.views_push(trigger_id=slack.workspace.triggers.issue("U0MAYA0001"), view=view)
    assert (
        refusal(client.views_push, trigger_id=slack.workspace.triggers.issue("U0MAYA0001"), view=view)
        == "push_limit_reached"
    )


def test_a_response_url_wears_out(slack: Handle) -> None:
    """Five uses, then used_url; after half an hour expired_url."""
    hooks = slack.workspace.hooks
    url = f"{slack.url}/actions/{hooks.issue('U0MAYA0001', 'C0FINOPS01')}"
    for number in range(5):
        assert request(url, json.dumps({"text": str(number)}).encode())[0] == 200
    assert request(url, b'{"text": "6"}') == (404, {"ok": False, "error": "used_url"})
    assert [m["text"] for m in slack.ephemerals("maya")] == ["0", "1", "2", "3", "4"]
    late = hooks.issue("U0MAYA0001", "C0FINOPS01")
    hooks._hooks[late].expires = time.monotonic() - 1
    assert request(f"{slack.url}/actions/{late}", b'{"text": "x"}')[1]["error"] == "expired_url"
    fresh = f"{slack.url}/actions/{hooks.issue('U0MAYA0001', 'C0FINOPS01')}"
    assert request(fresh, b'{"text": "to all", "response_type": "in_channel"}')[0] == 200
    assert [m["text"] for m in slack.messages("#finops")] == ["to all"]
    assert request(fresh, b'{"blocks": [{"type": "nonsense"}]}')[1]["error"] == "invalid_blocks"
