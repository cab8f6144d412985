"""What the tests beside this file share."""

import json
import shutil
import urllib.error
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_sdk.errors import SlackApiError

BOT = "<@U0FINOPS01>"


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def channel(page: Page, name: str) -> None:
    """Open a channel."""
    page.locator("#sidebar .item", has_text=name).first.click()
    expect(page.locator("main h1")).to_contain_text(name)


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
