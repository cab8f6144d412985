"""Delivery over signed HTTP reaches a real Bolt app, which refuses what is old or wrongly signed."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from standins.slack import Handle, Limits, Setup, running_workspace
from standins.slack.transport.delivery import Acked, Missed
from standins.slack.transport.http_events import signature
from tests.standins.slack.conftest import actions

LIMITS = Limits(ack_seconds=1.5, retry_after=(0.0, 0.05))


class Site:
    """A web server that hands requests to a Bolt app."""

    def __init__(self) -> None:
        site = self
        self.app: App | None = None
        self.statuses: list[int] = []
        self.retries: list[str | None] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                assert site.app is not None
                headers = {name: [value] for name, value in self.headers.items()}
                answer = site.app.dispatch(BoltRequest(body=body, headers=headers))  # type: ignore[arg-type]  # headers as http.server gives them
                site.statuses.append(answer.status)
                site.retries.append(self.headers.get("X-Slack-Retry-Num"))
                self.send_response(answer.status)
                for name, values in answer.headers.items():
                    self.send_header(name, values[0])
                self.end_headers()
                self.wfile.write(answer.body.encode())

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/slack/events"


@pytest.fixture
def site() -> Iterator[Site]:
    """The app's web server."""
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, daemon=True)
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()
    thread.join()


@pytest.fixture
def slack(site: Site) -> Iterator[Handle]:
    """A workspace that delivers to the site."""
    with running_workspace(Setup(limits=LIMITS, request_url=site.url)) as handle:
        client = WebClient(token=handle.bot_token, base_url=handle.api_url)
        site.app = App(client=client, signing_secret=handle.signing_secret)
        yield handle


def test_events_clicks_and_commands_arrive(slack: Handle, site: Site) -> None:
    """An event, a click and a command reach their listeners; the command's ack is shown."""
    assert site.app is not None
    site.app.event("app_mention")(lambda event, say: say("heard", thread_ts=event["ts"]))
    site.app.action("go")(lambda ack, say: (ack(), say("clicked")))
    site.app.command("/cost")(lambda ack, command: ack(f"you asked {command['text']}"))
    asked = slack.post_as("maya", "#finops", "<@U0FINOPS01> hi")
    assert slack.wait_for_reply(asked["ts"])["text"] == "heard"
    posted = site.app.client.chat_postMessage(channel="#finops", text="?", blocks=actions(("go", "1")))
    assert isinstance(slack.click("maya", posted["ts"], "go"), Acked)
    slack.wait_for_message(lambda m: m["text"] == "clicked")
    slack.slash("maya", "/cost", "of & what")
    assert slack.ephemerals("maya")[-1]["text"] == "you asked of & what"


def test_an_old_timestamp_is_refused(slack: Handle, site: Site) -> None:
    """A request signed six minutes ago gets 401 and is tried again; with the clock right it goes through."""
    assert site.app is not None
    seen: list[str] = []
    site.app.event("message")(lambda event: seen.append(event["text"]))
    slack.faults.clock_skew = -360
    slack.say_to_app("maya", "old")
    slack.wait_until(lambda: len(site.statuses) == 3)
    assert (site.statuses, site.retries, seen) == ([401, 401, 401], [None, "1", "2"], [])
    slack.faults.clock_skew = 0
    slack.say_to_app("maya", "new")
    slack.wait_until(lambda: seen == ["new"])


def test_a_missing_app_is_told_to_the_person(slack: Handle, site: Site) -> None:
    """With nobody behind the address a command fails visibly."""
    site.server.shutdown()
    site.server.server_close()
    assert isinstance(slack.slash("maya", "/cost", "x"), Missed)
    assert "operation_timeout" in slack.ephemerals("maya")[0]["text"]


def test_the_signature_is_slacks() -> None:
    """The example of Slack's own documentation."""
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == expected
