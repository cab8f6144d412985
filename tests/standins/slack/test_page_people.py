"""The page of the stand-in as people move in it: switching, suggestions, Home, a telephone."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from slack_bolt import App
from slack_sdk import WebClient

from standins.slack import Handle
from tests.standins.slack.builders import CHROMIUM, channel
from tests.standins.slack.conftest import Connect, plain

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")


def test_people_switch_and_unread_is_marked(page: Page, slack: Handle) -> None:
    """Another person has other direct messages; what came in elsewhere is marked until it is read."""
    slack.post_as("jonas", "#team-payments", "<@U0MAYA0001> look")
    item = page.locator("#sidebar .item", has_text="team-payments")
    expect(item.locator(".count")).to_have_text("1")
    channel(page, "team-payments")
    expect(item.locator(".count")).to_have_count(0)
    page.locator("#me").click()
    page.locator(".people button", has_text="Tomás Oliveira").click()
    expect(page.locator("#me")).to_contain_text("Tomás Oliveira")
    page.fill("#composer-main", "mine")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline .message")).to_have_count(1)
    assert [m["user"] for m in slack.messages(slack.workspace.store.im_of("U0TOMAS001"))] == ["U0TOMAS001"]


def test_mentions_and_commands_are_suggested(page: Page, slack: Handle, app: App, connect: Connect) -> None:
    """@ and / offer names and commands; what is sent is Slack's form of them."""
    app.command("/cost")(lambda ack, command: ack(f"asked: {command['text']}"))
    app.event("app_mention")(lambda: None)
    connect(app)
    channel(page, "finops")
    page.locator("#composer-main").press_sequentially("@fin")
    page.keyboard.press("Enter")
    page.locator("#composer-main").press_sequentially("a < b & see #team-payments https://example.com.")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline .message")).to_have_count(1)
    text = slack.messages("#finops")[0]["text"]
    assert text == "<@U0FINOPS01> a &lt; b &amp; see <#C0PAYMENTS|team-payments> <https://example.com>."
    page.locator("#composer-main").press_sequentially("/co")
    page.keyboard.press("Tab")
    page.locator("#composer-main").press_sequentially("ec2")
    page.keyboard.press("Enter")
    expect(page.locator(".whisper")).to_contain_text("asked: ec2")


def test_home_prompts_files_and_streams(page: Page, slack: Handle, app: App, connect: Connect) -> None:
    """The Home tab is live, prompts are clickable, a file can be loaded down, a stream ends."""

    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient, set_suggested_prompts: Any = None) -> None:
        if event["tab"] == "home":
            client.views_publish(
                user_id=event["user"], view={"type": "home", "blocks": [{"type": "header", "text": plain("My teams")}]}
            )
        else:
            set_suggested_prompts(prompts=["Cost by team?"])

    @app.event("message")
    def answer(event: dict[str, Any], client: WebClient, say_stream: Any) -> None:
        if "bot_id" in event or event.get("subtype"):
            return
        stream = say_stream(task_display_mode="plan")
        stream.append(chunks=[{"type": "task_update", "id": "1", "title": "Ask", "status": "complete"}])
        stream.append(markdown_text="The answer is **42**")
        stream.stop()
        client.files_upload_v2(content="a,b", filename="costs.csv", channel=event["channel"], thread_ts=event["ts"])

    connect(app)
    page.locator("#sidebar .item", has_text="FinOps Home").click()
    expect(page.locator(".home .header")).to_have_text("My teams")
    page.locator("[role=tab]", has_text="Messages").click()
    page.locator(".prompt", has_text="Cost by team?").click()
    expect(page.locator("#replies .plan summary")).to_contain_text("1 of 1")
    expect(page.locator("#replies .markdown b")).to_have_text("42")
    expect(page.locator("#replies .caret")).to_have_count(0)
    with page.expect_download() as download:
        page.locator("#replies .file").click()
    assert download.value.path().read_text() == "a,b"


def test_a_telephone_shows_one_pane_at_a_time(browser: Browser, slack: Handle) -> None:
    """At 390 pixels nothing is wider than the screen, the channels are in a drawer and a thread covers the rest."""
    asked = slack.post_as("maya", "#finops", "word " * 60)
    slack.post_as("jonas", "#finops", "reply", thread_ts=asked["ts"])
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{slack.url}/#C0FINOPS01")
    expect(page.locator("#timeline .message")).to_have_count(1)
    expect(page.locator("#sidebar")).not_to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#timeline .replies").click()
    expect(page.locator("#replies .message")).to_have_count(2)
    assert page.locator("#thread").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 800}
    page.keyboard.press("Escape")
    expect(page.locator("#thread")).not_to_be_visible()
    page.locator(".drawer-button").click()
    expect(page.locator("#sidebar")).to_be_visible()
    context.close()


def test_a_streamed_plan_grows_and_can_be_stopped(page: Page, client: WebClient, slack: Handle) -> None:
    """Steps are drawn with their states and what they say; the button ends it, and goes when the app says so."""
    asked = slack.say_to_app("maya", "monthly review")
    place = {"channel": "D0MAYA0001", "thread_ts": asked["ts"]}
    client.agents_sessions_setStatus(channel_id=place["channel"], thread_ts=asked["ts"], status="processing")
    tasks = [
        {"type": "task_update", "id": "k:0", "title": "Cost", "status": "complete", "output": "$110, up $30"},
        {"type": "task_update", "id": "k:1", "title": "Services", "status": "in_progress"},
    ]
    chunks = [{"type": "plan_update", "title": "Review"}, *tasks]
    stream = client.chat_startStream(**place, task_display_mode="plan", chunks=chunks)
    expect(page.locator("#replies .plan summary")).to_contain_text("Review 1 of 2")
    expect(page.locator("#replies .task.complete .detail")).to_have_text("$110, up $30")
    page.locator(".stop").click()
    expect(page.locator("#replies .caret")).to_have_count(0)
    client.agents_sessions_setStatus(channel_id=place["channel"], thread_ts=asked["ts"], status="active")
    expect(page.locator(".stop")).to_have_count(0)
    client.chat_update(channel=place["channel"], ts=stream["ts"], text="Stopped.", blocks=[])
    expect(page.locator("#replies .bot .text")).to_have_text("Stopped.")
