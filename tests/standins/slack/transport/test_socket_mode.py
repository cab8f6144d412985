"""Envelopes and connections of the stand-in: repeated, refreshed, shared, lost."""

import time
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from standins.slack import Handle
from standins.slack.transport.delivery import Missed
from tests.standins.slack.builders import BOT
from tests.standins.slack.conftest import Connect, actions


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
