"""The README's picture: the demo's page with an answered question, taken with headless Chromium."""

import shutil
from pathlib import Path

from config.errors import UserError
from demo.stack import Stack

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_QUESTION = "what did we spend on EC2 last month by team?"
_MILLISECONDS = 60_000


def take(stack: Stack, target: Path) -> None:
    """Type the question as a person would, wait for the answer, and write a
    PNG. Raises `UserError` where there is no Chromium or playwright.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise UserError("No Chromium is installed; on Debian: apt-get install chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(stack.slack.url)
        page.locator("#sidebar .item", has_text="finops").first.click()
        page.fill("#composer-main", f"@finops {_QUESTION}")
        page.keyboard.press("Enter")
        page.locator("#replies .bot").last.wait_for(timeout=_MILLISECONDS)
        page.wait_for_timeout(2_500)  # the chart draws itself
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        browser.close()
