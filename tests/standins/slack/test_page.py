"""The page in a headless Chromium: what people see and do, and what a message cannot do."""

from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect
from slack_bolt import App
from slack_sdk import WebClient

from standins.slack import Handle
from tests.standins.slack.builders import CHROMIUM, channel
from tests.standins.slack.conftest import Connect, actions, plain

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")


def chart(kind: str) -> dict[str, Any]:
    """Two series over three days."""
    days = ["Mon", "Tue", "Wed"]
    data = [
        {"name": name, "data": [{"label": day, "value": n * 10} for n, day in enumerate(days, 1)]}
        for name in ("EC2", "RDS")
    ]
    return {
        "type": "data_visualization",
        "title": "Costs",
        "chart": {"type": kind, "series": data, "axis_config": {"categories": days}},
    }


def test_a_question_is_typed_and_its_answer_appears(page: Page, app: App, slack: Handle, connect: Connect) -> None:
    """Enter sends; the status line shows, the thread opens beside and the answer stands in it."""

    @app.event("message")
    def answer(event: dict[str, Any], say: Any, set_status: Any) -> None:
        set_status("is asking the database")
        slack.wait_until(lambda: page_saw_status)
        say(text="It was *$12*", thread_ts=event["ts"])

    page_saw_status: list[bool] = []
    connect(app)
    page.fill("#composer-main", "what did EC2 cost?")
    page.keyboard.press("Enter")
    expect(page.locator("#replies .status")).to_contain_text("FinOps is asking the database")
    page_saw_status.append(True)
    expect(page.locator("#replies .bot b").last).to_have_text("$12")
    expect(page.locator("#timeline .replies")).to_contain_text("1 reply")
    expect(page.locator("#replies .status")).to_have_count(0)


def test_nothing_in_a_message_becomes_markup(page: Page, client: WebClient, slack: Handle) -> None:
    """Scripts, handlers and javascript: addresses in any field stay text."""
    evil = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    seen: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", on_dialog)
    rich = [{"type": "text", "text": evil}, {"type": "link", "url": "javascript:alert(1)", "text": "go"}]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain(evil)},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": f"{evil} <javascript:alert(1)|click> `{evil}` *{evil}*"},
        },
        {"type": "markdown", "text": f"{evil} [x](javascript:alert(1)) **{evil}**"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": evil}]]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich}]},
        {**chart("bar"), "title": "<script>alert(1)</script>"},
    ]
    client.chat_postMessage(channel="#finops", text=evil, blocks=blocks)
    slack.post_as("jonas", "#finops", evil)
    channel(page, "finops")
    expect(page.locator("#timeline .message")).to_have_count(2)
    assert (
        page.locator(
            "#timeline script, #timeline img[src=x], #timeline [onerror], #timeline a[href^=javascript]"
        ).count()
        == 0
    )
    expect(page.locator("#timeline .header")).to_have_text(evil)
    assert seen == []


def test_mrkdwn_is_drawn(page: Page, slack: Handle) -> None:
    """Bold, italic, strike, code, quotes, links, mentions, emoji; arithmetic stays as it is."""
    slack.post_as(
        "jonas",
        "#finops",
        "*b* _i_ ~s~ `c &lt; d` <https://example.com|site> <@U0MAYA0001> :tada: 2*3*4 snake_case_name\n&gt; quoted",
    )
    channel(page, "finops")
    text = page.locator("#timeline .text")
    for tag, words in (
        ("b", "b"),
        ("i", "i"),
        ("s", "s"),
        ("code", "c < d"),
        ("a", "site"),
        (".mention.me", "@Maya Lindqvist"),
        ("blockquote", "quoted"),
    ):
        expect(text.locator(tag)).to_have_text(words)
    expect(text).to_contain_text("🎉 2*3*4 snake_case_name")
    expect(text.locator("a")).to_have_attribute("href", "https://example.com")


