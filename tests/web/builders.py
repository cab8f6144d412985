"""What the tests of the page share: where it is, what they need of the machine, who there is, and how one signs in."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from bot.api import page as served_page
from config.organisation import Organisation

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT = 30_000  # milliseconds, for machines that do other things meanwhile
NEEDS = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
    pytest.mark.skipif(
        not (served_page.BUILT / "index.html").is_file(), reason="the page is not built (make web, which needs Node)"
    ),
]
MAYA, TOMAS, PRIYA = "Maya Lindqvist", "Tomás Oliveira", "Priya Raman"
STAFF = Organisation.model_validate(
    {
        "name": "Acme",
        "visibility": "own_teams",
        "channels": [{"channel": "#payments", "team": "payments"}, {"channel": "#search", "team": "search"}],
        "people": [
            {"id": "U0MAYA0001", "name": MAYA, "roles": ["member"], "teams": ["payments"]},
            {"id": "U0TOMAS001", "name": TOMAS, "roles": ["admin"]},
            {
                "id": "U0PRIYA001",
                "name": PRIYA,
                "roles": ["approver", "operator"],
                "teams": ["payments"],
                "approves_teams": ["payments"],
            },
        ],
    }
)


def node() -> str | None:
    """The folder of node and npm; None where there are none that are new enough."""
    found = subprocess.run([ROOT / ".ci" / "node.sh"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


@contextmanager
def visited(chromium: Browser, address: str, provider: str, now: datetime, width: int, *, dark: bool) -> Iterator[Page]:
    """A new browser profile; any error of the page, and any request to elsewhere, fails the test."""
    context: BrowserContext = chromium.new_context(
        viewport={"width": width, "height": 900},
        accept_downloads=True,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        base_url=address,
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.clock.set_fixed_time(now)  # the day of the rows, though it may be over meanwhile
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if is_fault(message, address) else None)
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((f"{address}/", f"{provider}/", "data:"))
            else wrong.append(f"asked elsewhere: {request.url}")
        ),
    )
    yield page
    context.close()
    assert wrong == []


def is_fault(message: ConsoleMessage, address: str) -> bool:
    """Whether the page complains; a refusal of the API is logged by Chromium itself."""
    refusal = message.location["url"].startswith(f"{address}/api/") and message.text.startswith("Failed to load")
    return message.type == "error" and message.location["url"].startswith(address) and not refusal


def sign_in(page: Page, person: str) -> None:
    """From the page through the provider and back."""
    page.get_by_role("link", name="Sign in as somebody else").click()
    page.get_by_role("link", name=person).click()
    expect(page.get_by_role("button", name=person)).to_be_visible(timeout=WAIT)


def sign_out(page: Page, person: str) -> None:
    """By the menu under one's name."""
    page.get_by_role("button", name=person).click()
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
