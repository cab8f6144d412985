"""A real Bolt app works against the stand-in over real sockets, in good times and in bad."""

import threading
import time
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from standins.slack import Handle
from standins.slack.delivery import Acked, Missed
from tests.standins.slack.conftest import Connect, actions, plain

BOT = "<@U0FINOPS01>"


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


def test_an_event_without_ack_comes_again(slack: Handle, app: App, connect: Connect) -> None:
    """A listener that acks too late sees the event again with retry number and the same event_id."""
    seen: list[tuple[str, Any, Any]] = []

    @app.event("app_mention")
    def slow(body: dict[str, Any], request: Any) -> None:
        headers = request.headers
        seen.append((body["event_id"], headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")))

    slack.faults.hold_acks = 1.6
    connect(app)
    slack.post_as("maya", "#finops", f"{BOT} hi")
    slack.wait_until(lambda: len(seen) >= 2)
    assert len({event for event, _, _ in seen}) == 1
    assert seen[0][1:] == (["0"], [""])
    assert seen[1][1:] == (["1"], ["timeout"])


def test_events_survive_a_dead_socket(slack: Handle, app: App, connect: Connect) -> None:
    """What is said while no app is connected arrives once it is; a cut connection is made anew."""
    seen: list[str] = []
    app.event("message")(lambda event: seen.append(event["text"]))
    slack.say_to_app("maya", "are you there?")
    connect(app)
    slack.wait_until(lambda: seen == ["are you there?"])
    opened = slack.workspace.hub.opened
    slack.drop_sockets()
    slack.say_to_app("maya", "and now?")
    slack.wait_until(lambda: slack.workspace.hub.opened > opened, timeout=20)
    slack.wait_until(lambda: seen == ["are you there?", "and now?"], timeout=20)


def test_a_refresh_makes_the_app_reconnect(slack: Handle, app: App, connect: Connect) -> None:
    """`disconnect` with refresh_requested leads to a new connection."""
    connect(app)
    opened = slack.workspace.hub.opened
    slack.refresh_sockets()
    slack.wait_until(lambda: slack.workspace.hub.opened > opened and slack.sockets, timeout=20)


def test_two_connections_share_the_envelopes(slack: Handle, app: App, connect: Connect) -> None:
    """Each envelope goes to one connection, both get some."""
    seen: list[str] = []
    app.event("message")(lambda event: seen.append(event["text"]))
    connect(app)
    connect(app)
    hub = slack.workspace.hub
    for number in range(10):
        slack.say_to_app("maya", str(number))
    slack.wait_until(lambda: len(seen) == 10)
    assert sorted(seen) == sorted(str(number) for number in range(10))
    assert sorted(c.delivered for c in hub.connections) == [5, 5]


def test_a_duplicated_event_has_the_same_id(slack: Handle, app: App, connect: Connect) -> None:
    """The duplicate fault delivers copies that can be recognised."""
    seen: list[str] = []
    app.event("app_mention")(lambda body: seen.append(body["event_id"]))
    slack.faults.duplicate_events = 1
    connect(app)
    slack.post_as("maya", "#finops", f"{BOT} hi")
    slack.wait_until(lambda: len(seen) == 2)
    assert len(set(seen)) == 1


def test_an_interaction_without_app_tells_the_person(slack: Handle, client: WebClient) -> None:
    """A click with nobody listening is missed and explained to the person alone; it is not repeated."""
    posted = client.chat_postMessage(channel="#finops", text="?", blocks=actions(("approve", "r1")))
    assert isinstance(slack.click("priya", posted["ts"], "approve"), Missed)
    assert "did not answer" in slack.ephemerals("priya")[0]["text"]


def test_the_app_does_not_hear_itself(slack: Handle, app: App, connect: Connect) -> None:
    """Its own messages come back with bot_id, and Bolt ignores them."""
    seen: list[str] = []
    app.event("message")(lambda event: seen.append(event["text"]))
    connect(app)
    app.client.chat_postMessage(channel=slack.workspace.store.im_of("U0MAYA0001"), text="mine")
    slack.say_to_app("maya", "yours")
    slack.wait_until(lambda: seen == ["yours"])
    echoed = [ack.payload["event"] for ack in slack.acks if ack.payload["event"]["text"] == "mine"]
    assert echoed[0]["bot_id"] == "B0FINOPS01"


def test_acks_are_logged_with_their_latency(slack: Handle, app: App, connect: Connect) -> None:
    """An ack's seconds are those the app took."""

    @app.action("approve")
    def approve(ack: Any) -> None:
        time.sleep(0.05)
        ack()

    connect(app)
    posted = app.client.chat_postMessage(channel="#finops", text="?", blocks=actions(("approve", "r1")))
    slack.click("priya", posted["ts"], "approve")
    latency = next(ack.seconds for ack in slack.acks if ack.kind == "interactive")
    assert latency is not None
    assert latency >= 0.05