def test_a_button_asks_first_and_the_message_changes(page: Page, app: App, connect: Connect) -> None:
    """A confirm dialogue stands before a dangerous button; what the app says to one person is marked."""

    @app.action("stop")
    def stop(ack: Any, body: dict[str, Any], client: WebClient, respond: Any) -> None:
        ack()
        client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="stopped", blocks=[])
        respond("only for you", replace_original=False)

    connect(app)
    blocks = actions(("stop", "1"))
    sure = {
        "title": plain("Sure?"),
        "text": plain("Stops 4"),
        "confirm": plain("Stop"),
        "deny": plain("No"),
        "style": "danger",
    }
    blocks[0]["elements"][0] |= {"style": "danger", "confirm": sure}
    app.client.chat_postMessage(channel="#finops", text="?", blocks=blocks)
    channel(page, "finops")
    page.locator("[data-action=stop]").click()
    page.locator("#confirm button", has_text="No").click()
    expect(page.locator("[data-action=stop]")).to_be_visible()
    page.locator("[data-action=stop]").click()
    page.locator("#confirm button", has_text="Stop").click()
    expect(page.locator("#timeline .bot").first).to_contain_text("stopped")
    expect(page.locator(".whisper")).to_contain_text("Only visible to you")


def test_a_modal_shows_complaints_and_keeps_what_was_typed(page: Page, app: App, connect: Connect) -> None:
    """Required fields, the app's own errors, then success closes it."""
    fields = [
        {
            "type": "input",
            "block_id": "amount",
            "label": plain("Amount"),
            "element": {"type": "plain_text_input", "action_id": "amount"},
        },
        {
            "type": "input",
            "block_id": "when",
            "label": plain("From"),
            "element": {"type": "datepicker", "action_id": "when"},
        },
    ]
    saved: list[Any] = []

    @app.shortcut("report")
    def start(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        view = {
            "type": "modal",
            "callback_id": "b",
            "title": plain("Budget"),
            "submit": plain("Save"),
            "blocks": fields,
        }
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("b")
    def save(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if values["amount"]["amount"]["value"] == "ten":
            ack(response_action="errors", errors={"amount": "A number, please"})
            return
        saved.append((values["amount"]["amount"]["value"], values["when"]["when"]["selected_date"]))
        ack()

    connect(app)
    page.locator("#sidebar .item", has_text="Cost report").click()
    dialog = page.locator("#modal")
    expect(dialog.locator("h2")).to_have_text("Budget")
    dialog.get_by_label("Amount").fill("ten")
    dialog.locator("button", has_text="Save").click()
    expect(dialog.locator(".error")).to_have_text("Please complete this required field.")
    dialog.locator("input[type=date]").fill("2026-11-01")
    dialog.locator("button", has_text="Save").click()
    expect(dialog.locator(".error")).to_have_text("A number, please")
    expect(dialog.get_by_label("Amount")).to_have_value("ten")
    dialog.get_by_label("Amount").fill("10")
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
    assert saved == [("10", "2026-11-01")]


def test_figures_are_drawn(page: Page, client: WebClient) -> None:
    """Charts have a bar or line a value and a legend; numbers in tables stand to the right."""
    cells = [
        [{"type": "raw_text", "text": text} for text in row]
        for row in (["Service", "Cost"], ["EC2", "7,204.11"], ["RDS", "$12"])
    ]
    client.chat_postMessage(
        channel="#finops", text="x", blocks=[chart("bar"), chart("area"), {"type": "table", "rows": cells}]
    )
    pie = {"type": "pie", "segments": [{"label": "EC2", "value": 3}, {"label": "RDS", "value": 1}]}
    client.chat_postMessage(channel="#finops", text="x", blocks=[chart("line"), {**chart("bar"), "chart": pie}])
    channel(page, "finops")
    charts = page.locator(".chart")
    expect(charts).to_have_count(4)
    expect(charts.nth(0).locator("rect.column")).to_have_count(6)
    expect(charts.nth(1).locator("path")).to_have_count(4)
    expect(charts.nth(2).locator("path")).to_have_count(2)
    expect(charts.nth(3).locator("path.slice")).to_have_count(2)
    expect(charts.nth(0).locator(".legend li")).to_have_text(["EC2", "RDS"])
    assert page.locator(".grid td.right").all_inner_texts() == ["7,204.11", "$12"]
