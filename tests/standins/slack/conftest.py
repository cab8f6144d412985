"""A workspace and a real Bolt app connected to it over Socket Mode."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient

from bot.slack.connection import socket_mode
from standins.slack import Handle, Limits, Setup, Shortcut, running_workspace
from tests.standins.slack.builders import CHROMIUM, FLAGS

QUICK = Limits(ack_seconds=1.5, retry_after=(0.0, 0.05), messages_per_second=50, burst=50)
Connect = Callable[[App], SocketModeHandler]


@pytest.fixture
def slack() -> Iterator[Handle]:
    """A workspace whose clock for acks runs fast."""
    shortcuts = (Shortcut("report", "Cost report"), Shortcut("explain", "Explain", on_message=True))
    with running_workspace(Setup(limits=QUICK, shortcuts=shortcuts)) as handle:
        yield handle


@pytest.fixture
def client(slack: Handle) -> WebClient:
    """The app's Web API client."""
    return WebClient(token=slack.bot_token, base_url=slack.api_url)


@pytest.fixture
def app(client: WebClient) -> App:
    """A Bolt app without listeners."""
    return App(client=client, signing_secret="unused", token_verification_enabled=True)


@pytest.fixture
def connect(slack: Handle) -> Iterator[Connect]:
    """Connects Bolt apps; all are closed at the end."""
    with ExitStack() as stack:

        def start(app: App) -> SocketModeHandler:
            before = slack.sockets
            handler = SocketModeHandler(app, slack.app_token, web_client=app.client, ping_interval=0.5)
            handler.connect()
            stack.callback(leave, slack, handler)
            slack.wait_until(lambda: slack.workspace.hub.connections[before:])
            return handler

        yield start


def leave(slack: Handle, handler: SocketModeHandler) -> None:
    """Close an app's sockets from the server's side first: the SDK's reader would sleep three seconds in recv."""
    assert isinstance(handler.client, SocketModeClient)
    client = handler.client
    client.auto_reconnect_enabled = False
    slack.close_sockets()
    slack.wait_until(lambda: not client.is_connected())
    socket_mode.close(client)


def plain(text: str) -> dict[str, Any]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def actions(*buttons: tuple[str, str]) -> list[dict[str, Any]]:
    """One actions block with (action_id, value) buttons."""
    elements = [{"type": "button", "action_id": name, "value": value, "text": plain(name)} for name, value in buttons]
    return [{"type": "actions", "block_id": "row", "elements": elements}]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for this file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, "--disable-component-update", "--disable-sync"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, slack: Handle) -> Iterator[Page]:
    """The workspace as Maya sees it, in the app's direct message; any error of the page fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(slack.url)
    expect(page.locator("#composer-main")).to_be_visible()
    yield page
    context.close()
    assert errors == []
