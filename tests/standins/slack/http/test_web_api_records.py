"""Files, lists, history, streams and what is kept by the stand-in."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from standins.slack import Handle, Setup, running_workspace
from standins.slack.people.gestures import NotThereError
from tests.standins.slack.builders import refusal, request


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


def test_blocks_are_validated_without_being_shown(slack: Handle, client: WebClient) -> None:
    """Every fault with its place, a code and a sentence; nothing is posted, and one thing is given at a time."""
    good = {"type": "divider"}
    before = len(slack.messages("C0FINOPS01"))
    assert client.api_call("blocks.validate", json={"blocks": [good]})["ok"]
    assert client.api_call("blocks.validate", json={"message": {"blocks": [good]}})["ok"]
    for name, given in (("blocks", [{"type": "header"}]), ("message", {"blocks": [{"type": "header"}]}), ("view", {})):
        with pytest.raises(SlackApiError) as refused:
            client.api_call("blocks.validate", json={name: given})
        answer = refused.value.response
        assert answer["error"] == f"invalid_{name}"
        assert {"pointer", "code", "message"} == set(answer["errors"][0])
    for wrong in ({}, {"blocks": [good], "view": {}}):
        assert refusal(client.api_call, "blocks.validate", json=wrong) == "invalid_arguments"
    assert len(slack.messages("C0FINOPS01")) == before


def test_a_session_at_work_can_be_stopped_by_people(client: WebClient, slack: Handle) -> None:
    """Slack ends what is being written; the app gets the event and has to set the status itself."""
    asked = slack.post_as("maya", "#finops", "hi")
    place = {"channel_id": "C0FINOPS01", "thread_ts": asked["ts"]}
    assert refusal(client.agents_sessions_setStatus, **place, status="busy") == "invalid_arguments"
    assert refusal(client.agents_sessions_setStatus, channel_id="C0FINOPS01", status="active") == "thread_not_found"
    with pytest.raises(NotThereError, match="no stop button"):
        slack.stop("maya", "#finops", asked["ts"])
    assert "warning" not in client.agents_sessions_setStatus(**place, status="processing").data
    who: dict[str, Any] = {"recipient_user_id": "U0MAYA0001", "recipient_team_id": "T0DEMO0001"}
    stream = client.chat_startStream(channel="C0FINOPS01", thread_ts=asked["ts"], markdown_text="a", **who)
    slack.stop("maya", "#finops", asked["ts"])
    code = refusal(client.chat_appendStream, channel="C0FINOPS01", ts=stream["ts"], markdown_text="b")
    assert code == "message_not_in_streaming_state"
    assert slack.workspace.store.sessions["C0FINOPS01", asked["ts"]]["status"] == "processing"


def test_an_app_that_does_not_listen_to_the_stop_button_is_warned() -> None:
    """Its people see no button."""
    with running_workspace(Setup(subscriptions=frozenset({"app_mention"}))) as slack:
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        asked = slack.post_as("maya", "#finops", "hi")
        said = client.agents_sessions_setStatus(channel_id="C0FINOPS01", thread_ts=asked["ts"], status="processing")
        assert said["warning"] == "missing_agent_session_stopped_event_subscription"
        with pytest.raises(NotThereError):
            slack.stop("maya", "#finops", asked["ts"])


LINK = "https://finops.example/anomalies/7"


def entity(**changes: Any) -> dict[str, Any]:
    payload = {
        "attributes": {"title": {"text": "RDS is up"}},
        "fields": {"status": {"value": "Open", "type": "string"}},
    }
    return {
        "app_unfurl_url": LINK,
        "url": LINK,
        "external_ref": {"id": "7"},
        "entity_type": "slack#/entities/incident",
        "entity_payload": {**payload, "display_order": ["status"]},
        **changes,
    }


def test_links_of_the_apps_domain_are_told_and_unfurl_as_work_objects() -> None:
    """Metadata is held against its schema, and against the links of the message."""
    with running_workspace(Setup(unfurl_domains=("finops.example",))) as slack:
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        posted = slack.post_as("maya", "#random", f"<{LINK}|this> and <https://other.example/1>")
        where = {"channel": "C0RANDOM01", "ts": posted["ts"]}
        assert refusal(client.chat_unfurl, **where) == "missing_unfurls"
        wrongs: list[dict[str, Any]] = [{"entity_type": "incident"}, {"external_ref": {}}, {"entity_payload": {}}]
        for wrong in wrongs:
            assert refusal(client.chat_unfurl, **where, metadata={"entities": [entity(**wrong)]}) == "invalid_metadata"
        foreign = {"entities": [entity(app_unfurl_url="https://other.example/1")]}
        assert refusal(client.chat_unfurl, **where, metadata=foreign) == "cannot_unfurl_url"
        client.chat_unfurl(
            unfurl_id=f"C0RANDOM01.{posted['ts']}", source="conversations_history", metadata={"entities": [entity()]}
        )
        assert slack.messages("#random")[0]["unfurls"]["entities"][0]["external_ref"] == {"id": "7"}
        with pytest.raises(NotThereError):
            slack.open_details("maya", posted["ts"], "https://other.example/1")
        assert refusal(client.entity_presentDetails, trigger_id="1.2.3", metadata=entity()) == "invalid_trigger_id"
        trigger = slack.workspace.triggers.issue("U0MAYA0001")
        client.entity_presentDetails(trigger_id=trigger, error={"status": "restricted"})
        assert slack.details("maya") == {"entity": None, "error": {"status": "restricted"}}


def test_a_canvas_is_read_by_whom_it_is_given_to(client: WebClient, slack: Handle) -> None:
    """Channels or people, not both; tables of more cells than Slack takes are refused; the page shows it."""
    create = client.canvases_create
    wide = {"type": "markdown", "markdown": "\n".join(["| a | b |"] * 151)}
    assert refusal(create, document_content=wide) == "canvas_creation_failed"
    assert refusal(create, document_content={"type": "html"}) == "invalid_arguments"
    made = create(title="Review", document_content={"type": "markdown", "markdown": "**$12**"})["canvas_id"]
    access: dict[str, Any] = {"canvas_id": made, "access_level": "read"}
    assert refusal(client.canvases_access_set, **access) == "invalid_parameters"
    assert refusal(client.canvases_access_set, **access, channel_ids=["D0MAYA0001"]) == "channel_not_found"
    client.canvases_access_set(**access, channel_ids=["C0FINOPS01"])
    assert request(f"{slack.url}/docs/T0DEMO0001/{made}") == (200, "# Review\n\n**$12**")
    client.canvases_delete(canvas_id=made)
    assert refusal(client.canvases_delete, canvas_id=made) == "canvas_not_found"
