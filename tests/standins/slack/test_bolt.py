"""A real Bolt app works against the stand-in over real sockets, in good times and in bad."""

import threading
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from standins.slack import Handle
from standins.slack.transport.delivery import Acked
from tests.standins.slack.builders import BOT
from tests.standins.slack.conftest import Connect, actions, plain


def test_a_mention_is_answered_in_its_thread(slack: Handle, app: App, connect: Connect) -> None:
    """app_mention arrives with thread and user; the reply stands in the thread."""

    @app.event("app_mention")
    def answer(event: dict[str, Any], say: Any) -> None:
        say(text=f"hello <@{event['user']}>", thread_ts=event["ts"])

    connect(app)
    asked = slack.post_as("maya", "#finops", f"{BOT} what did EC2 cost?")
    reply = slack.wait_for_reply(asked["ts"])
    assert reply["text"] == "hello <@U0MAYA0001>"
    assert reply["parent_user_id"] == "U0MAYA0001"
    parent = slack.thread(asked["ts"])[0]
    assert (parent["reply_count"], parent["reply_users"]) == (1, ["U0FINOPS01"])


def test_a_direct_message_shows_status_prompts_and_a_stream(slack: Handle, app: App, connect: Connect) -> None:
    """The agent's utilities of Bolt work: set_status, set_suggested_prompts, say_stream with tasks."""
    seen: list[str] = []

    @app.event("app_home_opened")
    def opened(set_suggested_prompts: Any) -> None:
        set_suggested_prompts(
            prompts=["What did EC2 cost?", {"title": "By team", "message": "Cost by team last month"}]
        )

    @app.event("message")
    def answer(event: dict[str, Any], set_status: Any, say_stream: Any) -> None:
        set_status("is reading the question", loading_messages=["asking the database"])
        seen.append(slack.status(event["ts"]))
        stream = say_stream()
        stream.append(chunks=[{"type": "task_update", "id": "1", "title": "Ask", "status": "in_progress"}])
        stream.append(
            markdown_text="It was **$12**",
            chunks=[{"type": "task_update", "id": "1", "title": "Ask", "status": "complete"}],
        )
        stream.stop(blocks=actions(("sql", "1")))

    connect(app)
    slack.open_home("maya", tab="messages")
    slack.wait_until(lambda: slack.workspace.store.prompts)
    asked = slack.say_to_app("maya", "what did EC2 cost?")
    reply = slack.wait_for_reply(asked["ts"])
    assert seen == ["is reading the question"]
    assert slack.status(asked["ts"]) == ""
    assert [block["type"] for block in reply["blocks"]] == ["task_card", "markdown", "actions"]
    assert reply["blocks"][0]["status"] == "complete"
    assert reply["text"] == "It was **$12**"


def test_a_click_is_acked_and_the_message_changes(slack: Handle, app: App, client: WebClient, connect: Connect) -> None:
    """block_actions carries value, message and response_url; chat.update and respond both arrive."""

    @app.action("approve")
    def approve(ack: Any, body: dict[str, Any], action: dict[str, Any], respond: Any, client: WebClient) -> None:
        ack()
        client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text=f"approved {action['value']}", blocks=[]
        )
        respond("noted", replace_original=False)

    connect(app)
    posted = client.chat_postMessage(
        channel="#finops", text="Stop 4?", blocks=actions(("approve", "r1"), ("reject", "r1"))
    )
    assert isinstance(slack.click("priya", posted["ts"], "approve"), Acked)
    slack.wait_for_message(lambda m: m["text"] == "approved r1" and m["blocks"] == [])
    slack.wait_until(lambda: [m["text"] for m in slack.ephemerals("priya")] == ["noted"])
    assert slack.ephemerals("maya") == []


def test_a_modal_is_validated_updated_and_submitted(slack: Handle, app: App, connect: Connect) -> None:
    """Slash command, views.open, required field, the app's own errors, push and clear."""
    form = [
        {
            "type": "input",
            "block_id": "amount",
            "label": plain("Amount"),
            "element": {"type": "plain_text_input", "action_id": "amount"},
        },
        {
            "type": "input",
            "block_id": "team",
            "optional": True,
            "label": plain("Team"),
            "element": {"type": "external_select", "action_id": "team"},
        },
    ]
    modal = {
        "type": "modal",
        "callback_id": "budget",
        "title": plain("Budget"),
        "submit": plain("Save"),
        "blocks": form,
    }
    stored: list[Any] = []

    @app.command("/finops")
    def command(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack("opening")
        client.views_open(trigger_id=body["trigger_id"], view=modal)

    @app.options("team")
    def teams(ack: Any, payload: dict[str, Any]) -> None:
        ack(
            options=[
                {"text": plain(name), "value": name} for name in ("payments", "platform") if payload["value"] in name
            ]
        )

    @app.view("budget")
    def save(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if not values["amount"]["amount"]["value"].isdigit():
            ack(response_action="errors", errors={"amount": "A number, please"})
            return
        stored.append((values["amount"]["amount"]["value"], values["team"]["team"]["selected_option"]["value"]))
        ack(response_action="clear")

    connect(app)
    slack.slash("tomas", "/finops", "budget")
    assert slack.wait_for_view("tomas")["callback_id"] == "budget"
    assert [m["text"] for m in slack.ephemerals("tomas")] == ["opening"]
    assert slack.submit("tomas", {}) == {"amount": "Please complete this required field."}
    assert slack.submit("tomas", {"amount": "ten"}) == {"amount": "A number, please"}
    assert [option["value"] for option in slack.suggest("tomas", "team", "pay")] == ["payments"]
    assert slack.submit("tomas", {"amount": "10", "team": "payments"}) == {}
    assert stored == [("10", "payments")]
    assert slack.view("tomas") is None


def test_a_view_follows_update_push_and_close(slack: Handle, app: App, connect: Connect) -> None:
    """response_action update and push, view_closed, a press in a modal."""
    closed = threading.Event()
    pressed: list[str] = []

    def modal(name: str, **more: Any) -> dict[str, Any]:
        return {
            "type": "modal",
            "callback_id": name,
            "title": plain(name),
            "submit": plain("Next"),
            "blocks": actions(("more", name)),
            **more,
        }

    @app.shortcut("report")
    def start(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal("one"))

    @app.action("more")
    def more(ack: Any, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        pressed.append(body["view"]["callback_id"] + action["value"])

    app.view("one")(lambda ack: ack(response_action="update", view=modal("two")))
    app.view("two")(lambda ack: ack(response_action="push", view=modal("three", notify_on_close=True)))

    @app.view_closed("three")
    def on_close(ack: Any) -> None:
        ack()
        closed.set()

    connect(app)
    slack.shortcut("tomas", "report")
    slack.wait_for_view("tomas")
    slack.press("tomas", "more")
    slack.wait_until(lambda: pressed == ["oneone"])
    slack.submit("tomas")
    assert (slack.view("tomas") or {})["callback_id"] == "two"
    slack.submit("tomas")
    assert (slack.view("tomas") or {})["callback_id"] == "three"
    slack.close_view("tomas")
    assert closed.wait(5)
    assert (slack.view("tomas") or {})["callback_id"] == "two"


def test_the_home_tab_is_published(slack: Handle, app: App, connect: Connect) -> None:
    """Opening the app lets it publish; the view stays for the next time."""

    @app.event("app_home_opened")
    def publish(event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [{"type": "header", "text": plain("My teams")}]}
        )

    connect(app)
    assert slack.open_home("maya") is None
    slack.wait_until(lambda: slack.home("maya"))
    assert (slack.open_home("maya") or {})["blocks"][0]["text"]["text"] == "My teams"
