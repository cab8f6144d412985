"""The Web API refuses what Slack refuses, in Slack's words."""

import json
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from standins.slack import Handle, Limits, Setup, running_workspace
from tests.standins.slack.conftest import actions, plain


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    """The error code a call ends with."""
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return str(caught.value.response["error"])


def request(url: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    """Status and JSON of a plain HTTP request."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers)) as response:
            text = response.read().decode(errors="replace")
            status = response.status
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    return status, json.loads(text) if text.startswith("{") else text


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


def test_files_take_three_steps(slack: Handle, client: WebClient) -> None:
    """files_upload_v2 works, the bytes want the token, and an image block may
    show the file only once it is complete.
    """
    uploaded = client.files_upload_v2(
        content=b"\x89PNG", filename="chart.png", title="Chart", channel="C0FINOPS01", initial_comment="look"
    )
    file = uploaded["file"]
    message = slack.wait_for_message(lambda m: m.get("files"))
    assert (message["text"], message["files"][0]["title"]) == ("look", "Chart")
    assert request(file["url_private"])[0] == 403
    assert request(file["url_private"], Authorization=f"Bearer {slack.bot_token}")[0] == 200
    block = {"type": "image", "alt_text": "chart", "slack_file": {"id": file["id"]}}
    assert client.chat_postMessage(channel="#finops", text="x", blocks=[block])["ok"]
    announced = client.files_getUploadURLExternal(filename="x.png", length=4)
    early = {"type": "image", "alt_text": "x", "slack_file": {"id": announced["file_id"]}}
    assert refusal(client.chat_postMessage, channel="#finops", text="x", blocks=[early]) == "invalid_blocks"
    assert (
        refusal(client.files_completeUploadExternal, files=[{"id": announced["file_id"], "title": "x"}])
        == "file_not_found"
    )
    assert request(announced["upload_url"], b"too long")[0] == 400


def test_people_and_channels_are_listed_in_pages(client: WebClient) -> None:
    """Cursors lead through all; unknown ones are refused."""
    first = client.conversations_list(limit=3)
    second = client.conversations_list(limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert [c["name"] for c in first["channels"] + second["channels"]] == [
        "finops",
        "team-payments",
        "team-checkout",
        "random",
    ]
    assert client.users_lookupByEmail(email="priya@example.com")["user"]["id"] == "U0PRIYA001"
    assert refusal(client.users_lookupByEmail, email="x@example.com") == "users_not_found"
    assert refusal(client.users_info, user="U404") == "user_not_found"
    assert refusal(client.conversations_info, channel="C404") == "channel_not_found"
    assert "U0FINOPS01" in client.conversations_members(channel="C0FINOPS01")["members"]
    assert client.conversations_open(users="U0MAYA0001")["channel"]["id"] == "D0MAYA0001"


def test_history_and_replies(slack: Handle, client: WebClient) -> None:
    """History has top-level messages newest first, replies the thread oldest first."""
    first = slack.post_as("maya", "#finops", "one")
    slack.post_as("tomas", "#finops", "reply", thread_ts=first["ts"])
    slack.post_as("priya", "#finops", "two")
    assert [m["text"] for m in client.conversations_history(channel="C0FINOPS01")["messages"]] == ["two", "one"]
    assert [m["text"] for m in client.conversations_replies(channel="C0FINOPS01", ts=first["ts"])["messages"]] == [
        "one",
        "reply",
    ]
    assert refusal(client.conversations_replies, channel="C0FINOPS01", ts="1.0") == "thread_not_found"


def test_a_stream_has_its_own_rules(slack: Handle, client: WebClient) -> None:
    """In a channel the recipient is wanted; a message that is not streaming cannot be appended to."""
    asked = slack.post_as("maya", "#finops", "hi")
    channel, thread = "C0FINOPS01", asked["ts"]
    assert refusal(client.chat_startStream, channel=channel, thread_ts=thread) == "missing_recipient_user_id"
    who: dict[str, Any] = {"recipient_user_id": "U0MAYA0001", "recipient_team_id": "T0DEMO0001"}
    stream = client.chat_startStream(channel=channel, thread_ts=thread, markdown_text="a", **who)
    client.chat_appendStream(channel=channel, ts=stream["ts"], markdown_text="b")
    assert (
        refusal(client.chat_appendStream, channel=channel, ts=stream["ts"], markdown_text="x" * 12_001)
        == "msg_too_long"
    )
    assert refusal(client.chat_update, channel=channel, ts=stream["ts"], text="x") == "streaming_state_conflict"
    assert client.chat_stopStream(channel=channel, ts=stream["ts"])["message"]["text"] == "ab"
    assert (
        refusal(client.chat_appendStream, channel=channel, ts=stream["ts"], markdown_text="c")
        == "message_not_in_streaming_state"
    )


def test_a_conversation_is_kept_for_the_next_start(tmp_path: Path) -> None:
    """Messages, deletions, files, Home and joins survive; a half-written line is skipped."""
    setup = Setup(state=tmp_path / "state" / "slack.jsonl")
    with running_workspace(setup) as slack:
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        asked = slack.say_to_app("maya", "hello")
        client.chat_postMessage(channel="D0MAYA0001", text="answer", thread_ts=asked["ts"])
        gone = client.chat_postMessage(channel="#finops", text="gone")
        client.chat_delete(channel="C0FINOPS01", ts=gone["ts"])
        client.conversations_join(channel="C0RANDOM01")
        client.files_upload_v2(content="a,b", filename="a.csv", channel="C0FINOPS01")
        client.views_publish(user_id="U0MAYA0001", view={"type": "home", "blocks": [{"type": "divider"}]})
    assert setup.state is not None
    with setup.state.open("a") as file:
        file.write('{"kind": "mess')
    with running_workspace(setup) as slack:
        thread = slack.thread(asked["ts"])
        assert [m["text"] for m in thread] == ["hello", "answer"]
        assert thread[0]["reply_count"] == 1
        assert [m["files"][0]["name"] for m in slack.messages("#finops")] == ["a.csv"]
        assert (slack.home("maya") or {})["type"] == "home"
        assert WebClient(token=slack.bot_token, base_url=slack.api_url).chat_postMessage(channel="#random", text="x")[
            "ok"
        ]


def test_other_sites_cannot_reach_the_workspace(slack: Handle) -> None:
    """A request with a foreign Host or Origin is refused, so a web page elsewhere cannot click in somebody's name."""
    body = json.dumps({"user": "maya", "channel": "#finops", "text": "x"}).encode()
    assert request(f"{slack.url}/test/post_as", body, Origin="https://evil.example")[0] == 403
    assert request(f"{slack.url}/test/post_as", body, Host="evil.example")[0] == 403
    assert request(f"{slack.url}/test/post_as", body, Origin=slack.url)[0] == 200
    assert len(slack.messages("#finops")) == 1


def test_the_test_api_works_over_http(slack: Handle, client: WebClient) -> None:
    """Gestures and views for tests in other processes, with clear refusals."""
    body = {"user": "maya", "channel": "#finops", "text": "hi"}
    assert request(f"{slack.url}/test/post_as", json.dumps(body).encode())[1]["message"]["user"] == "U0MAYA0001"
    assert [m["text"] for m in request(f"{slack.url}/test/messages?channel=%23finops")[1]["messages"]] == ["hi"]
    for words, found in (("hi", "hi"), ("bye", None)):
        waited = request(
            f"{slack.url}/test/wait", json.dumps({"contains": words, "channel": "#finops", "timeout": 0.1}).encode()
        )[1]["message"]
        assert (waited or {}).get("text") == found
    assert request(f"{slack.url}/test/fault", b'{"method": "team.info", "outcome": 500}')[1]["ok"]
    assert refusal(client.team_info) == "internal_error"
    assert request(f"{slack.url}/test/calls?method=team.info")[1]["calls"][0]["status"] == 500
    assert request(f"{slack.url}/test/dance", b"{}")[0] == 404
    assert request(f"{slack.url}/test/click", b"{}")[0] == 400
    assert (
        "no message"
        in request(f"{slack.url}/test/click", b'{"user": "maya", "ts": "1.0", "action_id": "x"}')[1]["error"]
    )
    assert request(f"{slack.url}/test/state?user=maya")[1]["state"]["me"] == "U0MAYA0001"


def test_reactions_and_permalinks(slack: Handle, client: WebClient) -> None:
    """A reaction counts once; a permalink names channel and message."""
    asked = slack.post_as("maya", "#finops", "hi")
    where = {"channel": "C0FINOPS01", "timestamp": asked["ts"], "name": "eyes"}
    client.reactions_add(**where)
    assert refusal(client.reactions_add, **where) == "already_reacted"
    slack.react("tomas", "#finops", asked["ts"], "eyes")
    assert slack.messages("#finops")[0]["reactions"] == [
        {"name": "eyes", "users": ["U0FINOPS01", "U0TOMAS001"], "count": 2}
    ]
    client.reactions_remove(**where)
    assert refusal(client.reactions_remove, **where) == "no_reaction"
    link = client.chat_getPermalink(channel="C0FINOPS01", message_ts=asked["ts"])["permalink"]
    assert link == f"{slack.url}/archives/C0FINOPS01/p{asked['ts'].replace('.', '')}"


def test_fifty_people_ask_at_once(slack: Handle, client: WebClient) -> None:
    """Posts from many threads all arrive, each with its own ts."""
    threads = [threading.Thread(target=slack.post_as, args=("maya", "#finops", str(n))) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    messages = slack.messages("#finops")
    assert sorted(int(m["text"]) for m in messages) == list(range(50))
    assert len({m["ts"] for m in messages}) == 50
